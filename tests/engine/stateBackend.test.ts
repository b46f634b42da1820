import { seed } from "../../local-cloud/seed";
import { type EngineStack, startEngine } from "../support/engine";
import { type Example, startExample } from "../support/example";
import { localClient } from "../support/localClient";

describe("the place for a team's state", () => {
  let stack: EngineStack;
  let place: Example;

  beforeAll(async () => {
    stack = await startEngine();
    place = await startExample(stack, "state-backend");
    await place.succeed(["config", "set", "azure-native:location", "westeurope"]);
    await place.succeed(["config", "set", "accountName", "contosostate"]);
    await place.succeed(["config", "set", "vaultName", "kv-contoso-state"]);
    await place.succeed(["config", "set", "--path", "deployerIds[0]", seed.makers.objectId]);
    await place.succeed(["preview"]);
    await place.succeed(["up", "--yes", "--skip-preview"]);
  }, 300_000);
  afterAll(() => stack.stop());

  test("is made, and says where it is", async () => {
    expect(await place.outputs()).toEqual({
      backend: "azblob://state?storage_account=contosostate",
      secretsProvider: "azurekeyvault://kv-contoso-state.vault.azure.net/keys/pulumi",
    });
  });

  test("changes nothing the second time, nor after a refresh", async () => {
    await place.succeed(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    await place.succeed(["refresh", "--yes", "--skip-preview", "--expect-no-changes"]);
  }, 180_000);

  test("has no keys of its own, keeps versions, cannot be purged, and lets the deployers in alone", async () => {
    const client = localClient(stack.env);
    const token = await client.token("https://management.azure.com");
    const properties = async (ending: string, version: string) => {
      const id = (await place.resources()).find(({ type }) => type.endsWith(ending))?.id ?? "";
      const { body } = await client.send("GET", `https://management.azure.com${id}?api-version=${version}`, { token });
      return (JSON.parse(body) as { properties: Record<string, unknown> }).properties;
    };
    expect(await properties(":StorageAccount", "2024-01-01")).toMatchObject({
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      minimumTlsVersion: "TLS1_2",
    });
    expect(await properties(":BlobServiceProperties", "2024-01-01")).toMatchObject({
      isVersioningEnabled: true,
      deleteRetentionPolicy: { enabled: true, days: 90 },
    });
    expect(await properties(":Vault", "2024-11-01")).toMatchObject({ enablePurgeProtection: true });
    const grants = (await place.resources()).filter(({ type }) => type.endsWith(":RoleAssignment"));
    expect(grants.map(({ inputs }) => inputs?.principalId)).toEqual([seed.makers.objectId, seed.makers.objectId]);
    expect(grants.map(({ inputs }) => String(inputs?.scope).split("/").at(-1)).sort()).toEqual(["pulumi", "state"]);
  }, 60_000);

  test("is not destroyed by mistake", async () => {
    const { code, stdout, stderr } = await place.pulumi(["destroy", "--yes", "--skip-preview"]);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/protect/);
  }, 60_000);
});
