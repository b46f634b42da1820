import fs from "node:fs";
import path from "node:path";
import { reportOf } from "../../tools/previewReport/command";
import { type EngineStack, startEngine } from "../support/engine";

const n = "keyvault-connector:";
/** Names of the policies that a preview's text tells as violated. */
const violated = (text: string) => [...new Set([...text.matchAll(/\[(?:mandatory|advisory)\]\s+(\S+)/g)].map(([, name]) => name))].sort(); // prettier-ignore

describe("the policy pack on the engine", () => {
  let stack: EngineStack;
  /** As in prod: every policy stops the update. */
  let asInProd: string[];
  /** And client secrets last a month. */
  let stricter: string[];

  beforeAll(async () => {
    stack = await startEngine();
    const pack = (name: string, levels: object) => {
      const config = path.join(stack.home, `${name}.json`);
      fs.writeFileSync(config, JSON.stringify(levels));
      return ["--policy-pack", "policies", "--policy-pack-config", config];
    };
    asInProd = pack("prod", { all: "mandatory" });
    stricter = pack("stricter", { all: "mandatory", "client-secret-lifetime": { maximumDays: 30 } });
  }, 120_000);
  afterAll(() => stack.stop());

  test("in dev, what prod must have is only told", async () => {
    const { code, stdout } = await stack.pulumi(["preview", "--policy-pack", "policies"]);
    expect([code, violated(stdout)]).toEqual([0, ["required-tags"]]);
  }, 300_000);

  test("the same program breaks what prod must have, is stopped, and the report says by what", async () => {
    const { code, stdout } = await stack.pulumi(["preview", ...stricter]);
    expect(code).not.toBe(0);
    expect(violated(stdout)).toEqual([
      "client-secret-lifetime",
      "required-tags",
      "secret-expires",
      "vault-audit-log",
      "vault-firewall",
      "vault-purge-protection",
    ]);
    const env = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };
    const events = await stack.pulumi(["preview", "--json", ...stricter], { env });
    const report = reportOf([["preview-local.json", events.stdout]], "preview");
    expect(report).toContain("the preview of `local` failed");
    expect(report).toMatch(/🛑 \*\*Policy `vault-firewall`\*\* on `kv-vault`/);
  }, 300_000);

  test("with settings as prod has them, it keeps them all", async () => {
    await stack.configure({
      [`${n}vault.purgeProtection`]: "true",
      [`${n}vault.allowedIpRanges[0]`]: "203.0.113.0/24",
      [`${n}secrets[0].name`]: "ppsecret1",
      [`${n}secrets[0].expires`]: "2035-01-31",
      [`${n}tags.environment`]: "prod",
      [`${n}tags.owner`]: "platform-team",
      [`${n}monitoring.enabled`]: "true",
    });
    const { code, stdout } = await stack.pulumi(["preview", ...asInProd]);
    expect([code, violated(stdout)]).toEqual([0, []]);
  }, 300_000);
});
