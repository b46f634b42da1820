import fc from "fast-check";
import fs from "node:fs";
import path from "node:path";
import { environmentIdFor, seed } from "../../local-cloud/seed";
import { connectorProblems } from "../../power-platform/lifecycle/connectorCheck";
import { terse } from "../../power-platform/lifecycle/stateForm";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "../../power-platform/lifecycle/connectorInputs";
import type { RouteName } from "../../power-platform/routes/route";
import { connectionInputs, connectorInputs } from "../support/connectors";
import { startTestCloud, type TestCloud } from "../support/localCloud";
import { type ProviderError, type ProviderProcess, startProvider } from "../support/provider";
import { connectorOf } from "../support/randomConnectors";

const organization = `https://${seed.dataverseEnvironment.host}/api/data/v9.2`;
const apis = "https://api.powerapps.com/providers/Microsoft.PowerApps/apis";
const png = Buffer.from("89504e470d0a1a0a", "hex");

describe.each<RouteName>(["powerApps", "dataverse"])("a custom connector by the route %s", (route) => {
  const environmentId = environmentIdFor(route);
  const filter = `api-version=2016-11-01&$filter=${encodeURIComponent(`environment eq '${environmentId}'`)}`;
  let cloud: TestCloud;
  let provider: ProviderProcess;
  let number = 0;

  beforeAll(async () => {
    cloud = await startTestCloud();
    cloud.local.cloud.knobs.patch({ dataverseSyncDelaySeconds: 0 });
    provider = startProvider(cloud.env);
  });
  afterAll(async () => {
    provider.stop();
    await cloud.stop();
  });
  beforeEach(() => {
    cloud.local.faults.clear();
    number += 1;
  });

  const inputsOf = (change: Partial<CustomConnectorInputs> = {}) =>
    connectorInputs(`Connector ${number}`, { environmentId, ...change });
  const create = (inputs: CustomConnectorInputs) => provider.customConnector.create(inputs);
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error as ProviderError,
    );
  const listed = () =>
    cloud.local
      .resources()
      .filter(
        ({ service, type, name }) =>
          service === "power-platform" && type === "connector" && name === `Connector ${number}`,
      );
  /** What a maker changes behind our back, by the same route. */
  const edit = async (
    { internalName, dataverseId, definition, ...outs }: CustomConnectorOutputs,
    change: { properties: object; columns: object },
  ) => {
    const answer =
      route === "dataverse"
        ? await cloud.send("PATCH", `${organization}/connectors(${dataverseId})`, {
            token: await cloud.token(organization.slice(0, -14)),
            body: change.columns,
          })
        : await cloud.send("PATCH", `${apis}/${internalName}?${filter}`, {
            token: await cloud.token("https://service.powerapps.com"),
            body: {
              properties: {
                environment: { name: environmentId },
                backendService: { serviceUrl: `https://${definition.host}/` },
                openApiDefinition: definition,
                connectionParameterSets: outs.connectionParameterSets,
                policyTemplateInstances: outs.policies,
                iconBrandColor: outs.iconBrandColor,
                ...change.properties,
              },
            },
          });
    if (answer.status >= 300) throw new Error(answer.body);
  };
  const expectUnchanged = async (id: string, outs: CustomConnectorOutputs, inputs: CustomConnectorInputs) => {
    const { props, inputs: seen } = (await provider.customConnector.read(id, outs)) as {
      props?: CustomConnectorOutputs;
      inputs?: unknown;
    };
    expect(props).toEqual(outs);
    expect(seen).toBeUndefined();
    expect(await provider.customConnector.diff(id, outs, inputs)).toEqual({ replaces: [] });
  };

  test("auto decides once, and the state keeps the answer", async () => {
    const inputs = inputsOf();
    const { id, outs } = await create(inputs);
    expect(outs).toMatchObject({ route: "auto", chosenRoute: route, status: "Ready" });
    expect(outs.internalName).toMatch(
      route === "dataverse" ? /^shared_new-5fconnector\w+-5f[0-9a-f]{16}$/ : /^shared_connector-20/,
    );
    expect(outs.dataverseId === "").toBe(route === "powerApps");
    expect(outs.redirectUrl).toContain("/redirect/");
    await expectUnchanged(id, outs, inputs);
    // Dataverse may come or go: what was chosen stays.
    expect(await provider.customConnector.diff(id, outs, { ...inputs, route })).toMatchObject({ replaces: [] });
    const other = route === "dataverse" ? "powerApps" : "dataverse";
    expect(await provider.customConnector.diff(id, outs, { ...inputs, route: other })).toMatchObject({
      replaces: ["route"],
    });
  }, 30_000);

  test("for random definitions and edits: create, read, diff is empty, and update, read, diff is empty", async () => {
    let run = 0;
    const pairs = fc.constant(0).chain(() => {
      run += 1;
      const any = connectorOf(`Random ${run}`, { environmentId, route: "auto" });
      return fc.tuple(any, any);
    });
    await fc.assert(
      fc.asyncProperty(pairs, async ([first, second]) => {
        expect(await connectorProblems({}, first)).toEqual([]);
        const { id, outs } = await create(first);
        await expectUnchanged(id, outs, first);
        const updated = await provider.customConnector.update(id, outs, second);
        await expectUnchanged(id, updated.outs, second);
        await provider.customConnector.delete(id, updated.outs);
        expect((await provider.customConnector.read(id, updated.outs)).id).toBeUndefined();
      }),
      { numRuns: 12, endOnFailure: true },
    );
  }, 120_000);

  test("a lost answer and a create after a crash lead to the one connector", async () => {
    const [method, part] = route === "dataverse" ? ["PATCH", "/connectors\\("] : ["POST", "/apis\\?"];
    cloud.local.faults.add({ method, path: part, effect: "cutAfter" });
    await create(inputsOf());
    expect(listed()).toHaveLength(1);
    const { outs } = await create(inputsOf({ iconBrandColor: "#ff0000" }));
    expect(listed()).toHaveLength(1);
    expect((await provider.customConnector.read("x", outs)).props?.iconBrandColor).toBe("#ff0000");
  }, 60_000);

  test("a title that somebody has is an error that says whose it is and how to adopt it", async () => {
    const { outs } = await create(inputsOf());
    const other = inputsOf({ identity: "another" });
    other.definition.info["x-iac-id"] = "another marker";
    const error = await failure(create(other));
    expect(error?.message).toContain(`there is Connector ${number} (${outs.internalName}) of`);
    expect(error?.message).toContain(`adopt: "${outs.internalName}"`);
    expect(listed()).toHaveLength(1);
  }, 30_000);

  test("adopts by title or by id, as it is; the first preview shows what would change, and the update does it", async () => {
    const made = await create(inputsOf());
    for (const adopt of [`Connector ${number}`, made.outs.internalName, made.outs.connectorId]) {
      const wanted = inputsOf({ adopt, iconBrandColor: "#00ff00" });
      const { id, outs } = await create(wanted);
      expect(outs).toMatchObject({ status: "Adopted", iconBrandColor: "#007ee5", chosenRoute: route });
      expect(await provider.customConnector.diff(id, outs, wanted)).toMatchObject({ changes: true, replaces: [] });
    }
    const wanted = inputsOf({ adopt: `Connector ${number}`, iconBrandColor: "#00ff00" });
    const { id, outs } = await create(wanted);
    const updated = await provider.customConnector.update(id, outs, wanted);
    await expectUnchanged(id, updated.outs, wanted);
    const nobody = await failure(create(inputsOf({ adopt: "Nothing" })));
    expect(nobody?.message).toContain("no connector is called Nothing");
  }, 60_000);

  test.each([
    ["policies", { properties: { policyTemplateInstances: [] }, columns: { policytemplateinstances: "[]" } }],
    ["iconBrandColor", { properties: { iconBrandColor: "#abcdef" }, columns: { iconbrandcolor: "#abcdef" } }],
  ] as const)(
    "a refresh shows the edited %s as the service has it, line by line",
    async (key, change) => {
      const inputs = inputsOf({ policies: [{ templateId: "setheader", title: "A", parameters: { a: "b" } }] });
      const { id, outs } = await create(inputs);
      await edit(outs, change);
      const read = (await provider.customConnector.read(id, outs)) as {
        props: CustomConnectorOutputs;
        inputs: CustomConnectorInputs;
      };
      expect(read.props.status).toBe("Drifted");
      const changed = Object.keys(terse(inputs)).filter(
        (name) =>
          name !== "oauthClientSecret" &&
          JSON.stringify(read.inputs[name as "cloud"]) !== JSON.stringify(inputs[name as "cloud"]),
      );
      expect(changed).toEqual([key]);
      const updated = await provider.customConnector.update(id, read.props, inputs);
      await expectUnchanged(id, updated.outs, inputs);
    },
    30_000,
  );

  test("icon and script are written, and a refresh changes nothing", async () => {
    const icon = path.join(cloud.home, "icon.png");
    const script = path.join(cloud.home, "script.csx");
    fs.writeFileSync(icon, png);
    fs.writeFileSync(script, "// nothing");
    const inputs = inputsOf({
      icon: { path: icon, sha256: "1" },
      script: { path: script, sha256: "2" },
      scriptOperations: ["GetSecret"],
    });
    const { id, outs } = await create(inputs);
    await expectUnchanged(id, outs, inputs);
  }, 30_000);

  test("is shared with those who are listed, and a refresh sees who was taken off", async () => {
    const makers = { principalId: seed.makers.objectId, principalType: "Group" as const, role: "CanView" as const };
    const maker = { principalId: seed.maker.objectId, principalType: "User" as const, role: "CanEdit" as const };
    const inputs = inputsOf({ shareWith: [makers, maker] });
    const { id, outs } = await create(inputs);
    await expectUnchanged(id, outs, inputs);
    const seen = await cloud.send("GET", `${apis}/${outs.internalName}?${filter}`, {
      token: await cloud.token("https://service.powerapps.com", "maker"),
    });
    expect(seen.status).toBe(200);
    const fewer = inputsOf({ shareWith: [maker] });
    const updated = await provider.customConnector.update(id, outs, fewer);
    await expectUnchanged(id, updated.outs, fewer);
  }, 30_000);

  test("what connections of others use is not deleted, and the list says whose", async () => {
    const makers = { principalId: seed.makers.objectId, principalType: "Group" as const, role: "CanEdit" as const };
    const inputs = inputsOf({ shareWith: [makers] });
    const { id, outs } = await create(inputs);
    const environment = environmentId.replaceAll("-", "");
    const url = `https://${environment.slice(0, -2)}.${environment.slice(-2)}.environment.api.powerplatform.com/connectivity/connectors/${outs.internalName}/connections/0123456789abcdef0123456789abcdef?api-version=1&${filter.split("&")[1] ?? ""}`;
    const body = { properties: { displayName: "Mine", connectionParametersSet: { name: "oauth2-auth", values: {} } } };
    const token = await cloud.token("https://api.powerplatform.com", "maker");
    expect((await cloud.send("PUT", url, { token, body })).status).toBe(201);
    const error = await failure(provider.customConnector.delete(id, outs));
    expect(error?.message).toContain("Mine (0123456789abcdef0123456789abcdef) of Mona Maker");
    await provider.customConnector.delete(id, { ...outs, deleteWhileUsed: true });
    expect(listed()).toEqual([]);
  }, 30_000);

  test("a connection of it becomes Connected", async () => {
    const { outs } = await create(inputsOf());
    const connection = connectionInputs(outs.internalName, cloud.credentials.deployerSecret, {
      environmentId,
      connectorChosenRoute: route,
    });
    expect((await provider.connection.create(connection)).outs.status).toBe("Connected");
  }, 30_000);

  if (route === "dataverse") {
    test("what comes late is waited for, and Dataverse is given no client secret but the name of a variable", async () => {
      cloud.local.cloud.knobs.patch({ dataverseSyncDelaySeconds: 2 });
      const secretId = "/subscriptions/1/resourceGroups/2/providers/Microsoft.KeyVault/vaults/3/secrets/4";
      const inputs = inputsOf({ oauthClientSecretVariable: { schemaName: "new_ConnectorSecret", secretId } });
      const { id, outs } = await create(inputs);
      expect(outs.internalName).not.toBe("");
      const token = await cloud.token(organization.slice(0, -14));
      const row = await cloud.send("GET", `${organization}/connectors(${outs.dataverseId})`, { token });
      expect(row.body).toContain('@environmentVariables(\\\\\\"new_ConnectorSecret');
      expect(row.body).not.toContain(inputs.oauthClientSecret);
      await provider.customConnector.delete(id, outs);
      cloud.local.cloud.knobs.patch({ dataverseSyncDelaySeconds: 0 });
      expect(cloud.local.resources().filter(({ type }) => type === "environmentVariable")).toEqual([]);
    }, 60_000);

    test("a solution that is not there is named; one that is takes the row", async () => {
      const error = await failure(create(inputsOf({ solution: "Nowhere" })));
      expect(error?.message).toContain("no solution with the unique name Nowhere");
    });
  }
});
