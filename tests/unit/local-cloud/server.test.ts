import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import tls from "node:tls";
import { homeFiles } from "../../../local-cloud/home";
import { startTestCloud, type TestCloud } from "../../support/localCloud";

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(async () => {
  await cloud.stop();
});

const port = () => Number(new URL(cloud.url).port);

/** Opens a tunnel and tells the proxy's status line. */
function connect(target: string): Promise<{ status: string; socket: net.Socket }> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port(), "127.0.0.1", () => {
      socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    });
    socket.on("error", reject);
    socket.once("data", (data) => {
      resolve({ status: data.toString("latin1").split("\r\n")[0] ?? "", socket });
    });
  });
}

/** Sends raw bytes through a tunnel and gives back what comes. */
async function exchange(host: string, bytes: string): Promise<string> {
  const { socket } = await connect(`${host}:443`);
  const ca = fs.readFileSync(homeFiles(cloud.home).caCertificate);
  const secure = tls.connect({ socket, servername: host, ca });
  return new Promise((resolve, reject) => {
    let answer = "";
    secure.on("secureConnect", () => secure.write(bytes));
    secure.on("data", (data: Buffer) => (answer += data.toString("latin1")));
    secure.on("close", () => {
      resolve(answer);
    });
    secure.on("error", reject);
  });
}

describe("the proxy", () => {
  it.each([
    "example.com:443",
    "graph.microsoft.com:80",
    "127.0.0.1:443",
    "evil.com.login.microsoftonline.com.evil:443",
  ])("refuses a tunnel to %s", async (target) => {
    const { status, socket } = await connect(target);
    expect(status).toBe("HTTP/1.1 403 Forbidden");
    socket.destroy();
  });

  it("refuses plain HTTP to other hosts", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      http
        .get({ port: port(), path: "http://example.com/", headers: { host: "example.com" } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
        .on("error", reject);
    });
    expect(status).toBe(403);
  });

  it("serves every host under a certificate of its authority that names it", async () => {
    const answer = await exchange(
      "login.microsoftonline.com",
      "GET /common/discovery/keys HTTP/1.1\r\nHost: login.microsoftonline.com\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
  });

  it.each([
    ["no HTTP at all", "\x16\x03nonsense\r\n\r\n", 400],
    ["a header without end", `GET / HTTP/1.1\r\nX: ${"a".repeat(100_000)}`, 431],
    ["another host than the tunnel's", "GET / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n", 421],
  ])("answers %s and lives on", async (_what, bytes, status) => {
    expect(await exchange("login.microsoftonline.com", bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)}`));
    expect((await fetch(`${cloud.url}/_local/status`)).status).toBe(200);
  });
});

describe("the control API", () => {
  it("tells its state and refuses what it does not understand", async () => {
    expect(await (await fetch(`${cloud.url}/_local/status`)).json()).toMatchObject({ home: cloud.home, resources: [] });
    const wrong = await fetch(`${cloud.url}/_local/knobs`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: '{"roleAssignmentDelaySeconds":"long"}',
    });
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain("roleAssignmentDelaySeconds");
  });
});

describe("faults", () => {
  afterEach(() => {
    cloud.local.faults.clear();
  });
  const url = "https://login.microsoftonline.com/common/discovery/keys";

  it("plays a status with Retry-After instead of the answer", async () => {
    cloud.local.faults.add({ host: "login", effect: "status", status: 429, retryAfterSeconds: 7 });
    const answer = await cloud.send("GET", url);
    expect(answer).toMatchObject({ status: 429, headers: { "retry-after": "7" } });
    expect((await cloud.send("GET", url)).status).toBe(200);
  });

  it.each(["cutBefore", "cutAfter"])("closes the connection without an answer: %s", async (effect) => {
    cloud.local.faults.add({ host: "login", effect });
    await expect(cloud.send("GET", url)).rejects.toThrow(/destroyed/);
    cloud.local.faults.add({ host: "login", effect });
    const raw = "GET /common/discovery/keys HTTP/1.1\r\nHost: login.microsoftonline.com\r\n\r\n";
    expect(await exchange("login.microsoftonline.com", raw)).toBe("");
    expect(cloud.local.journal.list().length).toBeGreaterThan(0);
  });

  it("plays a rule at the n-th request, and says when to come back as a date", async () => {
    const rule = { host: "login", effect: "status", status: 503, skip: 2, retryAfterSeconds: 30, retryAfterDate: true };
    cloud.local.faults.add(rule);
    const before = Date.now();
    const statuses = [];
    for (let call = 0; call < 3; call++) statuses.push(await cloud.send("GET", url));
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 503]);
    const wait = Date.parse(statuses[2]?.headers["retry-after"] ?? "") - before;
    expect(wait).toBeGreaterThan(28_000);
    expect(wait).toBeLessThan(90_000);
    expect((await cloud.send("GET", url)).status).toBe(200);
  });

  it("shows a gateway's page with any status", async () => {
    cloud.local.faults.add({ host: "login", effect: "html", status: 200 });
    const { status, headers, body } = await cloud.send("GET", url);
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(body).toMatch(/^<!DOCTYPE html>/);
  });

  it.each(["truncate", "garble"])("damages the answer's body: %s", async (effect) => {
    const whole = (await cloud.send("GET", url)).body;
    cloud.local.faults.add({ host: "login", effect });
    const { status, body } = await cloud.send("GET", url);
    expect(status).toBe(200);
    expect(body).not.toBe(whole);
    expect(() => JSON.parse(body) as unknown).toThrow();
  });

  it("opens no connection to a host that refuses", async () => {
    cloud.local.faults.add({ host: "login", effect: "refuse" });
    expect(() => cloud.local.faults.add({ host: "login", path: "/x", effect: "refuse" })).toThrow("takes a host only");
    const raw = "GET /common/discovery/keys HTTP/1.1\r\nHost: login.microsoftonline.com\r\nConnection: close\r\n\r\n";
    await expect(exchange("login.microsoftonline.com", raw)).rejects.toThrow();
    expect(await exchange("login.microsoftonline.com", raw)).toMatch(/^HTTP\/1\.1 200/);
  });

  it.each(["hang", "hangAfter"])("leaves the client waiting until it gives up: %s", async (effect) => {
    cloud.local.faults.add({ host: "login", effect });
    const raw = "GET /common/discovery/keys HTTP/1.1\r\nHost: login.microsoftonline.com\r\n\r\n";
    const waiting = exchange("login.microsoftonline.com", raw);
    await expect(Promise.race([waiting, new Promise((done) => setTimeout(done, 300, "waits"))])).resolves.toBe("waits");
    expect(cloud.local.faults.hangingRequests).toBe(1);
    cloud.local.faults.clear();
    await waiting;
    expect(cloud.local.faults.hangingRequests).toBe(0);
  });
});
