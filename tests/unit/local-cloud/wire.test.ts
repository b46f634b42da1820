import fc from "fast-check";
import fs from "node:fs";
import net from "node:net";
import tls from "node:tls";
import { LocalCloud } from "../../../local-cloud/cloud";
import { homeFiles } from "../../../local-cloud/home";
import { redact, redactPath } from "../../../local-cloud/journal";
import { seed } from "../../../local-cloud/seed";
import { serve } from "../../../local-cloud/server";
import { startTestCloud, type TestCloud } from "../../support/localCloud";

jest.setTimeout(60_000);

const arm = "management.azure.com";
const group = `/subscriptions/${seed.subscriptionId}/resourceGroups/rg-wire`;
const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-wire`;
const version = "api-version=2024-11-01";
const host = "kv-wire.vault.azure.net";

let cloud: TestCloud;
let armToken: string;
let vaultToken: string;

/** Sends raw bytes through a tunnel, and gives back what comes until the connection ends or nothing more can. */
function exchange(
  bytes: string | Buffer,
  to = arm,
  { url, home } = { url: cloud.url, home: cloud.home },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(new URL(url).port), "127.0.0.1", () => {
      socket.write(`CONNECT ${to}:443 HTTP/1.1\r\nHost: ${to}:443\r\n\r\n`);
    });
    socket.on("error", reject);
    socket.once("data", () => {
      const ca = fs.readFileSync(homeFiles(home).caCertificate);
      const secure = tls.connect({ socket, servername: to, ca }, () => secure.write(bytes));
      let answer = "";
      secure.on("data", (data: Buffer) => (answer += data.toString("latin1")));
      secure.on("close", () => {
        resolve(answer);
      });
      secure.on("error", () => {
        resolve(answer);
      });
    });
  });
}
const statuses = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
const request = (line: string, headers: string[] = [], body = "") =>
  `${line}\r\nHost: ${arm}\r\nAuthorization: Bearer ${armToken}\r\n${headers.map((one) => `${one}\r\n`).join("")}\r\n${body}`;

beforeAll(async () => {
  cloud = await startTestCloud();
  armToken = await cloud.token("https://management.azure.com");
  vaultToken = await cloud.token("https://vault.azure.net");
  const put = (path: string, body: unknown, api: string) =>
    cloud.send("PUT", `https://${arm}${path}?api-version=${api}`, { token: armToken, body });
  await put(group, { location: "westeurope" }, "2024-03-01");
  const properties = { tenantId: seed.tenantId, sku: { family: "A", name: "standard" }, enableRbacAuthorization: true };
  await put(vault, { location: "westeurope", properties }, "2024-11-01");
  const roleDefinitionId = "/providers/Microsoft.Authorization/roleDefinitions/00482a5a-887f-4fb3-b363-3b7fe8e74483";
  await put(
    `${vault}/providers/Microsoft.Authorization/roleAssignments/11111111-2222-4333-8444-555555555555`,
    { properties: { roleDefinitionId, principalId: seed.deployer.objectId, principalType: "ServicePrincipal" } },
    "2022-04-01",
  );
});
afterAll(() => cloud.stop());

describe("HTTP on the wire", () => {
  const close = "Connection: close";

  it("knows paths of any case, double and trailing slashes, and escaped query names", async () => {
    const path = vault.toUpperCase().replace("/RESOURCEGROUPS", "//resourcegroups");
    const answer = await exchange(request(`GET /${path}/?api%2Dversion=2024-11-01 HTTP/1.1`, [close]));
    expect(statuses(answer)).toEqual([200]);
  });

  it("answers requests that come one after the other without waiting", async () => {
    const one = request(`GET ${vault}?${version} HTTP/1.1`);
    const missing = request(`GET ${vault}x?${version} HTTP/1.1`);
    const last = request(`HEAD ${vault}?${version} HTTP/1.1`, [close]);
    expect(statuses(await exchange(one + missing + last))).toEqual([200, 404, 204]);
  });

  it("takes HTTP/1.0, targets in absolute form, bodies in pieces, and marks of the byte order", async () => {
    expect(statuses(await exchange(request(`GET ${vault}?${version} HTTP/1.0`)))).toEqual([200]);
    expect(statuses(await exchange(request(`GET https://${arm}${vault}?${version} HTTP/1.1`, [close])))).toEqual([200]);
    const json = '{"tags":{"a":"b"}}';
    const chunks = `5\r\n${json.slice(0, 5)}\r\n${(json.length - 5).toString(16)}\r\n${json.slice(5)}\r\n0\r\n\r\n`;
    const type = "Content-Type: application/json";
    const pieces = request(`PATCH ${vault}?${version} HTTP/1.1`, [close, type, "Transfer-Encoding: chunked"], chunks);
    expect(statuses(await exchange(pieces))).toEqual([200]);
    const marked = Buffer.from(`\uFEFF${json}`);
    const head = request(`PATCH ${vault}?${version} HTTP/1.1`, [
      close,
      type,
      `Content-Length: ${String(marked.length)}`,
    ]);
    expect(statuses(await exchange(Buffer.concat([Buffer.from(head), marked])))).toEqual([200]);
  });

  it.each([
    ["PUT of what can only be read", `PUT /subscriptions?${version}`, 405],
    ["OPTIONS", `OPTIONS ${vault}?${version}`, 404],
    ["no version", `GET ${vault}`, 400],
    ["a version that never was", `GET ${vault}?api-version=2014-01-01`, 400],
    ["a version of the future", `GET ${vault}?api-version=2199-01-01`, 400],
    ["a version that is none", `GET ${vault}?api-version=new`, 400],
    ["another subscription", `GET /subscriptions/${seed.tenantId}/resourceGroups?api-version=2024-03-01`, 404],
    ["a broken escape", `GET /subscriptions/%zz?${version}`, 400],
    ["an escape that is no UTF-8", `GET /subscriptions/%E0%A4?${version}`, 400],
  ])("refuses %s", async (_what, line, status) => {
    expect(statuses(await exchange(request(`${line} HTTP/1.1`, [close])))).toEqual([status]);
  });

  it("lets a client that sends too much read why", async () => {
    const body = "x".repeat(5 * 1024 * 1024);
    const headers = ["Content-Type: application/json", `Content-Length: ${String(body.length)}`];
    expect(statuses(await exchange(request(`PATCH ${vault}?${version} HTTP/1.1`, [...headers, close], body)))).toEqual([
      413,
    ]);
  });

  it.each([
    ["nested too deeply", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["no JSON", "{"],
    ["no object", '"text"'],
    ["null", "null"],
  ])("refuses a body that is %s", async (_what, body) => {
    const answer = await cloud.send("PATCH", `https://${arm}${vault}?${version}`, {
      token: armToken,
      body,
      headers: { "content-type": "application/json" },
    });
    expect(answer.status).toBe(400);
  });

  it("does not wait for ever for a client that never finishes its headers", async () => {
    const home = fs.mkdtempSync(`${cloud.home}/slow-`);
    const server = await serve(await LocalCloud.open(home), 0, { headers: 200, request: 400, idle: 1000 });
    expect(statuses(await exchange("GET / HTTP/1.1\r\nX: never", arm, { url: server.url, home }))).toEqual([408]);
    await server.close();
  });
});

describe("who may do what with a secret", () => {
  it.each([
    ["Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7", { get: 403, list: 403, set: 403, purge: 403 }],
    ["Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c", { get: 403, list: 403, set: 403, purge: 403 }],
    ["Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", { get: 403, list: 403, set: 403, purge: 403 }],
    ["Key Vault Reader", "21090545-7ca7-4776-b22c-e363652d74d2", { get: 403, list: 200, set: 403, purge: 403 }],
    ["Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6", { get: 200, list: 200, set: 403, purge: 403 }],
    [
      "Key Vault Secrets Officer",
      "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
      { get: 200, list: 200, set: 200, purge: 404 },
    ],
    ["Key Vault Administrator", "00482a5a-887f-4fb3-b363-3b7fe8e74483", { get: 200, list: 200, set: 200, purge: 404 }],
  ])("%s", async (_role, roleId, expected) => {
    const at = `https://${host}`;
    const query = "?api-version=7.4";
    await cloud.send("PUT", `${at}/secrets/one${query}`, { token: vaultToken, body: { value: "v" } });
    const token = await cloud.token("https://vault.azure.net", "maker");
    const assignment = `https://${arm}${group}/providers/Microsoft.Authorization/roleAssignments/99999999-2222-4333-8444-555555555555?api-version=2022-04-01`;
    const properties = { roleDefinitionId: roleId, principalId: seed.makers.objectId, principalType: "Group" };
    expect((await cloud.send("PUT", assignment, { token: armToken, body: { properties } })).status).toBe(201);
    const status = async (method: string, path: string, body?: unknown) =>
      (await cloud.send(method, `${at}${path}${query}`, { token, body })).status;
    expect({
      get: await status("GET", "/secrets/one"),
      list: await status("GET", "/secrets"),
      set: await status("PUT", "/secrets/two", { value: "v" }),
      purge: await status("DELETE", "/deletedsecrets/one"),
    }).toEqual(expected);
    expect((await cloud.send("DELETE", assignment, { token: armToken })).status).toBe(200);
  });
});

describe("any request", () => {
  const hosts = [arm, "graph.microsoft.com", "login.microsoftonline.com", host, "api.powerapps.com"];
  const segments = [
    "v1.0",
    "applications",
    "servicePrincipals",
    "users",
    "$batch",
    "$count",
    "groups",
    "secrets",
    "deletedsecrets",
    "one",
    "versions",
    "backup",
    "restore",
    "recover",
    seed.tenantId,
    "oauth2",
    "v2.0",
    "token",
    ".well-known",
    "openid-configuration",
    "discovery",
    "keys",
    "subscriptions",
    seed.subscriptionId,
    "resourceGroups",
    "rg-wire",
    "providers",
    "Microsoft.KeyVault",
    "vaults",
    "kv-wire",
    "accessPolicies",
    "add",
    "Microsoft.Authorization",
    "roleAssignments",
    "permissions",
    "resources",
    "Microsoft.PowerApps",
    "apis",
    "connections",
    "%00",
    "%2F",
    "..",
  ];
  const queries = [
    "api-version=7.4",
    "api-version=2024-11-01",
    "api-version=1",
    "$filter=a eq 'b'",
    "$filter=(((",
    "$top=-1",
    "$skiptoken=x",
    "maxresults=0",
    "maxresults=2",
    "$orderby=x",
    "$select=,",
    "$filter=%00",
    "a=%",
    "=",
  ];
  const bodies = fc.oneof(
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.string(),
    fc.constantFrom('{"value":"x"}', '{"properties":null}', '{"properties":{"value":{}}}', "grant_type=password", "{}"),
  );

  it("is answered by something else than a mistake of the local cloud's own, and it lives on", async () => {
    const tokens: Record<string, string> = {
      [arm]: armToken,
      [host]: vaultToken,
      "graph.microsoft.com": await cloud.token("https://graph.microsoft.com"),
      "api.powerapps.com": await cloud.token("https://service.powerapps.com"),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...hosts),
        fc.constantFrom("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"),
        fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...segments) }, fc.webSegment()), { maxLength: 8 }),
        fc.array(fc.constantFrom(...queries), { maxLength: 3 }),
        fc.option(bodies, { nil: undefined }),
        fc.constantFrom("application/json", "application/x-www-form-urlencoded", "text/plain"),
        fc.boolean(),
        async (at, method, path, query, body, type, signedIn) => {
          const token = signedIn ? tokens[at] : undefined;
          const answer = await cloud.send(method, `https://${at}/${path.join("/")}?${query.join("&")}`, {
            ...(body === undefined ? {} : { body }),
            ...(token === undefined ? {} : { token }),
            headers: { "content-type": type },
          });
          expect(answer.status).toBeLessThan(500);
        },
      ),
      { numRuns: 500 },
    );
    expect((await fetch(`${cloud.url}/_local/status`)).status).toBe(200);
  }, 60_000);
});

describe("the journal's redaction", () => {
  it.each([
    ["/a?sig=s3cret&se=1", "/a?sig=[redacted]&se=1"],
    ["/a?x=1&client_secret=s3cret", "/a?x=1&client_secret=[redacted]"],
    ["/a?client%5Fsecret=s3cret", "/a?client%5Fsecret=[redacted]"],
    ["/a?password=s3cret&client_assertion=s3cret", "/a?password=[redacted]&client_assertion=[redacted]"],
    ["/a?%zz=1&refresh_token=s3cret", "/a?%zz=1&refresh_token=[redacted]"],
    ["/secrets/one?api-version=7.4&$skiptoken=Mg", "/secrets/one?api-version=7.4&$skiptoken=Mg"],
  ])("of %s", (path, expected) => {
    expect(redactPath(path)).toBe(expected);
  });

  it("hides numbers, lists and documents that came as the name of a form's field", () => {
    expect(redact({ value: 12345678, passwords: ["a", 1], '{"client_secret":"s3cret"}': "" })).toEqual({
      value: "[redacted]",
      passwords: ["[redacted]", "[redacted]"],
      "[redacted]": "[redacted]",
    });
  });
});
