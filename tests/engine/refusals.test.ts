import type { StackOutputs } from "../../outputs";
import { callAsMaker } from "../../tools/demo/maker";
import { type EngineStack, startEngine } from "../support/engine";
import { localClient, type LocalClient } from "../support/localClient";

const project = "keyvault-connector";

/** Texts on a terminal are broken at its width. */
const unwrapped = (text: string) => text.replace(/\s+/g, " ");

describe("refusals on the engine", () => {
  let stack: EngineStack;
  let client: LocalClient;

  beforeAll(async () => {
    stack = await startEngine();
    client = localClient(stack.env);
  }, 60_000);
  afterAll(() => stack.stop());

  const failing = async (...args: string[]) => {
    // A group that nobody knows may just have been made: not waited for as long as users would.
    const env = { KEYVAULT_CONNECTOR_WAIT_SECONDS: "8" };
    const { code, stdout, stderr } = await stack.pulumi(args, { env });
    expect(code).not.toBe(0);
    return unwrapped(stdout + stderr);
  };
  const outputs = async () => (await stack.outputs()) as unknown as StackOutputs;

  test("wrong settings are refused, all at once, before anything is made", async () => {
    await stack.configure({
      [`${project}:vault.softDeleteRetentionDays`]: "5",
      [`${project}:vault.purgeProtecton`]: "true",
      [`${project}:connector.description`]: "too short",
      [`${project}:proof`]: "perhaps",
    });
    const said = await failing("up", "--yes", "--skip-preview");
    expect(said).toContain("4 settings of stack local cannot be used. Nothing was changed.");
    expect(said).toContain("vault.softDeleteRetentionDays cannot be 5.");
    expect(said).toContain("Did you mean purgeProtection?");
    expect(said).toContain("connector.description cannot be");
    expect(said).toContain('proof cannot be "perhaps". Allowed: auto, direct, runtime or none');
    expect(await stack.control.resources()).toEqual([]);
    for (const key of ["vault.purgeProtecton", "vault.softDeleteRetentionDays", "connector.description", "proof"]) {
      await stack.pulumi(["config", "rm", "--path", `${project}:${key}`]);
    }
  }, 60_000);

  test("a client secret that Entra does not know fails the update with the service's words, and the next update repairs it", async () => {
    await stack.configure({ [`${project}:rotation.deadlineSeconds`]: "5" });
    await stack.control.setKnobs({ clientSecretDelaySeconds: 3600 });
    const said = await failing("up", "--yes", "--skip-preview");
    expect(said).toContain("Entra did not accept the client secret of the application");
    expect(said).toContain("within 5 seconds");
    expect(said).toContain("AADSTS7000215");
    expect(said).toContain("The client secret is not one of the application's, or Entra does not know it yet");
    // Nothing gets a secret that does not work yet.
    expect((await stack.control.resources()).filter(({ type }) => type === "connection")).toEqual([]);
    await stack.control.setKnobs({ clientSecretDelaySeconds: 0 });
    await stack.up();
    const connections = (await stack.control.resources()).filter(({ type }) => type === "connection");
    expect(connections).toHaveLength(1);
    expect((await outputs()).proof.result).toBe("proven");
  }, 120_000);

  test("without its role the reader is refused by the vault, and answered again when the next update has given it back", async () => {
    const { operations, roleAssignments } = await outputs();
    const url = operations[0]?.url ?? "";
    const reader = roleAssignments.find(({ role }) => role === "Key Vault Secrets User")?.id ?? "";
    const token = await client.token("https://management.azure.com");
    const removed = await client.send("DELETE", `https://management.azure.com${reader}?api-version=2022-04-01`, {
      token,
    });
    expect(removed.status).toBe(200);
    const refused = await callAsMaker(stack.env, url);
    expect([refused.status, refused.reason]).toEqual([403, expect.stringContaining("Caller is not authorized")]);
    const { code } = await stack.pulumi(["up", "--yes", "--skip-preview", "--refresh"]);
    expect(code).toBe(0);
    expect(await callAsMaker(stack.env, url)).toMatchObject({ status: 200 });
  }, 120_000);

  test("the proof waits until a new role counts, and says what is missing when it never does", async () => {
    await stack.control.setKnobs({ roleAssignmentDelaySeconds: 4 });
    await stack.configure({
      [`${project}:access.readerScope`]: "vault",
      [`${project}:connection.displayName`]: "Again",
    });
    await stack.up();
    expect((await outputs()).proof.result).toBe("proven");

    await stack.control.setKnobs({ roleAssignmentDelaySeconds: 3600 });
    await stack.configure({
      [`${project}:access.readerScope`]: "secret",
      [`${project}:connection.displayName`]: "And again",
      [`${project}:proofDeadlineSeconds`]: "5",
    });
    const said = await failing("up", "--yes", "--skip-preview");
    expect(said).toContain("The proof failed at calling the operation");
    expect(said).toContain("ForbiddenByRbac");
    expect(said).toContain("has a role that reads /secrets/ppsecret1");
    await stack.control.setKnobs({ roleAssignmentDelaySeconds: 0 });
  }, 180_000);

  test("a version that does not exist is the vault's SecretNotFound", async () => {
    const { vaultUri, clientId } = await outputs();
    const { stdout } = await stack.pulumi(["stack", "output", "clientSecret", "--show-secrets"]);
    const token = await client.token("https://vault.azure.net", { clientId, clientSecret: stdout.trim() });
    const answer = await client.send("GET", `${vaultUri}/secrets/ppsecret1/${"0".repeat(32)}?api-version=7.4`, {
      token,
    });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      404,
      { error: expect.objectContaining({ code: "SecretNotFound" }) as unknown },
    ]);
  }, 60_000);

  test("through the runtime, an app-only caller is reported as not proven rather than as failed", async () => {
    await stack.configure({ [`${project}:proof`]: "runtime" });
    await stack.up();
    const { proof } = await outputs();
    expect(proof.result).toBe("notProven");
    expect(proof.reason).toContain("missing connection ACL");
    await stack.control.setKnobs({ runtimeAllowsAppOnly: true });
    await stack.configure({ [`${project}:connection.displayName`]: "Third" });
    await stack.up();
    expect((await outputs()).proof).toEqual({ mode: "runtime", result: "proven", reason: "" });
  }, 120_000);

  test("an unknown environment and an unknown group are named, with what to do", async () => {
    await stack.configure({
      [`${project}:connection.shareWith[0].principalId`]: "10ca1c10-0000-4000-8000-00000000dead",
    });
    const group = await failing("up", "--yes", "--skip-preview");
    expect(group).toContain("PrincipalNotFound");
    expect(group).toContain("Check the object id and the kind (User or Group)");
    await stack.configure({ [`${project}:powerPlatformEnvironmentId`]: "10ca1c10-0000-4000-8000-0000000000ff" });
    const environment = await failing("up", "--yes", "--skip-preview");
    expect(environment).toContain("EnvironmentNotFound");
    expect(environment).toContain("Check the environment id");
  }, 120_000);

  test("all operations together, one with each of several secrets", async () => {
    const given = "given-p@ss word/€";
    await stack.configure(
      {
        [`${project}:powerPlatformEnvironmentId`]: "10ca1c10-0000-4000-8000-00000000e4b1",
        [`${project}:connection.shareWith[0].principalId`]: "10ca1c10-0000-4000-8000-0000000009a4",
        [`${project}:proof`]: "direct",
        [`${project}:secrets[0].name`]: "ppsecret1",
        [`${project}:secrets[1].name`]: "given",
        [`${project}:secrets[1].contentType`]: "text/plain",
        [`${project}:secrets[1].expires`]: "2099-01-01",
        [`${project}:connector.operations[0].kind`]: "latest",
        [`${project}:connector.operations[0].secret`]: "given",
        [`${project}:connector.operations[1].kind`]: "byName",
        [`${project}:connector.operations[2].kind`]: "pinned",
        [`${project}:connector.resourceUrl`]: "own-vault",
      },
      { [`${project}:secretValues.given`]: given },
    );
    await stack.up();
    const { operations, proof } = await outputs();
    expect(proof.result).toBe("proven");
    expect(operations.map(({ operationId }) => operationId)).toEqual([
      "GetLatestSecret",
      "GetSecretByName",
      "GetSecret",
    ]);
    const [latest, byName, pinned] = operations.map(({ url }) => url);
    expect(await callAsMaker(stack.env, latest ?? "")).toMatchObject({ status: 200, value: given, secret: "given" });
    const otherName = (byName ?? "").replace("/secrets/ppsecret1", "/secrets/given");
    expect(await callAsMaker(stack.env, otherName)).toMatchObject({ status: 200, value: given });
    const nowhere = (byName ?? "").replace("/secrets/ppsecret1", "/secrets/nowhere");
    // The role is on each secret alone: of others the reader does not even learn whether they exist.
    expect(await callAsMaker(stack.env, nowhere)).toMatchObject({ status: 403 });
    expect(await callAsMaker(stack.env, pinned ?? "")).toMatchObject({ status: 200, secret: "ppsecret1" });
    expect(await stack.state()).not.toContain(given);
    const again = await stack.pulumi(["preview", "--refresh", "--expect-no-changes"]);
    expect(again.code).toBe(0);
  }, 120_000);
});
