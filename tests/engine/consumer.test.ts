import type { StackOutputs } from "../../outputs";
import { type EngineStack, startEngine } from "../support/engine";
import { type Example, startExample } from "../support/example";
import { localClient } from "../support/localClient";

const webhookUrl = "https://prod.example.com/hook?sig=hook-Hush";
const stackName = "organization/keyvault-connector/local";

describe("a second stack that reads the outputs", () => {
  let stack: EngineStack;
  let consumer: Example;
  let outputs: StackOutputs;

  beforeAll(async () => {
    stack = await startEngine();
    await stack.up();
    outputs = (await stack.outputs()) as unknown as StackOutputs;
    consumer = await startExample(stack, "consumer", ["outputs.ts"]);
    await consumer.succeed(["config", "set", "azure-native:location", "westeurope"]);
    await consumer.succeed(["config", "set", "connectorStack", stackName]);
    await consumer.succeed(["config", "set", "--secret", "webhookUrl"], webhookUrl);
  }, 300_000);
  afterAll(() => stack.stop());

  test("previews and makes a Logic App that knows the secret's address and the connector, and may read when it expires", async () => {
    await consumer.succeed(["preview"]);
    await consumer.succeed(["up", "--yes", "--skip-preview"]);
    const own = await consumer.outputs();
    expect(own.watchedConnector).toBe(outputs.connectorId);
    expect(own.watchedSecret).toBe(outputs.secrets.ppsecret1?.uri);

    const client = localClient(stack.env);
    const token = await client.token("https://management.azure.com");
    const get = async (id: string, version: string) => {
      const { body } = await client.send("GET", `https://management.azure.com${id}?api-version=${version}`, { token });
      return JSON.parse(body) as { properties: Record<string, unknown>; identity: { principalId: string } };
    };
    const workflow = await get(String(own.workflowId), "2019-05-01");
    expect(workflow.identity.principalId).toBe(own.workflowPrincipalId);
    expect(workflow.properties.parameters).toMatchObject({
      secretUri: { value: outputs.secrets.ppsecret1?.uri },
      connectorId: { value: outputs.connectorId },
      environmentId: { value: outputs.environmentId },
    });
    const assignment = (await consumer.resources()).find(({ type }) => type.endsWith(":RoleAssignment"));
    const { properties } = await get(String(assignment?.id), "2022-04-01");
    expect(properties).toMatchObject({ scope: outputs.secrets.ppsecret1?.id, principalId: own.workflowPrincipalId });
  }, 180_000);

  test("changes nothing the second time, nor after a refresh", async () => {
    await consumer.succeed(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    await consumer.succeed(["refresh", "--yes", "--skip-preview", "--expect-no-changes"]);
  }, 180_000);

  test("holds no secret in clear", async () => {
    const { stdout: state } = await consumer.succeed(["stack", "export"]);
    const { stdout: shown } = await stack.pulumi(["stack", "output", "clientSecret", "--show-secrets"]);
    expect(shown.trim().length).toBeGreaterThan(10);
    expect(state).not.toContain(shown.trim());
    expect(state).not.toContain("hook-Hush");
  });

  test("is told the names of what is not there", async () => {
    await consumer.succeed(["config", "set", "secretName", "ppsecret9"]);
    const secret = await consumer.pulumi(["preview"]);
    expect(secret.code).not.toBe(0);
    expect(secret.stdout).toContain('The stack has no secret "ppsecret9". There are: ppsecret1.');
    await consumer.succeed(["config", "rm", "secretName"]);

    // A stack of another project has no such contract; its own will do.
    await consumer.succeed(["config", "set", "connectorStack", "organization/connector-consumer/dev"]);
    const contract = await consumer.pulumi(["preview"]);
    expect(contract.code).not.toBe(0);
    expect(contract.stdout).toContain(
      'Stack "organization/connector-consumer/dev" has no output "secrets", which is there since version 1.0 of the contract. It exports no contractVersion.',
    );
    expect(contract.stdout).not.toContain("at apply");
  }, 180_000);

  test("goes without a trace", async () => {
    await consumer.succeed(["config", "set", "connectorStack", stackName]);
    await consumer.succeed(["destroy", "--yes", "--skip-preview"]);
    const left = (await stack.control.resources()).filter(({ type }) => type === "workflow");
    expect(left).toEqual([]);
    const { code } = await stack.pulumi(["preview", "--expect-no-changes"]);
    expect(code).toBe(0);
  }, 180_000);
});
