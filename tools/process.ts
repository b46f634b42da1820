import { spawn, type StdioOptions } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";

export interface Outcome {
  /** Exit code; 130 when a signal ended it. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** Default: nothing to read (or `input`), both outputs captured. */
  stdio?: StdioOptions;
  /** Takes each line that the program writes to standard error, which is then not captured. */
  onErrorLine?: (line: string) => void;
  /** What the program reads from its standard input. */
  input?: string;
  /** After this the child is ended, and the outcome is an error. Default: it may take as long as it needs. */
  timeoutMilliseconds?: number;
}

/** A key press that interrupts reaches the child too, which ends in its own way; we wait for it. */
const waitForChild = () => undefined;

/** Runs a program to its end. Rejects only when it cannot be started or takes too long. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { cwd, env = process.env, input, timeoutMilliseconds } = options;
  const stdio = options.stdio ?? [input === undefined ? "ignore" : "pipe", "pipe", "pipe"];
  return new Promise<Outcome>((resolve, reject) => {
    process.on("SIGINT", waitForChild);
    const child = spawn(command, args, { cwd, env, stdio, timeout: timeoutMilliseconds });
    const startedAt = Date.now();
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    if (child.stderr && options.onErrorLine) readline.createInterface(child.stderr).on("line", options.onErrorLine);
    else child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.stdin?.end(input);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (signal && timeoutMilliseconds !== undefined && Date.now() - startedAt >= timeoutMilliseconds)
        reject(new Error(`${path.basename(command)} took longer than ${timeoutMilliseconds / 1000} seconds.`));
      else resolve({ code: code ?? 130, stdout, stderr });
    });
  }).finally(() => process.off("SIGINT", waitForChild));
}

/** The first file of a name in the folders of a PATH, as the operating system would find it. */
export function findOnPath(names: readonly string[], searchPath: string | undefined): string | undefined {
  for (const folder of (searchPath ?? "").split(path.delimiter).filter(Boolean)) {
    for (const name of names) {
      const file = path.join(folder, name);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
