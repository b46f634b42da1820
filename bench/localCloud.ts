import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { startCloud, stopCloud, cloudStatus } from "../local-cloud/client";

/** What the local cloud itself costs. */
export interface LocalCloudFigures {
  startSeconds: number[];
  /** Requests per second of its control API, over so many connections. */
  requestsPerSecond: number;
  requests: number;
  memoryBefore: number;
  /** Megabytes resident after the requests. */
  memoryAfter: number;
}

const connections = 20;

function residentMegabytes(pid: number | undefined): number {
  const status = pid === undefined ? "" : fs.readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

export async function measureLocalCloud(requests: number, starts: number): Promise<LocalCloudFigures> {
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
    const { average } = result.requests;
    return { startSeconds, requestsPerSecond: average, requests, memoryBefore, memoryAfter: residentMegabytes(pid) };
  } finally {
    await stopCloud(home);
    fs.rmSync(home, { recursive: true, force: true });
  }
}
