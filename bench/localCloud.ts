import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { cloudStatus, seed, startCloud, stopCloud } from "../local-cloud/client";
import { makerToken } from "../tools/demo/maker";
import { localClient } from "../tests/support/localClient";
import { ownSettings, type Place, Stack } from "./stacks";
import { openTunnel } from "./tunnel";

/** What the local cloud itself costs. */
export interface LocalCloudFigures {
  startSeconds: number[];
  /** Requests per second of its control API, over so many connections. */
  requestsPerSecond: number;
  requests: number;
  memoryBefore: number;
  /** Megabytes resident after the requests. */
  memoryAfter: number;
  /** GetSecret a second, by TLS under the services' host names. */
  getSecret: { calls: number; direct: number; throughConnector: number };
}

const connections = 20;

function residentMegabytes(pid: number | undefined): number {
  const status = pid === undefined ? "" : fs.readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

interface Outputs {
  clientId: string;
  clientSecret: string;
  operations: { url: string }[];
  secrets: Record<string, { uri: string }>;
}

/** Calls one URL so often. @returns calls per second. @throws Error when one was not answered with the secret */
async function callsPerSecond(proxy: string, target: string, token: string, amount: number): Promise<number> {
  const { default: autocannon } = await import("autocannon");
  const { host, pathname, search } = new URL(target);
  const tunnel = await openTunnel(proxy, host);
  try {
    const { start, finish, non2xx, errors } = await autocannon({
      url: `${tunnel.url}${pathname}${search}`,
      servername: host,
      headers: { host, authorization: `Bearer ${token}` },
      connections,
      amount,
    });
    if (non2xx + errors > 0) throw new Error(`${target}: ${non2xx} refused and ${errors} failed of ${amount} calls.`);
    // Its own average is that of whole seconds, of which there may be two.
    return amount / ((finish.getTime() - start.getTime()) / 1000);
  } finally {
    tunnel.close();
  }
}

async function measureGetSecret(place: Place, calls: number): Promise<LocalCloudFigures["getSecret"]> {
  const { env } = place;
  const shareWith = [{ principalId: seed.makers.objectId, principalType: "Group" }];
  const stack = await Stack.make(place, ".", "get-secret", ownSettings({ connection: { shareWith } }));
  await stack.run("up");
  const { clientId, clientSecret, operations, secrets } = JSON.parse(await stack.outputs()) as Outputs;
  const proxy = env.HTTPS_PROXY ?? "";
  const [secret] = Object.values(secrets);
  const token = await localClient(env).token("https://vault.azure.net", { clientId, clientSecret });
  const direct = await callsPerSecond(proxy, `${secret?.uri ?? ""}?api-version=7.4`, token, calls);
  const throughConnector = await callsPerSecond(proxy, operations[0]?.url ?? "", await makerToken(env), calls);
  await stack.run("destroy");
  return { calls, direct, throughConnector };
}

/** @param requests so many to its control API, and a fiftieth of GetSecret by each way */
export async function measureLocalCloud(place: Place, requests: number, starts: number): Promise<LocalCloudFigures> {
  const { default: autocannon } = await import("autocannon");
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "bench-cloud-"));
  const startSeconds: number[] = [];
  try {
    for (let start = 0; start < starts; start += 1) {
      await stopCloud(home);
      const startedAt = performance.now();
      await startCloud(home);
      startSeconds.push((performance.now() - startedAt) / 1000);
    }
    const { url = "", pid } = await cloudStatus(home);
    const memoryBefore = residentMegabytes(pid);
    const result = await autocannon({ url: `${url}/_local/status`, connections, amount: requests });
    const memoryAfter = residentMegabytes(pid);
    const requestsPerSecond = requests / ((result.finish.getTime() - result.start.getTime()) / 1000);
    const getSecret = await measureGetSecret(place, Math.max(2000, requests / 50));
    return { startSeconds, requestsPerSecond, requests, memoryBefore, memoryAfter, getSecret };
  } finally {
    await stopCloud(home);
    fs.rmSync(home, { recursive: true, force: true });
  }
}
