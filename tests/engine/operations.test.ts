import type { StackOutputs } from "../../outputs";
import { type EngineStack, startEngine } from "../support/engine";
import { localClient } from "../support/localClient";

const project = "keyvault-connector";
const arm = "https://management.azure.com";

describe("a stack that is watched and locked", () => {
  let stack: EngineStack;
  let client: ReturnType<typeof localClient>;
  const outputs = async () => (await stack.outputs()) as unknown as StackOutputs;
  const succeeded = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await stack.pulumi(args);
    expect({ args, code, said: code === 0 ? "" : stdout + stderr }).toEqual({ args, code: 0, said: "" });
    return stdout;
  };

  beforeAll(async () => {
    stack = await startEngine();
    client = localClient(stack.env);
    await stack.configure({
      [`${project}:monitoring.enabled`]: "true",
      [`${project}:monitoring.emails[0]`]: "platform-team@contoso.com",
      [`${project}:vault.lock`]: "true",
    });
    await stack.up();
  }, 180_000);
  afterAll(() => stack.stop());

  test("has its log, its alerts and its lock", async () => {
    const made = (await stack.control.resources()).filter(({ service }) => service === "arm").map(({ type }) => type);
    expect(made.sort()).toEqual([
      "actionGroup",
      "diagnosticSetting",
      "eventSubscription",
      "lock",
      "resourceGroup",
      "roleAssignment",
      "roleAssignment",
      "scheduledQueryRule",
      "scheduledQueryRule",
      "vault",
      "workspace",
    ]);
  });

  test("has nothing to change, neither by a refresh nor in the preview after it", async () => {
    await succeeded(["refresh", "--yes", "--skip-preview", "--expect-no-changes"]);
    await succeeded(["preview", "--expect-no-changes"]);
  }, 240_000);

  test("keeps its vault and the roles on it while it is locked", async () => {
    const { vaultId, roleAssignments } = await outputs();
    const token = await client.token(arm);
    const locked = [
      { id: vaultId, version: "2024-11-01" },
      ...roleAssignments.map(({ id }) => ({ id, version: "2022-04-01" })),
    ];
    for (const { id, version } of locked) {
      const answer = await client.send("DELETE", `${arm}${id}?api-version=${version}`, { token });
      expect([answer.status, answer.body]).toEqual([409, expect.stringContaining("ScopeLocked")]);
    }
  });

  test("takes the lock and a role away in one update, the lock first", async () => {
    await stack.configure({ [`${project}:vault.lock`]: "false", [`${project}:access.deployerRole`]: "none" });
    await stack.up();
    await stack.configure({
      [`${project}:vault.lock`]: "true",
      [`${project}:access.deployerRole`]: "Key Vault Secrets Officer",
    });
    await stack.up();
  }, 240_000);

  test("is destroyed whole, its lock before all that it stands against", async () => {
    const before = (await stack.control.journal()).length;
    await succeeded(["destroy", "--yes", "--skip-preview"]);
    const deleted = (await stack.control.journal())
      .slice(before)
      .filter(({ method, host }) => method === "DELETE" && arm.endsWith(host))
      .map(({ path, status }) => `${status} ${path.split("?")[0]?.split("/").at(-2) ?? ""}`);
    expect(deleted.length).toBeGreaterThan(8);
    const lock = deleted.indexOf("200 locks");
    expect(lock).toBeGreaterThanOrEqual(0);
    const under = ["roleAssignments", "diagnosticSettings", "eventSubscriptions", "vaults"];
    const first = deleted.findIndex((line) => under.some((type) => line.endsWith(` ${type}`)));
    expect(first).toBeGreaterThan(lock);
    expect(deleted.filter((line) => line.startsWith("409"))).toEqual([]);
    expect((await stack.control.resources()).filter(({ softDeleted }) => softDeleted !== true)).toEqual([]);
  }, 240_000);
});
