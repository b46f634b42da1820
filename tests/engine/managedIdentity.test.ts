import { callAsMaker } from "../../tools/demo/maker";
import type { StackOutputs } from "../../outputs";
import { type EngineStack, startEngine } from "../support/engine";
import { localClient } from "../support/localClient";

const project = "keyvault-connector";
const graph = "https://graph.microsoft.com/v1.0";

interface Credential {
  id: string;
  issuer: string;
  subject: string;
  audiences: string[];
}

describe("a managed identity in place of client secrets", () => {
  let stack: EngineStack;
  let client: ReturnType<typeof localClient>;
  const outputs = async () => (await stack.outputs()) as unknown as StackOutputs;
  const getSecret = async () => callAsMaker(stack.env, (await outputs()).operations[0]?.url ?? "");
  /** What GetSecret answers while an update goes on, one call after the other. */
  const statusesDuringUp = async (): Promise<number[]> => {
    const url = (await outputs()).operations[0]?.url ?? "";
    const statuses: number[] = [];
    const state = { isDone: false };
    const up = stack.up().finally(() => (state.isDone = true));
    // Its reason is thrown below, when the calls have ended.
    up.catch(() => undefined);
    while (!state.isDone) statuses.push((await callAsMaker(stack.env, url)).status);
    await up;
    return statuses;
  };
  const application = async <T>(below: string): Promise<T> => {
    const token = await client.token("https://graph.microsoft.com");
    const url = `${graph}/applications/${(await outputs()).applicationObjectId}${below}`;
    return JSON.parse((await client.send("GET", url, { token })).body) as T;
  };

  beforeAll(async () => {
    stack = await startEngine();
    client = localClient(stack.env);
    await stack.up();
  }, 600_000);
  afterAll(() => stack.stop());

  test("takes over on a live stack without a failed call, and leaves no client secret behind", async () => {
    await stack.configure({ [`${project}:connector.signIn`]: "managedIdentity" });
    const before = await outputs();
    const statuses = await statusesDuringUp();
    expect(statuses.length).toBeGreaterThan(5);
    expect(new Set(statuses)).toEqual(new Set([200]));

    const after = await outputs();
    expect([after.connectorName, after.connectionName]).toEqual([before.connectorName, before.connectionName]);
    expect(after.clientSecretKeyId).toBe("");
    expect(await getSecret()).toMatchObject({ status: 200 });
    expect((await application<{ passwordCredentials: unknown[] }>("")).passwordCredentials).toEqual([]);
    const connection = (await stack.resources()).find(({ type }) => type.endsWith("powerPlatform:Connection"));
    expect(connection?.outputs?.parameterSet).toBe("managedIdentity");
    expect(await stack.state()).not.toContain("ApplicationPassword");
  }, 600_000);

  test("a federated credential with another subject is AADSTS700213, and the next update with a refresh repairs it", async () => {
    const { value } = await application<{ value: Credential[] }>("/federatedIdentityCredentials");
    const [credential] = value;
    expect(credential?.audiences).toEqual(["api://AzureADTokenExchange"]);
    const token = await client.token("https://graph.microsoft.com");
    const url = `${graph}/applications/${(await outputs()).applicationObjectId}/federatedIdentityCredentials/${credential?.id ?? ""}`;
    const patched = await client.send("PATCH", url, { token, body: { subject: "somebody else" } });
    expect(patched.status).toBe(204);
    const refused = await getSecret();
    expect([refused.status, refused.reason]).toEqual([401, expect.stringContaining("AADSTS700213")]);

    await stack.configure({
      [`${project}:connection.displayName`]: "Again",
      [`${project}:connection.statusDeadlineSeconds`]: "5",
    });
    const failing = await stack.pulumi(["up", "--yes", "--skip-preview"]);
    expect(failing.code).not.toBe(0);
    const said = (failing.stdout + failing.stderr).replaceAll(/\s+/g, " ");
    expect(said).toContain("AADSTS700213");
    expect(said).toContain("compare issuer, subject and audience with the connector's federatedIdentity");

    const repaired = await stack.pulumi(["up", "--yes", "--skip-preview", "--refresh"]);
    expect(repaired.stdout + repaired.stderr).not.toContain("error:");
    expect(repaired.code).toBe(0);
    expect(await getSecret()).toMatchObject({ status: 200 });
  }, 600_000);

  test("client secrets take over again without a failed call", async () => {
    await stack.control.setKnobs({ clientSecretDelaySeconds: 3 });
    await stack.configure({ [`${project}:connector.signIn`]: "servicePrincipal" });
    const statuses = await statusesDuringUp();
    expect(statuses.length).toBeGreaterThan(5);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await outputs()).proof.result).toBe("proven");
    const { value } = await application<{ value: Credential[] }>("/federatedIdentityCredentials");
    expect(value).toEqual([]);
  }, 600_000);

  test("users who sign in themselves take over: the stack's connection goes, and comes back under its id", async () => {
    const before = await outputs();
    await stack.configure({ [`${project}:connector.signIn`]: "user" });
    await stack.up();
    const between = await outputs();
    expect([between.connectionName, between.connectorName]).toEqual(["", before.connectorName]);
    await stack.configure({ [`${project}:connector.signIn`]: "servicePrincipal" });
    await stack.up();
    expect((await outputs()).connectionName).toBe(before.connectionName);
    expect(await getSecret()).toMatchObject({ status: 200 });
  }, 600_000);
});
