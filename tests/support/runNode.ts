import { execFile } from "node:child_process";
import path from "node:path";

/** What a program printed and how it ended. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program with a deadline and gives back what it printed, whatever its exit code. */
export function run(
  file: string,
  args: readonly string[],
  {
    env = {},
    cwd,
    timeoutMilliseconds = 60_000,
  }: { env?: NodeJS.ProcessEnv; cwd?: string; timeoutMilliseconds?: number },
): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, cwd, timeout: timeoutMilliseconds, maxBuffer: 64 * 1024 * 1024 };
    execFile(file, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs a script of `tests/clients/` and parses the JSON that it prints. @throws Error with its standard error */
export async function runClient(script: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  const file = path.join(__dirname, "..", "clients", script);
  const { code, stdout, stderr } = await run(process.execPath, [file], { env });
  if (code !== 0) throw new Error(`${script} ended with ${String(code)}: ${stderr}`);
  return JSON.parse(stdout);
}
