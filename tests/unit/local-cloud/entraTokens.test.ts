import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import crypto from "node:crypto";
import { seed } from "../../../local-cloud/seed";
import { startTestCloud, type TestCloud } from "../../support/localCloud";

jest.setTimeout(60_000);

const login = "https://login.microsoftonline.com";
const v2 = `${login}/${seed.tenantId}/oauth2/v2.0/token`;
const form = { "content-type": "application/x-www-form-urlencoded" };

let cloud: TestCloud;

async function ask(fields: Record<string, string>, url = v2, headers: Record<string, string> = form) {
  const body = new URLSearchParams(fields).toString();
  const answer = await cloud.send("POST", url, { body, headers });
  return { status: answer.status, ...(JSON.parse(answer.body || "{}") as Record<string, unknown>) } as {
    status: number;
    access_token: string;
    error_codes?: number[];
    correlation_id?: string;
    error_description?: string;
  };
}
const deployer = () => ({
  grant_type: "client_credentials",
  client_id: seed.deployer.clientId,
  client_secret: cloud.credentials.deployerSecret,
});
async function graph(method: string, path: string, body?: unknown, token?: string) {
  const answer = await cloud.send(method, `https://graph.microsoft.com/v1.0${path}`, {
    token: token ?? (await cloud.token("https://graph.microsoft.com")),
    body,
  });
  return { status: answer.status, ...(JSON.parse(answer.body || "{}") as object) } as {
    status: number;
    id: string;
    appId: string;
    secretText: string;
  };
}
const keys = async () =>
  JSON.parse((await cloud.send("GET", `${login}/${seed.tenantId}/discovery/v2.0/keys`)).body) as JSONWebKeySet & {
    keys: { kid: string; x5t: string; x5c: string[] }[];
  };
const claimsOf = async (token: string) => (await jwtVerify(token, createLocalJWKSet(await keys()))).payload;

/** An application with a secret, and its service principal. */
async function application(properties: object) {
  const app = await graph("POST", "/applications", { displayName: "tokens", ...properties });
  const principal = await graph("POST", "/servicePrincipals", { appId: app.appId });
  const { secretText } = await graph("POST", `/applications/${app.id}/addPassword`, {});
  const credentials = { grant_type: "client_credentials", client_id: app.appId, client_secret: secretText };
  return { app, principal, credentials };
}

beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

describe("tokens", () => {
  it("are signed by the key that the keys document shows, with its certificate", async () => {
    const { access_token: token } = await ask({ ...deployer(), scope: "https://vault.azure.net/.default" });
    expect(await claimsOf(token)).toMatchObject({
      aud: "https://vault.azure.net",
      iss: `https://sts.windows.net/${seed.tenantId}/`,
      appid: seed.deployer.clientId,
      appidacr: "1",
      idtyp: "app",
      oid: seed.deployer.objectId,
      ver: "1.0",
    });
    const [key] = (await keys()).keys;
    expect(decodeProtectedHeader(token).kid).toBe(key?.kid);
    const certificate = Buffer.from(key?.x5c[0] ?? "", "base64");
    expect(key?.x5t).toBe(crypto.createHash("sha1").update(certificate).digest("base64url"));
    const publicKey = crypto.createPublicKey(
      new crypto.X509Certificate(certificate).publicKey.export({ type: "spki", format: "pem" }),
    );
    await expect(jwtVerify(token, publicKey)).resolves.toBeDefined();
  });

  it("are of version 2 where the resource asks for it, and name the roles that were given", async () => {
    const roleId = crypto.randomUUID();
    const role = {
      id: roleId,
      value: "Things.Read",
      displayName: "r",
      isEnabled: true,
      allowedMemberTypes: ["Application"],
    };
    const resource = await application({ api: { requestedAccessTokenVersion: 2 }, appRoles: [role] });
    const { principal, credentials } = await application({});
    const scope = `${resource.app.appId}/.default`;
    expect(await claimsOf((await ask({ ...credentials, scope })).access_token)).not.toHaveProperty("roles");
    const given = { principalId: principal.id, resourceId: resource.principal.id, appRoleId: roleId };
    expect((await graph("POST", `/servicePrincipals/${principal.id}/appRoleAssignments`, given)).status).toBe(201);
    const claims = await claimsOf((await ask({ ...credentials, scope })).access_token);
    expect(claims).toMatchObject({
      aud: resource.app.appId,
      iss: `${login}/${seed.tenantId}/v2.0`,
      azp: credentials.client_id,
      azpacr: "1",
      ver: "2.0",
      roles: ["Things.Read"],
    });
    expect(claims).not.toHaveProperty("appid");
  });

  it("with Application.ReadWrite.OwnedBy let an application make others and change its own, and no more", async () => {
    const { principal, credentials } = await application({});
    const scope = "https://graph.microsoft.com/.default";
    const tokenNow = async () => (await ask({ ...credentials, scope })).access_token;
    expect((await graph("POST", "/applications", { displayName: "x" }, await tokenNow())).status).toBe(403);
    const filter = encodeURIComponent("appId eq '00000003-0000-0000-c000-000000000000'");
    const found = (await graph("GET", `/servicePrincipals?$filter=${filter}`)) as unknown as {
      value: { id: string }[];
    };
    await graph("POST", `/servicePrincipals/${principal.id}/appRoleAssignments`, {
      principalId: principal.id,
      resourceId: found.value[0]?.id,
      appRoleId: "18a4783c-866b-4cc7-a460-3d5e5662c884",
    });
    const token = await tokenNow();
    const made = await graph("POST", "/applications", { displayName: "mine" }, token);
    expect(made.status).toBe(201);
    expect((await graph("PATCH", `/applications/${made.id}`, { notes: "n" }, token)).status).toBe(204);
    const others = `/applications/${seed.deployer.applicationObjectId}`;
    expect((await graph("PATCH", others, { notes: "n" }, token)).status).toBe(403);
  });
});

describe("refusals", () => {
  it.each([
    ["of a wrong secret", { client_secret: "wrong" }, 401, 7000215],
    ["of an unknown application", { client_id: "11111111-1111-4111-8111-111111111111" }, 400, 700016],
    ["of a malformed application id", { client_id: "x" }, 400, 700038],
    ["of an unknown resource", { scope: "https://nobody.example/.default" }, 400, 500011],
    ["of a scope of a user", { scope: "https://vault.azure.net/user_impersonation" }, 400, 1002012],
    ["of an unknown grant", { grant_type: "magic" }, 400, 70003],
    ["of no grant", { grant_type: "" }, 400, 900144],
  ])("%s", async (_what, changes, status, code) => {
    const answer = await ask({ ...deployer(), scope: "https://vault.azure.net/.default", ...changes });
    expect(answer).toMatchObject({ status, error_codes: [code] });
    expect(answer.error_description).toMatch(new RegExp(`^AADSTS${String(code)}: `));
  });

  it.each([
    ["11111111-1111-4111-8111-111111111111", 90002],
    ["nobody.example", 90002],
    ["not_a_tenant", 900023],
    ["common", 50059],
  ])("of the tenant %s", async (tenant, code) => {
    const url = `${login}/${tenant}/oauth2/v2.0/token`;
    const answer = await ask({ ...deployer(), scope: "https://vault.azure.net/.default" }, url);
    expect(answer).toMatchObject({ status: 400, error_codes: [code] });
  });

  it("of a secret that is over", async () => {
    const { app } = await application({});
    const { secretText } = await graph("POST", `/applications/${app.id}/addPassword`, {
      passwordCredential: { startDateTime: "2020-01-01T00:00:00Z", endDateTime: "2020-02-01T00:00:00Z" },
    });
    const fields = { grant_type: "client_credentials", client_id: app.appId, client_secret: secretText };
    const answer = await ask({ ...fields, scope: "https://vault.azure.net/.default" });
    expect(answer).toMatchObject({ status: 401, error_codes: [7000222] });
  });

  it("of an application without service principal, of GET, of JSON, of a broken Basic header", async () => {
    const { appId } = await graph("POST", "/applications", { displayName: "alone" });
    const alone = { ...deployer(), client_id: appId, scope: "https://vault.azure.net/.default" };
    expect(await ask(alone)).toMatchObject({ status: 400, error_codes: [7000229] });
    expect((await cloud.send("GET", v2)).body).toContain("AADSTS900561");
    const json = await cloud.send("POST", v2, { body: { ...deployer(), scope: "https://vault.azure.net/.default" } });
    expect(json.body).toContain("AADSTS900144");
    const basic = { ...form, authorization: `Basic ${Buffer.from("%zz:x").toString("base64")}` };
    const broken = await ask(
      { grant_type: "client_credentials", scope: "https://vault.azure.net/.default" },
      v2,
      basic,
    );
    expect(broken).toMatchObject({ status: 400 });
  });

  it("carry the client's own id of its request", async () => {
    const id = crypto.randomUUID();
    const answer = await ask({ ...deployer(), client_secret: "x" }, v2, { ...form, "client-request-id": id });
    expect(answer.correlation_id).toBe(id);
    expect(answer.error_description).toContain(id);
  });
});
