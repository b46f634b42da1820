import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, WaitingFault } from "./faults";
import { homeFiles, runningPort } from "./home";
import type { JournalEntry } from "./journal";
import type { Knobs } from "./knobs";
import { projectRoot } from "./project";
import { ensureCredentials, seed } from "./seed";
import type { ListedResource } from "./service";

export { homeFolder } from "./home";
export { seed } from "./seed";

const startDeadlineMilliseconds = 20_000;

export interface CloudStatus {
  running: boolean;
  home: string;
  /** The address of the proxy and of the control API, when it runs. */
  url?: string;
  pid?: number;
  /** The local cloud's time, ISO 8601. */
  now?: string;
  resources?: ListedResource[];
}

/** Whether a local cloud runs in a home, and what is in it. */
export async function cloudStatus(home: string): Promise<CloudStatus> {
  const url = addressOf(home);
  if (!url) return { running: false, home };
  try {
    const answer = await fetch(`${url}/_local/status`, { signal: AbortSignal.timeout(5000) });
    const status = (await answer.json()) as { pid: number; home: string; now: string; resources: ListedResource[] };
    // Another local cloud may have been given the port since.
    if (status.home !== home) return { running: false, home };
    return { running: true, url, ...status };
  } catch {
    return { running: false, home };
  }
}

/** Starts the local cloud of a home as a process of its own, unless it runs. Returns when it answers. */
export async function startCloud(home: string): Promise<CloudStatus> {
  const files = homeFiles(home);
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  const running = await cloudStatus(home);
  if (running.running) return running;

  const output = fs.openSync(files.serverOutput, "a", 0o600);
  const program = path.join(projectRoot(), "dist", "local-cloud", "main.js");
  const server = spawn(process.execPath, [program], {
    detached: true,
    stdio: ["ignore", output, output],
    env: { ...process.env, LOCAL_CLOUD_HOME: home },
  });
  server.unref();
  fs.closeSync(output);
  const deadline = Date.now() + startDeadlineMilliseconds;
  while (Date.now() < deadline) {
    const status = await cloudStatus(home);
    if (status.running) return status;
    await sleep(25);
  }
  throw new Error(`The local cloud did not start within 20 seconds. What it said is in ${files.serverOutput}.`);
}

/** Stops the local cloud of a home. @returns whether it ran. */
export async function stopCloud(home: string): Promise<boolean> {
  const status = await cloudStatus(home);
  if (!status.running) return false;
  await controlClient(home).stop();
  const { lock } = homeFiles(home);
  const deadline = Date.now() + startDeadlineMilliseconds;
  while (fs.existsSync(lock) && Date.now() < deadline) await sleep(25);
  return true;
}

/**
 * The environment in which unmodified clients reach the local cloud under the real host names, signed in as its
 * deployer. The local cloud must run.
 */
export async function cloudEnvironment(home: string): Promise<Record<string, string>> {
  const { running, url } = await cloudStatus(home);
  if (!running || !url) throw new Error("The local cloud does not run. Start it with: npm run cloud -- start");
  return environmentAt(home, url);
}

/** The same for a proxy at a known address. */
export function environmentAt(home: string, url: string): Record<string, string> {
  const files = homeFiles(home);
  const credentials = ensureCredentials(files.credentials);
  const direct = "localhost,127.0.0.1";
  return {
    HTTPS_PROXY: url,
    https_proxy: url,
    NO_PROXY: direct,
    no_proxy: direct,
    NODE_EXTRA_CA_CERTS: files.caCertificate,
    SSL_CERT_FILE: files.caCertificate,
    REQUESTS_CA_BUNDLE: files.caCertificate,
    CURL_CA_BUNDLE: files.caCertificate,
    ARM_TENANT_ID: seed.tenantId,
    ARM_SUBSCRIPTION_ID: seed.subscriptionId,
    ARM_CLIENT_ID: seed.deployer.clientId,
    ARM_CLIENT_SECRET: credentials.deployerSecret,
    AZURE_TENANT_ID: seed.tenantId,
    AZURE_SUBSCRIPTION_ID: seed.subscriptionId,
    AZURE_CLIENT_ID: seed.deployer.clientId,
    AZURE_CLIENT_SECRET: credentials.deployerSecret,
    LOCAL_CLOUD_HOME: home,
    LOCAL_CLOUD_ENVIRONMENT_ID: seed.environment.id,
    LOCAL_CLOUD_DATAVERSE_ENVIRONMENT_ID: seed.dataverseEnvironment.id,
    LOCAL_CLOUD_DATAVERSE_URL: `https://${seed.dataverseEnvironment.host}`,
    LOCAL_CLOUD_MAKER_USERNAME: seed.maker.userPrincipalName,
    LOCAL_CLOUD_MAKER_PASSWORD: credentials.makerPassword,
    LOCAL_CLOUD_MAKER_OBJECT_ID: seed.maker.objectId,
  };
}

function addressOf(home: string): string | undefined {
  const port = runningPort(home);
  return port === undefined ? undefined : `http://127.0.0.1:${port}`;
}

/** Steers a running local cloud. Each method throws an Error with the reason when it is refused. */
export function controlClient(home: string) {
  async function send<T>(method: string, resource: string, body?: unknown): Promise<T> {
    const url = addressOf(home);
    if (!url) throw new Error("The local cloud does not run. Start it with: npm run cloud -- start");
    const answer = await fetch(`${url}/_local/${resource}`, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const content = (await answer.json()) as T & { error?: { message: string } };
    if (!answer.ok) throw new Error(content.error?.message ?? `The local cloud answered ${String(answer.status)}.`);
    return content;
  }
  return {
    stop: () => send("POST", "stop"),
    /** Back to the seed. */
    reset: () => send("POST", "reset"),
    resources: async () => (await send<{ resources: ListedResource[] }>("GET", "status")).resources,
    journal: (limit = 10_000) => send<JournalEntry[]>("GET", `journal?limit=${String(limit)}`),
    clearJournal: () => send("DELETE", "journal"),
    faults: () => send<WaitingFault[]>("GET", "faults"),
    addFault: (fault: Partial<Fault>) => send<Fault>("POST", "faults", fault),
    clearFaults: () => send("DELETE", "faults"),
    knobs: () => send<Knobs>("GET", "knobs"),
    setKnobs: (knobs: Partial<Knobs>) => send<Knobs>("PATCH", "knobs", knobs),
    clock: () => send<{ now: string }>("GET", "clock"),
    /** Sets the clock to a moment (ISO 8601), standing still when `frozen`. */
    setClock: (now: string, frozen = false) => send<{ now: string }>("PUT", "clock", { now, frozen }),
    advanceClock: (seconds: number) => send<{ now: string }>("PUT", "clock", { advanceSeconds: seconds }),
    resetClock: () => send<{ now: string }>("DELETE", "clock"),
  };
}

export type ControlClient = ReturnType<typeof controlClient>;
