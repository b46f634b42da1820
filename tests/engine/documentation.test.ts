import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { stopCloud } from "../../local-cloud/client";
import { projectRoot } from "../../local-cloud/project";
import { run } from "../../tools/process";
import { copyCheckout } from "../support/checkoutCopy";
import { documentedBlocks, shellBlocks } from "../support/shellBlocks";

const root = projectRoot();
const blocks = documentedBlocks(root);
const toRun = blocks.filter(({ notRun }) => notRun === undefined);

test("blocks are found, indented ones too, and the mark is read", () => {
  const page = "<!-- not run: why -->\n\n```sh\none\n```\n\n1. list\n\n   ```sh\n   two\n   three\n   ```\n";
  expect(shellBlocks("page.md", page)).toEqual([
    { file: "page.md", line: 4, commands: "one", notRun: "why" },
    { file: "page.md", line: 10, commands: "two\nthree" },
  ]);
});

test("links of the documentation lead to files", () => {
  const pages = [
    ...new Set([...blocks.map(({ file }) => file), "docs/README.md", "docs/review.md", "CONTRIBUTING.md"]),
  ];
  const broken = pages.flatMap((page) => {
    const links = [...fs.readFileSync(path.join(root, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)];
    return links
      .map(([, target = ""]) => path.join(path.dirname(page), target))
      .filter((target) => !fs.existsSync(path.join(root, target)))
      .map((target) => `${page}: ${target}`);
  });
  expect(broken).toEqual([]);
});

describe("commands of the documentation, in its order, on one local cloud", () => {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), "documentation-"));
  const home = path.join(place, "home");
  // The tutorial changes settings, which other tests read at the same time.
  const checkout = path.join(place, "checkout");
  beforeAll(() => {
    copyCheckout(checkout, "built");
  });
  afterAll(async () => {
    await stopCloud(home);
    fs.rmSync(place, { recursive: true, force: true });
  });

  test("there are some", () => {
    expect(toRun.length).toBeGreaterThan(3);
  });

  test.each(toRun.map((block) => [`${block.file}:${block.line}`, block] as const))(
    "%s",
    async (_where, { commands }) => {
      const env = { ...process.env, LOCAL_CLOUD_HOME: home };
      const { code, stdout, stderr } = await run("bash", ["-euo", "pipefail", "-c", commands], { cwd: checkout, env });
      expect(code === 0 ? "" : `${commands}\n${stdout}\n${stderr}`).toBe("");
    },
    300_000,
  );
});
