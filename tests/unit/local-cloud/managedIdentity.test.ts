import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { ClientAssertionCredential } from "@azure/identity";
import { decodeJwt, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { seed } from "../../../local-cloud/seed";
import { startTestCloud, type TestCloud } from "../../support/localCloud";

const environment = seed.environment.id;
const filter = encodeURIComponent(`environment eq '${environment}'`);
const rp = "https://api.powerapps.com/providers/Microsoft.PowerApps";
const graph = "https://graph.microsoft.com/v1.0";
const arm = "https://management.azure.com";
const group = `${arm}/subscriptions/${seed.subscriptionId}/resourceGroups/rg-identity`;
const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-identity`;
const connectionName = "d4e4a6ff9a67492aa1f6de854528668c";
const issuer = `https://login.microsoftonline.com/${seed.tenantId}/v2.0`;
const audience = "api://AzureADTokenExchange";
const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

interface Identity {
  Issuer: string;
  Subject: string;
  Audience: string;
}
interface Connector {
  name: string;
  properties: {
    primaryRuntimeUrl: string;
    connectionParameters: { token: { oAuthSettings: { properties: { FederatedIdentityCredentials?: Identity } } } };
    connectionParameterSets: { values: Record<string, unknown>[] };
  };
}

/** Sign-in settings without a secret; the published file spells them so, save for the app-only grant. */
const settings = (clientId: string, grantType: string, change: Record<string, unknown> = {}) => ({
  identityProvider: "aad",
  clientId,
  clientAssertionType: "GenericFederatedIdentityCredential",
  scopes: [],
  redirectMode: "GlobalPerConnector",
  properties: {
    IsFirstParty: "False",
    AzureActiveDirectoryResourceId: "https://vault.azure.net",
    FederatedIdentityCredentials: { Issuer: issuer, Subject: "", Audience: audience },
  },
  customParameters: {
    LoginUri: { value: "https://login.microsoftonline.com" },
    TenantId: {},
    ResourceUri: { value: "https://vault.azure.net" },
    grantType: { value: grantType },
  },
  ...change,
});

function connectorBody(clientId: string, change: Record<string, unknown> = {}) {
  const asUser = settings(clientId, "authorization_code_with_federated_identity_credentials", change);
  const asApplication = settings(clientId, "client_credentials_with_federated_identity_credentials", change);
  return {
    description: "Reads a secret without having one itself.",
    environment: { name: environment },
    backendService: { serviceUrl: "https://kv-identity.vault.azure.net/" },
    connectionParameters: { token: { type: "oauthSetting", oAuthSettings: asUser } },
    connectionParameterSets: {
      values: [
        {
          name: "managedIdentity",
          parameters: {
            token: { type: "oauthSetting", oAuthSettings: asApplication },
            "token:clientId": { type: "string" },
            "token:TenantId": { type: "string" },
          },
        },
        { name: "user", parameters: { token: { type: "oauthSetting", oAuthSettings: asUser } } },
      ],
    },
    openApiDefinition: {
      swagger: "2.0",
      info: { title: "Secretless", version: "1.0" },
      host: "kv-identity.vault.azure.net",
      basePath: "/",
      schemes: ["https"],
      paths: {
        "/secrets/one": { get: { operationId: "GetSecret", responses: { 200: { description: "OK" } } } },
      },
    },
  };
}

describe("sign-in by managed identity in the local cloud", () => {
  let cloud: TestCloud;
  let tokens: { powerApps: string; powerPlatform: string; graph: string; arm: string };
  let application: { id: string; appId: string };
  let principalId: string;

  const parsed = (body: string): unknown => JSON.parse(body);
  const must = async <T>(answer: Promise<{ status: number; body: string }>): Promise<T> => {
    const { status, body } = await answer;
    if (status >= 400) throw new Error(`${String(status)} ${body}`);
    return JSON.parse(body || "{}") as T;
  };

  beforeEach(async () => {
    cloud = await startTestCloud();
    tokens = {
      powerApps: await cloud.token("https://service.powerapps.com"),
      powerPlatform: await cloud.token("https://api.powerplatform.com"),
      graph: await cloud.token("https://graph.microsoft.com"),
      arm: await cloud.token(arm),
    };
    const body = { displayName: "Secretless" };
    application = await must(cloud.send("POST", `${graph}/applications`, { token: tokens.graph, body }));
    const principal = await must<{ id: string }>(
      cloud.send("POST", `${graph}/servicePrincipals`, { token: tokens.graph, body: { appId: application.appId } }),
    );
    principalId = principal.id;
  });
  afterEach(() => cloud.stop());

  const connectorUrl = (name: string) => `${rp}/apis/${name}?api-version=2016-11-01&$filter=${filter}`;
  const create = (change: Record<string, unknown> = {}) =>
    must<Connector>(
      cloud.send("POST", `${rp}/apis?api-version=2016-11-01&$filter=${filter}`, {
        token: tokens.powerApps,
        body: { properties: { displayName: "Secretless", ...connectorBody(application.appId, change) } },
      }),
    );
  const read = (name: string) => must<Connector>(cloud.send("GET", connectorUrl(name), { token: tokens.powerApps }));
  const identityOf = ({ properties }: Connector) =>
    properties.connectionParameters.token.oAuthSettings.properties.FederatedIdentityCredentials;
  const advance = (seconds: number) => {
    const { clock } = cloud.local.cloud;
    clock.set(new Date(clock.now().getTime() + seconds * 1000), { frozen: true });
  };
  const trust = (subject: string, change: Record<string, unknown> = {}) =>
    must(
      cloud.send("POST", `${graph}/applications/${application.id}/federatedIdentityCredentials`, {
        token: tokens.graph,
        body: { name: `trust-${String(Math.random()).slice(2)}`, issuer, subject, audiences: [audience], ...change },
      }),
    );
  const environmentHost = `https://${environment.replaceAll("-", "").slice(0, 30)}.${environment.slice(-2)}.environment.api.powerplatform.com`;
  const connectionUrl = (connector: string) =>
    `${environmentHost}/connectivity/connectors/${connector}/connections/${connectionName}?api-version=1&$filter=${filter}`;
  interface Status {
    status: string;
    error?: { message: string };
  }
  const statusOf = ({ properties }: { properties: { statuses: Status[] } }) => properties.statuses[0];
  const connect = async (connector: string, name = "managedIdentity") =>
    statusOf(
      await must(
        cloud.send("PUT", connectionUrl(connector), {
          token: tokens.powerPlatform,
          body: {
            properties: {
              connectionParametersSet: {
                name,
                values:
                  name === "user"
                    ? {}
                    : {
                        "token:clientId": { value: application.appId },
                        "token:TenantId": { value: seed.tenantId },
                      },
              },
            },
          },
        }),
      ),
    );
  const status = async (connector: string) =>
    statusOf(await must(cloud.send("GET", connectionUrl(connector), { token: tokens.powerPlatform })));

  describe("a connector", () => {
    test("gets issuer, subject and audience from the service, in its parameters and in those of its sets", async () => {
      const connector = await create();
      const identity = identityOf(await read(connector.name));
      expect(identity).toEqual({
        Issuer: issuer,
        Subject: expect.stringMatching(/^\/eid1\/c\/pub\/t\/[\w-]{22}\/a\/[\w-]{22}\/.+/) as string,
        Audience: audience,
      });
      expect(identity?.Subject).toContain(connector.name);
      expect(JSON.stringify(connector.properties.connectionParameterSets).split(identity?.Subject ?? "-")).toHaveLength(
        3,
      );
    });

    test("has an empty subject until the delay has passed, whatever else happens to it", async () => {
      cloud.local.cloud.knobs.patch({ federatedSubjectDelaySeconds: 300 });
      advance(0);
      const connector = await create();
      expect(identityOf(connector)).toEqual({ Issuer: issuer, Subject: "", Audience: audience });
      advance(200);
      const patch = cloud.send("PATCH", connectorUrl(connector.name), {
        token: tokens.powerApps,
        body: { properties: connectorBody(application.appId) },
      });
      expect(identityOf(await must<Connector>(patch))?.Subject).toBe("");
      advance(100);
      expect(identityOf(await read(connector.name))?.Subject).toContain("/eid1/");
    });

    test("keeps its subject through changes, and what a client sends for it is replaced", async () => {
      const connector = await create();
      const own = { FederatedIdentityCredentials: { Issuer: "https://example.com", Subject: "mine", Audience: "me" } };
      const patch = cloud.send("PATCH", connectorUrl(connector.name), {
        token: tokens.powerApps,
        body: { properties: connectorBody(application.appId, { properties: own }) },
      });
      expect(identityOf(await must<Connector>(patch))).toEqual(identityOf(connector));
    });

    test("waits for its subject from the moment at which it moves from a secret to an identity", async () => {
      cloud.local.cloud.knobs.patch({ federatedSubjectDelaySeconds: 300 });
      advance(0);
      const { name } = await create({ clientAssertionType: undefined });
      advance(3600);
      const body = { properties: connectorBody(application.appId) };
      const patch = cloud.send("PATCH", connectorUrl(name), { token: tokens.powerApps, body });
      expect(identityOf(await must<Connector>(patch))?.Subject).toBe("");
    });

    test("without the assertion type is left as it was sent", async () => {
      const connector = await create({ clientAssertionType: undefined });
      expect(identityOf(connector)?.Subject).toBe("");
    });
  });

  describe("a connection", () => {
    test("reads the vault without any secret once the application trusts the connector", async () => {
      const asDeployer = (method: string, url: string, version: string, body: unknown) =>
        must(cloud.send(method, `${url}?api-version=${version}`, { token: tokens.arm, body }));
      await asDeployer("PUT", group, "2024-03-01", { location: "westeurope" });
      await asDeployer("PUT", vault, "2024-11-01", {
        location: "westeurope",
        properties: {
          tenantId: seed.tenantId,
          sku: { family: "A", name: "standard" },
          enableRbacAuthorization: true,
        },
      });
      await asDeployer("PUT", `${vault}/secrets/one`, "2024-11-01", { properties: { value: "the value" } });
      const assignment = `${vault}/providers/Microsoft.Authorization/roleAssignments/11111111-2222-4333-8444-555555555555`;
      await asDeployer("PUT", assignment, "2022-04-01", {
        properties: {
          principalId,
          principalType: "ServicePrincipal",
          roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6`,
        },
      });
      const connector = await create();
      await trust(identityOf(connector)?.Subject ?? "");
      expect(await connect(connector.name)).toEqual({ status: "Connected" });

      cloud.local.cloud.knobs.patch({ runtimeAllowsAppOnly: true });
      const url = `${connector.properties.primaryRuntimeUrl}/${connectionName}/secrets/one?api-version=7.4`;
      const answer = await cloud.send("GET", url, { token: await cloud.token("https://apihub.azure.com") });
      expect(answer.status).toBe(200);
      expect(parsed(answer.body)).toMatchObject({ value: "the value" });
      const shown = await must<Record<string, unknown>>(
        cloud.send("GET", `${graph}/applications/${application.id}`, { token: tokens.graph }),
      );
      expect(shown.passwordCredentials).toEqual([]);
    });

    test("of an application that trusts another subject says so, in its status and at the runtime", async () => {
      const connector = await create();
      const { Subject = "" } = identityOf(connector) ?? {};
      await trust(`${Subject}-other`);
      const refused = `AADSTS700213: No matching federated identity record found for presented assertion subject '${Subject}'.`;
      expect(await connect(connector.name)).toMatchObject({
        status: "Error",
        error: { message: expect.stringContaining(refused) as string },
      });
      cloud.local.cloud.knobs.patch({ runtimeAllowsAppOnly: true });
      const url = `${connector.properties.primaryRuntimeUrl}/${connectionName}/secrets/one?api-version=7.4`;
      const answer = await cloud.send("GET", url, { token: await cloud.token("https://apihub.azure.com") });
      expect(answer.status).toBe(401);
      expect(parsed(answer.body)).toMatchObject({ message: expect.stringContaining(refused) as string });
      await trust(Subject);
      expect(await status(connector.name)).toEqual({ status: "Connected" });
    });

    test("of an application that trusts nobody is told its issuer", async () => {
      const { name } = await create();
      expect((await connect(name))?.error?.message).toContain(`AADSTS700211: No matching federated identity record`);
    });

    test("cannot sign in before the connector has its subject", async () => {
      cloud.local.cloud.knobs.patch({ federatedSubjectDelaySeconds: 300 });
      advance(0);
      const { name } = await create();
      expect(await connect(name)).toMatchObject({ status: "Error", error: { code: "Unauthenticated" } });
    });

    test("of the user's kind waits for a user", async () => {
      const connector = await create();
      await trust(identityOf(connector)?.Subject ?? "");
      expect((await connect(connector.name, "user"))?.error?.message).toContain("nobody signed in");
    });
  });

  describe("Entra", () => {
    const signed = async (claims: JWTPayload): Promise<string> => {
      const { privateKey } = await generateKeyPair("RS256");
      const jwt = new SignJWT({ iss: "https://token.example.com", sub: "workload", aud: audience, ...claims });
      const expiry = claims.exp ?? "10m";
      return jwt.setProtectedHeader({ alg: "RS256" }).setIssuedAt().setExpirationTime(expiry).sign(privateKey);
    };
    const ask = async (assertion: string, change: Record<string, string> = {}, version: 1 | 2 = 2) => {
      const form = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: application.appId,
        client_assertion_type: jwtBearer,
        client_assertion: assertion,
        ...(version === 2 ? { scope: "https://vault.azure.net/.default" } : { resource: "https://vault.azure.net" }),
        ...change,
      });
      const path = version === 2 ? "oauth2/v2.0/token" : "oauth2/token";
      const { status: code, body } = await cloud.send(
        "POST",
        `https://login.microsoftonline.com/${seed.tenantId}/${path}`,
        {
          body: form.toString(),
          headers: { "content-type": "application/x-www-form-urlencoded" },
        },
      );
      return { code, ...(parsed(body) as { error?: string; error_description?: string; access_token?: string }) };
    };
    const external = { issuer: "https://token.example.com" };

    test.each([1, 2] as const)("takes a trusted assertion at its endpoint of version %i", async (version) => {
      await trust("workload", external);
      const { access_token: token = "" } = await ask(await signed({}), {}, version);
      expect(decodeJwt(token)).toMatchObject({
        appid: application.appId,
        appidacr: "2",
        oid: principalId,
        aud: "https://vault.azure.net",
      });
    });

    test.each<[string, JWTPayload, number]>([
      ["issuer", { iss: "https://other.example.com" }, 700211],
      ["subject", { sub: "Workload" }, 700213],
      ["audience", { aud: "api://other" }, 700212],
    ])("names the %s that no credential has", async (claim, claims, number) => {
      await trust("workload", external);
      const answer = await ask(await signed(claims));
      expect(answer).toMatchObject({ code: 401, error: "invalid_client" });
      expect(answer.error_description).toContain(
        `AADSTS${String(number)}: No matching federated identity record found for presented assertion ${claim} '`,
      );
    });

    test("checks the signature of what claims to be its own", async () => {
      await trust("workload");
      expect((await ask(await signed({ iss: issuer }))).error_description).toMatch(/^AADSTS700027: /);
    });

    test.each([
      ["what is no token", "not a token", {}, 401, "AADSTS50027"],
      ["a token without a subject", undefined, { sub: undefined }, 401, "AADSTS50027"],
      ["a token that has expired", undefined, { exp: 1_700_000_000 }, 401, "AADSTS700024"],
    ])("refuses %s", async (_what, assertion, claims, code, number) => {
      await trust("workload", external);
      const answer = await ask(assertion ?? (await signed(claims)));
      expect(answer.code).toBe(code);
      expect(answer.error_description).toMatch(new RegExp(`^${number}: `));
    });

    test("refuses an assertion by a certificate, which it does not keep", async () => {
      const own = { iss: application.appId, sub: application.appId };
      expect((await ask(await signed(own))).error_description).toMatch(/^AADSTS700027: The certificate/);
    });

    test("wants to know the kind of the assertion", async () => {
      await trust("workload", external);
      const answer = await ask(await signed({}), { client_assertion_type: "" });
      expect(answer.error_description).toContain("AADSTS900144");
      expect(await ask(await signed({}), { client_assertion_type: "saml" })).toMatchObject({ code: 400 });
    });

    test("answers the official client library", async () => {
      const httpClient: HttpClient = {
        sendRequest: async (request) => {
          const { method, url, body, headers } = request;
          const sent = { headers: headers.toJSON(), ...(typeof body === "string" ? { body } : {}) };
          const answer = await cloud.send(method, url, sent);
          return {
            request,
            status: answer.status,
            headers: createHttpHeaders(answer.headers),
            bodyAsText: answer.body,
          };
        },
      };
      const credential = new ClientAssertionCredential(seed.tenantId, application.appId, () => signed({}), {
        httpClient,
        retryOptions: { maxRetries: 0 },
      });
      const scope = "https://vault.azure.net/.default";
      await trust("somebody else", external);
      await expect(credential.getToken(scope)).rejects.toThrow("AADSTS700213");
      await trust("workload", external);
      expect(decodeJwt((await credential.getToken(scope)).token)).toMatchObject({ oid: principalId });
    });
  });
});
