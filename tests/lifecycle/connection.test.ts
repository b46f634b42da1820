import { Directory } from "../../local-cloud/graph/directory";
import { seed } from "../../local-cloud/seed";
import type { ConnectionInputs, ConnectionOutputs } from "../../power-platform/lifecycle/connection";
import { connectionInputs, connectorInputs } from "../support/connectors";
import { startTestCloud, type TestCloud } from "../support/localCloud";
import { type ProviderError, type ProviderProcess, startProvider } from "../support/provider";

describe("the life of a connection", () => {
  let cloud: TestCloud;
  let provider: ProviderProcess;
  let connector: string;

  beforeEach(async () => {
    cloud = await startTestCloud();
    provider = startProvider(cloud.env);
    connector = (await provider.customConnector.create(connectorInputs())).outs.internalName;
  });
  afterEach(async () => {
    provider.stop();
    await cloud.stop();
  });

  const inputs = (change = {}) => connectionInputs(connector, cloud.credentials.deployerSecret, change);
  const existing = () => cloud.local.resources().filter(({ type }) => type === "connection");

  test("create, read, diff: nothing changes by itself, and the state holds no secret", async () => {
    const { id, outs } = await provider.connection.create(inputs());
    expect(outs).toMatchObject({ status: "Connected" });
    expect(JSON.stringify(outs)).not.toContain(cloud.credentials.deployerSecret);
    expect((await provider.connection.read(id, outs)).props).toEqual(outs);
    expect(await provider.connection.diff(id, outs, inputs())).toEqual({ replaces: [] });
  });

  test("a wrong secret fails with Entra's words and the remedy, and stays in the state until it is repaired", async () => {
    const wrong = inputs({ secretParameters: { "token:clientSecret": "wrong" }, statusDeadlineSeconds: 1 });
    const error = (await provider.connection.create(wrong).catch((caught: unknown) => caught)) as ProviderError;
    expect(error.message).toContain("AADSTS7000215");
    expect(error.message).toContain("The client secret is not one of the application's");
    expect(error).toMatchObject({ id: inputs().connectionName, properties: { status: "Error" } });
    const olds = error.properties as unknown as ConnectionOutputs;
    expect(await provider.connection.diff("x", olds, inputs())).toMatchObject({ changes: true });
    expect((await provider.connection.update("x", olds, inputs())).outs.status).toBe("Connected");
    expect(existing()).toHaveLength(1);
  });

  test("what time does not heal is not waited for", async () => {
    const tenant = { ...inputs().parameters, "token:TenantId": "10ca1c10-0000-4000-8000-0000000000ff" };
    const startedAt = Date.now();
    const error = provider.connection.create(inputs({ parameters: tenant, statusDeadlineSeconds: 300 }));
    await expect(error).rejects.toThrow("AADSTS90002");
    expect(Date.now() - startedAt).toBeLessThan(20_000);
  }, 30_000);

  test("a status that comes late is waited for", async () => {
    cloud.local.cloud.knobs.patch({ connectionStatusDelaySeconds: 2 });
    expect((await provider.connection.create(inputs())).outs.status).toBe("Connected");
  }, 30_000);

  test("a lost answer makes no second connection", async () => {
    cloud.local.faults.add({ method: "PUT", path: "/connections/", effect: "cutAfter", times: 1 });
    const { outs } = await provider.connection.create(inputs());
    expect(outs.status).toBe("Connected");
    expect(existing()).toHaveLength(1);
  }, 30_000);

  test("is shared with those who are listed, and with nobody who was taken off the list", async () => {
    const { id, outs } = await provider.connection.create(inputs());
    const maker = { principalId: seed.maker.objectId, principalType: "User" as const, role: "CanEdit" as const };
    const changed = inputs({ shareWith: [maker] });
    const after = await provider.connection.update(id, outs, changed);
    const filter = encodeURIComponent(`environment eq '${seed.environment.id}'`);
    const environment = seed.environment.id.replaceAll("-", "");
    const answer = await cloud.send(
      "GET",
      `https://${environment.slice(0, -2)}.${environment.slice(-2)}.environment.api.powerplatform.com/connectivity/connectors/${connector}/connections/${id}/permissions?api-version=1&$filter=${filter}`,
      { token: await cloud.token("https://api.powerplatform.com") },
    );
    const { value } = JSON.parse(answer.body) as { value: { name: string; properties: { roleName: string } }[] };
    expect(value.map(({ name, properties }) => [name, properties.roleName])).toEqual([
      [seed.deployer.objectId, "Owner"],
      [seed.maker.objectId, "CanEdit"],
    ]);
    expect((await provider.connection.read(id, after.outs)).props?.status).toBe("Connected");
  });

  test("a failed sharing leaves the connection in the state", async () => {
    const nobody = { principalId: "10ca1c10-0000-4000-8000-00000000dead", principalType: "Group", role: "CanView" };
    const error = (await provider.connection
      .create(inputs({ shareWith: [nobody] }))
      .catch((caught: unknown) => caught)) as ProviderError;
    expect(error.message).toContain("PrincipalNotFound");
    expect(error.id).toBe(inputs().connectionName);
    expect(existing()).toHaveLength(1);
  });

  test("somebody whom Entra has just made is waited for, by the connector's sharing and the connection's", async () => {
    const fresh = { principalId: "10ca1c10-0000-4000-8000-00000000f4e5", principalType: "Group", role: "CanView" };
    const refusals = () => cloud.local.journal.list().filter(({ error }) => error === "PrincipalNotFound");
    const groups = new Directory(cloud.local.cloud.store).groups;
    const shareWith = [fresh] as ConnectionInputs["shareWith"];
    const making = [
      () => provider.customConnector.create(connectorInputs("Shared", { shareWith })),
      () => provider.connection.create(inputs({ shareWith, statusDeadlineSeconds: 60 })),
    ];
    for (const make of making) {
      const before = refusals().length;
      const made = make();
      made.catch(() => undefined);
      while (refusals().length === before) await new Promise((done) => setTimeout(done, 20));
      groups.put(fresh.principalId, { id: fresh.principalId, displayName: "Fresh", memberIds: [] });
      expect((await made).outs.shareWith).toEqual([fresh]);
      groups.delete(fresh.principalId);
    }
  });

  test("a changed secret is written; a connector that is only updated changes nothing in a preview", async () => {
    const { id, outs } = await provider.connection.create(inputs());
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    expect(await provider.connection.diff(id, outs, inputs({ connectorName: unknown }))).toEqual({
      changes: false,
      replaces: [],
    });
    const replaced = inputs({ connectorName: unknown, connectorIdentity: "2" });
    expect((await provider.connection.diff(id, outs, replaced)).replaces).toEqual(["connectorName"]);
    const rotated = inputs({ connectorName: unknown, secretParameters: { "token:clientSecret": "another" } });
    expect(await provider.connection.diff(id, outs, rotated)).toEqual({ replaces: [] });
  });

  test("a refresh sees a deleted connection as gone, and a second delete is fine", async () => {
    const { id, outs } = await provider.connection.create(inputs());
    await provider.connection.delete(id, outs);
    await provider.connection.delete(id, outs);
    expect((await provider.connection.read(id, outs)).id).toBeUndefined();
    expect(existing()).toEqual([]);
  });
});
