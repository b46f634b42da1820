import fs from "node:fs";
import { type EngineStack, startEngine } from "../support/engine";

const project = "keyvault-connector";

describe("a stack whose settings move from one connector to a list", () => {
  let stack: EngineStack;

  beforeAll(async () => {
    stack = await startEngine();
    await stack.up();
  }, 300_000);
  afterAll(() => stack.stop());

  test("keeps every resource: entries that were the only one say so, and the preview is empty", async () => {
    const { applicationDisplayName } = (await stack.outputs()) as { applicationDisplayName: string };
    const before = (await stack.resources())
      .filter(({ id }) => id)
      .map(({ id }) => id)
      .sort();
    const connectors = [{ name: "payroll", title: "KeyVaultAccess", renamedFrom: ["main"], applicationDisplayName }];
    const config = fs.readFileSync(stack.configFile, "utf8");
    fs.writeFileSync(
      stack.configFile,
      config.replace("config:\n", `config:\n  ${project}:connectors: ${JSON.stringify(connectors)}\n`),
    );
    const { code, stdout, stderr } = await stack.pulumi(["preview", "--json"]);
    expect(stderr + (code === 0 ? "" : stdout)).not.toContain("error");
    const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
    expect(steps.filter(({ op }) => op !== "same")).toEqual([]);
    await stack.up();
    const resources = await stack.resources();
    expect(
      resources
        .filter(({ id }) => id)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(before);
    expect(resources.map(({ urn }) => urn.split("::").at(-1))).toContain("connector-payroll-connector");
  }, 300_000);
});
