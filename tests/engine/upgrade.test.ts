// A state that a release wrote must preview empty with the code of today. For each release one is kept in tests/upgrade;
// `KEEP_STATE=1 npx jest tests/engine/upgrade.test.ts` writes that of the version in package.json (CONTRIBUTING.md).
import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../local-cloud/project";
import { type EngineStack, startEngine } from "../support/engine";

const kept = path.join(projectRoot(), "tests", "upgrade");
const releases = fs.readdirSync(kept);
const { version: present } = JSON.parse(fs.readFileSync(path.join(projectRoot(), "package.json"), "utf8")) as {
  version: string;
};

test("a state is kept for the release that is made next", () => {
  expect(releases).toContain(present);
});

test.each(releases)("%s keeps of each provider less than 1 KB, and no code that a later release changes", (release) => {
  const { deployment } = JSON.parse(fs.readFileSync(path.join(kept, release, "state.json"), "utf8")) as {
    deployment: { resources: { type: string; inputs?: { __provider?: string } }[] };
  };
  const texts = deployment.resources.flatMap(({ inputs }) => inputs?.__provider ?? []);
  expect(texts.length).toBeGreaterThan(4);
  for (const text of texts) {
    expect(Buffer.byteLength(text)).toBeLessThan(1024);
    // Nothing but where the code is.
    expect(text).toMatch(
      /^exports\.handler = \(\) => require\("@keyvault-connector\/power-platform\/provider"\)\.\w+;$/,
    );
  }
});

describe("a state of an earlier release", () => {
  let stack: EngineStack;
  beforeEach(async () => {
    stack = await startEngine();
  }, 60_000);
  afterEach(() => stack.stop());

  const use = (release: string) => {
    fs.copyFileSync(path.join(kept, release, "settings.yaml"), stack.configFile);
    return path.join(kept, release, "state.json");
  };

  if (process.env.KEEP_STATE) {
    test(`of ${present} is kept`, async () => {
      const file = use(present);
      await stack.up();
      fs.writeFileSync(file, await stack.state());
    }, 120_000);
  }

  test.each(releases)(
    "%s previews without a change, and with one where there is one",
    async (release) => {
      const imported = await stack.pulumi(["stack", "import", "--file", use(release)]);
      expect(imported).toMatchObject({ code: 0 });
      const same = await stack.pulumi(["preview", "--diff", "--expect-no-changes"]);
      expect(same.code === 0 ? "" : same.stdout + same.stderr).toBe("");
      await stack.configure({ "keyvault-connector:secrets[0].contentType": "text/plain" });
      const changed = await stack.pulumi(["preview", "--expect-no-changes"]);
      expect(changed.code).not.toBe(0);
    },
    120_000,
  );
});
