import { seed } from "../../../local-cloud/seed";
import { startTestCloud, type TestCloud } from "../../support/localCloud";

const environment = seed.environment.id;
const rp = "https://api.powerapps.com/providers/Microsoft.PowerApps";
const filter = `api-version=2016-11-01&$filter=${encodeURIComponent(`environment eq '${environment}'`)}`;
const environmentHost = `https://${environment.replaceAll("-", "").slice(0, 30)}.${environment.slice(-2)}.environment.api.powerplatform.com`;
const connectionsFilter = `api-version=1&$filter=${encodeURIComponent(`environment eq '${environment}'`)}`;
const connectionName = "d4e4a6ff9a67492aa1f6de854528668c";
/** Ask a backend that every local cloud has and that needs no vault: Microsoft Graph. */
const backend = "graph.microsoft.com";

const oAuth = (more: Record<string, unknown> = {}) => ({
  identityProvider: "aad",
  clientId: seed.deployer.clientId,
  scopes: [],
  redirectMode: "GlobalPerConnector",
  customParameters: {
    LoginUri: { value: "https://login.microsoftonline.com" },
    TenantId: {},
    ResourceUri: { value: "https://graph.microsoft.com" },
    grantType: { value: "client_credentials" },
  },
  ...more,
});

function connectorBody(title = "KeyVaultAccess", change: Record<string, unknown> = {}) {
  return {
    properties: {
      displayName: title,
      description: "A description that is longer than thirty characters.",
      environment: { name: environment },
      backendService: { serviceUrl: `https://${backend}/` },
      connectionParameters: {},
      connectionParameterSets: {
        uiDefinition: { displayName: "Authentication Type" },
        values: [
          {
            name: "oAuthClientCredentials",
            parameters: {
              token: { type: "oauthSetting", oAuthSettings: oAuth({ clientSecret: "connector-s3cret" }) },
              "token:clientId": { type: "string" },
              "token:clientSecret": { type: "securestring" },
              "token:TenantId": { type: "string" },
            },
          },
        ],
      },
      openApiDefinition: {
        swagger: "2.0",
        info: { title, description: "A description that is longer than thirty characters.", version: "1.0" },
        host: backend,
        basePath: "/",
        schemes: ["https"],
        paths: {
          "/v1.0/users/{user}": {
            get: {
              operationId: "GetUser",
              parameters: [{ name: "user", in: "path", required: true, type: "string" }],
              responses: { 200: { description: "OK" } },
            },
          },
        },
      },
      ...change,
    },
  };
}

const parsed = (body: string) => JSON.parse(body) as Record<string, unknown>;
const errorCode = (body: string) => (parsed(body).error as { code: string }).code;

describe("Power Platform of the local cloud", () => {
  let cloud: TestCloud;
  let token: string;
  let apiToken: string;

  beforeEach(async () => {
    cloud = await startTestCloud();
    token = await cloud.token("https://service.powerapps.com");
    apiToken = await cloud.token("https://api.powerplatform.com");
  });
  afterEach(() => cloud.stop());

  const create = async (body: unknown = connectorBody()) => {
    const answer = await cloud.send("POST", `${rp}/apis?${filter}`, { body, token });
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.body}`);
    return parsed(answer.body) as { name: string; properties: Record<string, unknown> };
  };
  const connectionUrl = (connector: string) =>
    `${environmentHost}/connectivity/connectors/${connector}/connections/${connectionName}`;
  const connect = (connector: string, secret = cloud.credentials.deployerSecret, parameter = "token:clientSecret") =>
    cloud.send("PUT", `${connectionUrl(connector)}?${connectionsFilter}`, {
      token: apiToken,
      body: {
        properties: {
          displayName: "KeyVaultAccess",
          environment: { name: environment },
          connectionParametersSet: {
            name: "oAuthClientCredentials",
            values: {
              "token:clientId": { value: seed.deployer.clientId },
              [parameter]: { value: secret },
              "token:TenantId": { value: seed.tenantId },
            },
          },
        },
      },
    });
  const share = (connector: string, principal: Record<string, unknown>) =>
    cloud.send("POST", `${connectionUrl(connector)}/modifyPermissions?${connectionsFilter}`, {
      token: apiToken,
      body: { put: [{ properties: { roleName: "CanView", principal } }] },
    });
  const makers = { id: seed.makers.objectId, type: "Group" };
  const runOperation = async (connector: { properties: Record<string, unknown> }, as: "maker" | "deployer" = "maker") =>
    cloud.send(
      "GET",
      `${String(connector.properties.primaryRuntimeUrl)}/${connectionName}/v1.0/users/${seed.maker.objectId}`,
      { token: await cloud.token("https://apihub.azure.com", as) },
    );

  test("names a connector after its title, and makes the redirect URL", async () => {
    const { name, properties } = await create();
    expect(name).toMatch(/^shared_keyvaultaccess-5f[0-9a-f]{16}-5f[0-9a-f]{16}$/);
    const sets = properties.connectionParameterSets as {
      values: { parameters: { token: { oAuthSettings: Record<string, unknown> } } }[];
    };
    const settings = sets.values[0]?.parameters.token.oAuthSettings;
    expect(settings?.redirectUrl).toBe(`https://global.consent.azure-apim.net/redirect/${name.replace("shared_", "")}`);
    expect(JSON.stringify(properties)).not.toContain("connector-s3cret");
  });

  test("shows the definition rewritten, and the original one by a signed URL without a token", async () => {
    const { name } = await create();
    const { properties } = parsed((await cloud.send("GET", `${rp}/apis/${name}?${filter}`, { token })).body) as {
      properties: { swagger: { host: string; paths: object }; apiDefinitions: { originalSwaggerUrl: string } };
    };
    expect(properties.swagger.host).toBe("unitedstates-002.azure-apim.net");
    expect(Object.keys(properties.swagger.paths)).toEqual(["/{connectionId}/v1.0/users/{user}"]);
    const url = properties.apiDefinitions.originalSwaggerUrl;
    const original = await cloud.send("GET", url);
    expect(original.body).toContain("\r\n");
    expect(parsed(original.body)).toEqual(connectorBody().properties.openApiDefinition);
    expect((await cloud.send("GET", url.replace(/sig=[^&]{4}/, "sig=AAAA"))).status).toBe(403);
    cloud.local.cloud.clock.set(new Date(Date.now() + 2 * 60 * 60 * 1000));
    expect((await cloud.send("GET", url)).status).toBe(403);
  });

  test.each([
    ["no filter", "POST", `${rp}/apis?api-version=2016-11-01`, connectorBody(), 400, "MissingEnvironmentFilter"],
    [
      "no version",
      "GET",
      `${rp}/apis?${filter.replace(/api-version=[^&]*&/, "")}`,
      undefined,
      400,
      "MissingApiVersionParameter",
    ],
    [
      "an unknown version",
      "GET",
      `${rp}/apis?${filter.replace("2016-11-01", "2030-01-01")}`,
      undefined,
      400,
      "InvalidApiVersion",
    ],
    [
      "another environment",
      "GET",
      `${rp}/apis?${filter.replace(environment, "nowhere")}`,
      undefined,
      404,
      "ServiceToServiceEnvironmentNotFound",
    ],
    ["an unknown connector", "GET", `${rp}/apis/shared_none?${filter}`, undefined, 404, "ApiResourceNotFound"],
    [
      "OpenAPI 3",
      "POST",
      `${rp}/apis?${filter}`,
      connectorBody("X", { openApiDefinition: { openapi: "3.0.0" } }),
      400,
      "InvalidOpenApiDefinition",
    ],
    [
      "another backend path",
      "POST",
      `${rp}/apis?${filter}`,
      connectorBody("X", { backendService: { serviceUrl: `https://${backend}/other` } }),
      400,
      "InvalidBackendServiceUrl",
    ],
    ["a body that is no JSON", "POST", `${rp}/apis?${filter}`, "{", 400, "InvalidRequestContent"],
    [
      "a parameter of no type",
      "POST",
      `${rp}/apis?${filter}`,
      connectorBody("X", { connectionParameters: { a: { type: "nonsense" } } }),
      400,
      "InvalidRequestContent",
    ],
  ])("refuses %s", async (_what, method, url, body, status, code) => {
    const answer = await cloud.send(method, url, {
      token,
      body,
      ...(typeof body === "string" ? { headers: { "content-type": "application/json" } } : {}),
    });
    expect([answer.status, errorCode(answer.body)]).toEqual([status, code]);
  });

  test("refuses tokens for others, no token, and a second connector of the same title", async () => {
    expect((await cloud.send("GET", `${rp}/apis?${filter}`)).status).toBe(401);
    expect((await cloud.send("GET", `${rp}/apis?${filter}`, { token: apiToken })).status).toBe(401);
    await create();
    const again = await cloud.send("POST", `${rp}/apis?${filter}`, { body: connectorBody(), token });
    expect(again.status).toBe(409);
    const nowhere = await cloud.send("GET", `${rp}/nothing/here`, { token });
    expect([nowhere.status, nowhere.body]).toEqual([404, ""]);
  });

  test("updates all but the display name, and keeps a secret that is left out", async () => {
    const { name } = await create();
    const url = `${rp}/apis/${name}?${filter}`;
    const renamed = await cloud.send("PATCH", url, { body: connectorBody("Other"), token });
    expect([renamed.status, errorCode(renamed.body)]).toEqual([400, "CannotUpdateApiDisplayName"]);
    const { displayName: _, ...properties } = connectorBody("KeyVaultAccess", { description: "changed" }).properties;
    const changed = await cloud.send("PATCH", url, { body: { properties }, token });
    expect((parsed(changed.body).properties as { description: string }).description).toBe("changed");
  });

  test("is found by its maker alone until it is shared, and gone after a delete", async () => {
    const { name } = await create();
    const maker = await cloud.token("https://service.powerapps.com", "maker");
    const listed = async (as: string) =>
      (parsed((await cloud.send("GET", `${rp}/apis?${filter}`, { token: as })).body).value as { name: string }[]).map(
        (one) => one.name,
      );
    expect(await listed(token)).toEqual([name]);
    expect(await listed(maker)).toEqual([]);
    const permission = { put: [{ properties: { roleName: "CanView", principal: makers } }] };
    const modify = `${rp}/apis/${name}/modifyPermissions?${filter}`;
    expect((await cloud.send("POST", modify, { body: permission, token })).status).toBe(200);
    expect(await listed(maker)).toEqual([name]);
    expect((await cloud.send("DELETE", `${rp}/apis/${name}?${filter}`, { token: maker })).status).toBe(403);
    expect((await cloud.send("DELETE", `${rp}/apis/${name}?${filter}`, { token })).status).toBe(200);
    expect((await cloud.send("DELETE", `${rp}/apis/${name}?${filter}`, { token })).status).toBe(404);
  });

  test("answers 201 for a wrong client secret, and says it in the statuses", async () => {
    const { name } = await create();
    const wrong = await connect(name, "wrong");
    expect(wrong.status).toBe(201);
    expect(wrong.body).toContain("AADSTS7000215");
    const right = await connect(name);
    expect(right.status).toBe(200);
    expect((parsed(right.body).properties as { statuses: unknown }).statuses).toEqual([{ status: "Connected" }]);
    expect(right.body).not.toContain(cloud.credentials.deployerSecret);
  });

  test("refuses parameters that the connector does not declare", async () => {
    const { name } = await create();
    const answer = await connect(name, "x", "token:nonsense");
    expect(answer.status).toBe(400);
    expect(answer.body).toContain("Parameter 'token:nonsense' is not allowed on the connection");
  });

  test("says nothing of the status before the delay that is set", async () => {
    const { name } = await create();
    cloud.local.cloud.knobs.patch({ connectionStatusDelaySeconds: 60 });
    const statuses = (body: string) => (parsed(body).properties as { statuses: { status: string }[] }).statuses;
    expect(statuses((await connect(name)).body)[0]?.status).toBe("Unauthenticated");
    cloud.local.cloud.clock.set(new Date(Date.now() + 61_000));
    const later = await cloud.send("GET", `${connectionUrl(name)}?${connectionsFilter}`, { token: apiToken });
    expect(statuses(later.body)[0]?.status).toBe("Connected");
  });

  test("runs an operation for those with whom the connection is shared, as the service principal", async () => {
    const connector = await create();
    await connect(connector.name);
    const refused = await runOperation(connector);
    expect([refused.status, refused.body]).toEqual([403, expect.stringContaining("missing connection ACL")]);
    expect((await share(connector.name, makers)).status).toBe(200);
    const answer = await runOperation(connector);
    expect(answer.status).toBe(200);
    expect(parsed(answer.body).userPrincipalName).toBe(seed.maker.userPrincipalName);
    const call = cloud.local.journal
      .list()
      .findLast(({ service, path }) => service === "graph" && path.includes("users"));
    expect(call?.caller).toBe(seed.deployer.objectId);
  });

  test("refuses callers without a user at the runtime, unless told otherwise", async () => {
    const connector = await create();
    await connect(connector.name);
    expect((await runOperation(connector, "deployer")).status).toBe(403);
    cloud.local.cloud.knobs.patch({ runtimeAllowsAppOnly: true });
    expect((await runOperation(connector, "deployer")).status).toBe(200);
  });

  test("passes Entra's refusal on when an operation runs with a wrong secret, and turns to Error without a connector", async () => {
    const connector = await create();
    await connect(connector.name, "wrong");
    await share(connector.name, makers);
    const answer = await runOperation(connector);
    expect([answer.status, answer.body]).toEqual([401, expect.stringContaining("AADSTS7000215")]);
    await cloud.send("DELETE", `${rp}/apis/${connector.name}?${filter}`, { token });
    const read = await cloud.send("GET", `${connectionUrl(connector.name)}?${connectionsFilter}`, { token: apiToken });
    expect(read.body).toContain("ApiResourceNotFound");
    expect(cloud.local.resources().map(({ type }) => type)).toEqual(["connection"]);
    await cloud.send("DELETE", `${connectionUrl(connector.name)}?${connectionsFilter}`, { token: apiToken });
    expect(cloud.local.resources()).toEqual([]);
  });

  test("lets only users register applications as administrators", async () => {
    const url = `https://api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/adminApplications/${seed.deployer.clientId}?api-version=2020-10-01`;
    expect((await cloud.send("PUT", url, { token })).status).toBe(403);
    const maker = await cloud.token("https://service.powerapps.com", "maker");
    expect((await cloud.send("PUT", url, { token: maker })).status).toBe(200);
  });

  test("refuses to share with nobody that the tenant knows", async () => {
    const { name } = await create();
    await connect(name);
    const answer = await share(name, { id: "10ca1c10-0000-4000-8000-00000000dead", type: "Group" });
    expect([answer.status, errorCode(answer.body)]).toEqual([400, "PrincipalNotFound"]);
  });
});
