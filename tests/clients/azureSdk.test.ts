import { startTestCloud, type TestCloud } from "../support/localCloud";
import { runClient } from "../support/runNode";

describe("the official Azure SDKs, unmodified", () => {
  let cloud: TestCloud;
  let seen: Record<string, unknown>;

  beforeAll(async () => {
    cloud = await startTestCloud();
    seen = (await runClient("azureSdk.cjs", cloud.env)) as Record<string, unknown>;
  }, 60_000);
  afterAll(async () => {
    await cloud.stop();
  });

  it("makes a group and a vault", () => {
    expect(seen).toMatchObject({
      group: 201,
      vaultUri: "https://kv-clients.vault.azure.net/",
      rbac: true,
      listed: ["kv-clients"],
    });
  });

  it("is refused by the vault until it has a role", () => {
    expect(seen.beforeRole).toMatchObject({ status: 403, code: "Forbidden" });
    expect(JSON.stringify(seen.beforeRole)).toContain("Microsoft.KeyVault/vaults/secrets/setSecret/action");
    expect(seen.assignment).toBe("11111111-2222-4333-8444-555555555555");
    expect(seen.again).toMatchObject({ status: 409, code: "RoleAssignmentExists" });
  });

  it("writes, reads, lists and updates secrets and their versions", () => {
    expect(seen).toMatchObject({ values: ["second value", "first value"], many: 31, versions: 2 });
    expect(seen.disabled).toMatchObject({ status: 403 });
    expect(seen.unknown).toMatchObject({ status: 404, code: "SecretNotFound" });
  });

  it("deletes, recovers, purges and restores secrets", () => {
    expect(seen.conflict).toMatchObject({ status: 409 });
    expect(seen).toMatchObject({ recovered: "x", restored: "many-1" });
  });

  it("tells a wrong client secret in Entra's words", () => {
    expect(JSON.stringify(seen.wrongSecret)).toContain("AADSTS7000215");
  });

  it("deletes and purges a vault, whose assignments go with it", () => {
    expect(seen.deleted).toBe("kv-clients");
    expect(seen.gone).toMatchObject({ status: 404 });
    expect(seen.left).not.toContain("11111111-2222-4333-8444-555555555555");
  });
});
