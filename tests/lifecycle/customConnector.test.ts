import { seed } from "../../local-cloud/seed";
import type { CustomConnectorOutputs } from "../../power-platform/lifecycle/connectorInputs";
import { connectorInputs } from "../support/connectors";
import { startTestCloud, type TestCloud } from "../support/localCloud";
import { type ProviderError, type ProviderProcess, startProvider } from "../support/provider";

const filter = `api-version=2016-11-01&$filter=${encodeURIComponent(`environment eq '${seed.environment.id}'`)}`;
const apis = "https://api.powerapps.com/providers/Microsoft.PowerApps/apis";

describe("the life of a custom connector", () => {
  let cloud: TestCloud;
  let provider: ProviderProcess;

  beforeEach(async () => {
    cloud = await startTestCloud();
    provider = startProvider(cloud.env);
  });
  afterEach(async () => {
    provider.stop();
    await cloud.stop();
  });

  const existing = () => cloud.local.resources().filter(({ type }) => type === "connector");
  const calls = (method: string) =>
    cloud.local.journal.list().filter((entry) => entry.method === method && entry.service === "power-platform");
  /** Somebody edits the connector in the portal. */
  const edit = async (outs: CustomConnectorOutputs, change: Record<string, unknown>) => {
    const token = await cloud.token("https://service.powerapps.com");
    const { definition, environmentId, connectionParameterSets } = outs;
    const properties = {
      environment: { name: environmentId },
      backendService: { serviceUrl: `https://${definition.host}/` },
      openApiDefinition: definition,
      connectionParameterSets,
      ...change,
    };
    const answer = await cloud.send("PATCH", `${apis}/${outs.internalName}?${filter}`, { token, body: { properties } });
    if (answer.status !== 200) throw new Error(answer.body);
  };

  test("create, read, diff: nothing changes by itself", async () => {
    const inputs = connectorInputs();
    const { id, outs } = await provider.customConnector.create(inputs);
    expect(outs).toMatchObject({ status: "Ready", connectorId: id });
    expect(outs.redirectUrl).toContain("/redirect/keyvaultaccess-5f");
    expect(JSON.stringify(outs)).not.toContain(inputs.oauthClientSecret);
    const { props } = await provider.customConnector.read(id, outs);
    expect(props).toEqual(outs);
    expect(await provider.customConnector.diff(id, outs, inputs)).toEqual({ replaces: [] });
  });

  test("an answer that was lost leads to the one connector that was made", async () => {
    cloud.local.faults.add({ host: "api.powerapps.com", method: "POST", path: "/apis\\?", effect: "cutAfter" });
    const { outs } = await provider.customConnector.create(connectorInputs());
    expect(outs.internalName).toMatch(/^shared_keyvaultaccess/);
    expect(existing()).toHaveLength(1);
    expect(calls("POST")).toHaveLength(1);
  }, 30_000);

  test("a create after a crash finds what the earlier one made, and brings it up to date", async () => {
    await provider.customConnector.create(connectorInputs());
    const { outs } = await provider.customConnector.create(
      connectorInputs("KeyVaultAccess", { iconBrandColor: "#ff0000" }),
    );
    expect(existing()).toHaveLength(1);
    const { props } = await provider.customConnector.read("x", outs);
    expect(props?.iconBrandColor).toBe("#ff0000");
  });

  test("a connector of somebody else with the same title is refused, not taken", async () => {
    await provider.customConnector.create(connectorInputs());
    const other = connectorInputs();
    other.definition.info["x-iac-id"] = "another marker";
    const error = await provider.customConnector.create(other).catch((caught: unknown) => caught as ProviderError);
    expect(error).toMatchObject({ message: expect.stringContaining("choose another title") as string });
    expect(existing()).toHaveLength(1);
  });

  test("what fails after the connector was made leaves it in the state", async () => {
    cloud.local.faults.add({ method: "GET", path: "/apis/shared_", effect: "status", status: 403, times: 20 });
    const inputs = connectorInputs("KeyVaultAccess", {
      shareWith: [{ principalId: seed.makers.objectId, principalType: "Group", role: "CanView" }],
    });
    const error = await provider.customConnector.create(inputs).catch((caught: unknown) => caught as ProviderError);
    expect(error).toMatchObject({ id: expect.stringContaining("/apis/shared_keyvaultaccess") as string });
    const { properties } = error as ProviderError;
    expect(properties).toMatchObject({ status: "Incomplete" });
    cloud.local.faults.clear();
    const olds = properties as unknown as CustomConnectorOutputs;
    expect(await provider.customConnector.diff("x", olds, inputs)).toMatchObject({ changes: true });
    const { outs } = await provider.customConnector.update("x", olds, inputs);
    expect(outs.status).toBe("Ready");
  }, 30_000);

  test.each([
    [
      "an operation",
      (outs: CustomConnectorOutputs) => ({
        openApiDefinition: {
          ...outs.definition,
          paths: { "/other": { get: { operationId: "Other", responses: { 200: { description: "Other" } } } } },
        },
      }),
      "definition",
    ],
    ["the colour", () => ({ iconBrandColor: "#123456" }), "iconBrandColor"],
    [
      "the sign-in",
      (outs: CustomConnectorOutputs) => ({
        connectionParameterSets: { values: outs.connectionParameterSets?.values.slice(0, 1) },
      }),
      "connectionParameterSets",
    ],
  ])("a refresh shows that somebody edited %s, and the next update undoes it", async (_what, change, key) => {
    const inputs = connectorInputs();
    const { id, outs } = await provider.customConnector.create(inputs);
    await edit(outs, change(outs));
    const { props } = await provider.customConnector.read(id, outs);
    expect(props?.status).toBe("Drifted");
    expect(props?.[key as "definition"]).not.toEqual(outs[key as "definition"]);
    if (!props) throw new Error("The connector is gone.");
    expect(await provider.customConnector.diff(id, props, inputs)).toMatchObject({ changes: true });
    await provider.customConnector.update(id, props, inputs);
    expect((await provider.customConnector.read(id, outs)).props).toEqual(outs);
  });

  test("another title or environment replaces, anything else does not", async () => {
    const inputs = connectorInputs();
    const { id, outs } = await provider.customConnector.create(inputs);
    const other = connectorInputs("Other");
    expect((await provider.customConnector.diff(id, outs, other)).replaces).toEqual(["identity"]);
    const elsewhere = { ...inputs, environmentId: "10ca1c10-0000-4000-8000-0000000000ff" };
    expect((await provider.customConnector.diff(id, outs, elsewhere)).replaces).toEqual(["environmentId"]);
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const preview = { ...inputs, definition: unknown as never, identity: unknown };
    expect((await provider.customConnector.diff(id, outs, preview)).replaces).toEqual([]);
  });

  test("a read tells gone from unreachable, and a second delete is fine", async () => {
    const { id, outs } = await provider.customConnector.create(connectorInputs());
    await provider.customConnector.delete(id, outs);
    expect(existing()).toEqual([]);
    await provider.customConnector.delete(id, outs);
    expect((await provider.customConnector.read(id, outs)).id).toBeUndefined();
    const elsewhere = { ...outs, environmentId: "10ca1c10-0000-4000-8000-0000000000ff" };
    await expect(provider.customConnector.read(id, elsewhere)).rejects.toThrow("ServiceToServiceEnvironmentNotFound");
  });

  test("throttling is waited for as the service asks", async () => {
    cloud.local.faults.add({
      method: "POST",
      path: "/apis\\?",
      effect: "status",
      status: 429,
      retryAfterSeconds: 1,
      times: 2,
    });
    await provider.customConnector.create(connectorInputs());
    const posts = calls("POST").map(({ time, status }) => ({ status, time: Date.parse(time) }));
    expect(posts.map(({ status }) => status)).toEqual([429, 429, 201]);
    expect((posts[2]?.time ?? 0) - (posts[0]?.time ?? 0)).toBeGreaterThanOrEqual(1900);
  }, 30_000);
});
