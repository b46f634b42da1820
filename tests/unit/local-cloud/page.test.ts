import http from "node:http";
import { startTestCloud, type TestCloud } from "../../support/localCloud";

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

describe("the page's server", () => {
  let cloud: TestCloud;

  /** Node's own client: `fetch` refuses to lie about Host, Origin and Sec-Fetch-Site. */
  const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) =>
    new Promise<Answer>((resolve, reject) => {
      const json: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
      const request = http.request(`${cloud.url}${path}`, { method, headers: { ...json, ...headers } }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text += part));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      });
      request.on("error", reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });

  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud.stop());

  test.each([
    ["/", "text/html"],
    ["/page.css", "text/css"],
    ["/page.js", "text/javascript"],
  ])("serves %s under a policy that lets in nothing from elsewhere", async (path, type) => {
    const { status, headers } = await ask("GET", path);
    expect([status, headers["content-type"]]).toEqual([200, `${type}; charset=utf-8`]);
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test("has no script, style or handler in its HTML", async () => {
    const { body } = await ask("GET", "/");
    expect(body).not.toMatch(/<script(?![^>]*src="\/)|<style|\sstyle=|\son\w+=|https?:\/\//i);
  });

  const ownOrigin = () => ({ origin: cloud.url, "sec-fetch-site": "same-origin" });
  test.each([
    ["another site's script", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["another site's form", { origin: "null" }],
    ["another port of this machine", { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" }],
    ["an image on another site", { "sec-fetch-site": "cross-site", "sec-fetch-dest": "image" }],
  ])("takes nothing from %s", async (_who, headers) => {
    for (const [method, path] of [
      ["POST", "/_local/reset"],
      ["POST", "/_local/page/statuses"],
      ["GET", "/_local/page/view"],
      ["GET", "/_local/journal"],
    ] as const) {
      expect([path, (await ask(method, path, headers)).status]).toEqual([path, 403]);
    }
  });

  test("takes nothing under a foreign name that points here", async () => {
    expect((await ask("GET", "/_local/page/view", { host: "evil.example" })).status).toBe(403);
    expect((await ask("GET", "/", { host: "evil.example" })).status).toBe(403);
  });

  test("lets the page, the command line and a link to the page in", async () => {
    expect((await ask("GET", "/_local/page/view", ownOrigin())).status).toBe(200);
    expect((await ask("POST", "/_local/page/statuses", ownOrigin())).status).toBe(200);
    expect((await ask("GET", "/_local/status")).status).toBe(200);
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" };
    expect((await ask("GET", "/", link)).status).toBe(200);
    expect((await ask("GET", "/_local/page/view", link)).status).toBe(403);
  });

  test("shows no secret of the seed, and refuses a test of what is not there", async () => {
    const { body } = await ask("GET", "/_local/page/view");
    for (const secret of Object.values(cloud.credentials)) expect(body).not.toContain(secret);
    const asked = { connector: "shared_none", connection: "none", operationId: "GetSecret", parameters: {} };
    const refused = await ask("POST", "/_local/page/test", ownOrigin(), asked);
    expect([refused.status, refused.body]).toEqual([404, expect.stringContaining("no operation GetSecret")]);
    expect((await ask("POST", "/_local/page/test", ownOrigin(), { connector: 7 })).status).toBe(400);
  });

  test("tells of requests as they are made", async () => {
    const request = http.get(`${cloud.url}/_local/page/journal`);
    let told = "";
    const heard = new Map<string, () => void>();
    request.on("response", (response) => {
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        told += part;
        for (const [wanted, resolve] of heard) if (told.includes(wanted)) resolve();
      });
    });
    const hears = (wanted: string) => new Promise<void>((resolve) => heard.set(wanted, resolve));
    await hears("caughtUp");
    const line = hears("/oauth2/v2.0/token");
    await cloud.token("https://vault.azure.net", "maker");
    await line;
    expect(told).not.toContain(cloud.credentials.makerPassword);
    request.destroy();
  });
});
