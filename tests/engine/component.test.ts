import path from "node:path";
import { seed } from "../../local-cloud/seed";
import { projectRoot } from "../../local-cloud/project";
import { run } from "../../tools/process";
import { type EngineStack, startEngine } from "../support/engine";
import { type Example, startExample } from "../support/example";
import { ensureYamlHost } from "../support/yamlHost";

interface Property {
  type?: string;
  description?: string;
}
interface PackageSchema {
  name: string;
  resources: Record<
    string,
    {
      isComponent: boolean;
      inputProperties: Record<string, Property>;
      requiredInputs: string[];
      properties: Record<string, Property>;
    }
  >;
}

const token = "keyvault-connector:index:SecretConnector";

describe("the stack as one component", () => {
  let stack: EngineStack;
  beforeAll(async () => {
    stack = await startEngine();
  }, 120_000);
  afterAll(() => stack.stop());

  test("has a schema, made of its types and their descriptions", async () => {
    const folder = path.join(projectRoot(), "component");
    const { code, stdout, stderr } = await run("pulumi", ["package", "get-schema", folder], {
      env: stack.env,
      cwd: stack.home,
    });
    if (code !== 0) throw new Error(stderr);
    const schema = JSON.parse(stdout) as PackageSchema;
    const component = schema.resources[token];
    expect(schema.name).toBe("keyvault-connector");
    expect(Object.keys(schema.resources)).toEqual([token]);
    expect(component?.isComponent).toBe(true);
    expect(component?.requiredInputs).toEqual(["location", "powerPlatformEnvironmentId"]);
    expect(component?.inputProperties.softDeleteRetentionDays?.type).toBe("number");
    expect(component?.properties.connectorId?.type).toBe("string");
    const all = Object.values({ ...component?.inputProperties, ...component?.properties });
    expect(all.length).toBeGreaterThan(20);
    const undescribed = Object.entries(component?.inputProperties ?? {}).filter(([, { description }]) => !description);
    expect(undescribed).toEqual([]);
  }, 240_000);

  describe("in a program in YAML", () => {
    const host = ensureYamlHost();
    const given = host === undefined ? test.skip : test;
    let yaml: Example;

    given(
      "makes everything, proves it, and changes nothing the second time",
      async () => {
        const env = { ...stack.env, PATH: [host, stack.env.PATH].join(path.delimiter) };
        const files = ["component", "power-platform", "tools/sdk.cjs"];
        yaml = await startExample({ ...stack, env }, "yaml", files);
        await yaml.succeed(["config", "set", "environmentId", seed.environment.id]);
        await yaml.succeed(["config", "set", "makers", seed.makers.objectId]);
        await yaml.succeed(["up", "--yes", "--skip-preview"]);
        const outputs = await yaml.outputs();
        expect(outputs.proof).toBe("proven");
        expect(outputs.secretUri).toMatch(/^https:\/\/kv-dev-[0-9a-f]{8}\.vault\.azure\.net\/secrets\/payroll-key$/);
        const connectors = (await stack.control.resources()).filter(({ type }) => type === "connector");
        expect(connectors.map(({ name }) => name)).toEqual(["Payroll secrets"]);
        await yaml.succeed(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
      },
      600_000,
    );

    given(
      "is refused with the name of what is wrong",
      async () => {
        await yaml.succeed(["config", "set", "environmentId", "not-an-id"]);
        const { code, stdout } = await yaml.pulumi(["preview"]);
        expect(code).not.toBe(0);
        expect(stdout).toContain("powerPlatformEnvironmentId");
        expect(stdout).toContain("not-an-id");
      },
      240_000,
    );
  });
});
