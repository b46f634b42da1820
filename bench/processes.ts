import { spawn } from "node:child_process";
import fs from "node:fs";

/** What a run cost, by kind of process where the operating system tells it (Linux). */
export interface Cost {
  wallSeconds: number;
  code: number;
  stdout: string;
  stderr: string;
  /** By kind of process: `pulumi`, `program`, `provider`, … */
  processes: Record<string, { cpuSeconds: number; peakMegabytes: number }>;
  /** Processor time of the local cloud meanwhile, which is in none of the other figures. */
  localCloudSeconds?: number;
}

const sampleMilliseconds = 40;
/** USER_HZ: the unit of times in /proc, the same on all current Linux systems. */
const ticksPerSecond = 100;

/** What the command lines of the processes below `pulumi` have in them. */
const kinds: [kind: string, mark: string][] = [
  ["program", "pulumi/cmd/run"],
  ["provider of dynamic resources", "cmd/dynamic-provider"],
  ["language host", "languageHost"],
  ["language host", "pulumi-language-nodejs"],
  ["plugin azure-native", "azure-native"],
  ["plugin azuread", "azuread"],
  ["plugin random", "plugins/random"],
  ["paconn", "paconn"],
];

function kindOf(commandLine: string, root: string): string {
  return kinds.find(([, mark]) => commandLine.includes(mark))?.[0] ?? root;
}

function childrenOf(pid: number): number[] {
  try {
    return fs
      .readdirSync(`/proc/${pid}/task`)
      .flatMap((thread) => fs.readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim().split(" "))
      .filter(Boolean)
      .map(Number);
  } catch {
    return []; // It has ended.
  }
}

function descendants(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(descendants)];
}

/** Processor time of a process until now. @throws Error when there is none of that id */
export function cpuSecondsOf(pid: number): number {
  // The name in parentheses may hold spaces; user and system time are the 12th and 13th field after it.
  const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

interface Seen {
  kind: string;
  cpuSeconds: number;
  peakMegabytes: number;
}

function look(pid: number, root: string): Seen | undefined {
  try {
    const kind = kindOf(fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "), root);
    const cpuSeconds = cpuSecondsOf(pid);
    const peak = /VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return peak === undefined ? undefined : { kind, cpuSeconds, peakMegabytes: Number(peak) / 1024 };
  } catch {
    return undefined; // It has ended.
  }
}

/** Adds up what was seen of the processes of each kind; of memory the largest. */
function byKind(seen: Iterable<Seen>): Cost["processes"] {
  const result: Cost["processes"] = {};
  for (const { kind, cpuSeconds, peakMegabytes } of seen) {
    const before = result[kind] ?? { cpuSeconds: 0, peakMegabytes: 0 };
    result[kind] = {
      cpuSeconds: before.cpuSeconds + cpuSeconds,
      peakMegabytes: Math.max(before.peakMegabytes, peakMegabytes),
    };
  }
  return result;
}

export interface RunOptions {
  cwd: string;
  env: Record<string, string | undefined>;
  /** What the started process itself is called in the result. */
  kind: string;
}

/** Runs a command to its end and watches the processes below it: twenty-five looks a second, a percent of one core. */
export function measured(command: string, args: readonly string[], { cwd, env, kind }: RunOptions): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const seen = new Map<number, Seen>();
    const sampling = setInterval(() => {
      for (const pid of child.pid === undefined ? [] : descendants(child.pid)) {
        const now = look(pid, kind);
        if (now) seen.set(pid, now);
      }
    }, sampleMilliseconds);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.once("error", (error) => {
      clearInterval(sampling);
      reject(error);
    });
    child.once("close", (code) => {
      clearInterval(sampling);
      const wallSeconds = (performance.now() - startedAt) / 1000;
      resolve({ wallSeconds, code: code ?? 130, stdout, stderr, processes: byKind(seen.values()) });
    });
  });
}
