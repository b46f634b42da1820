import fs from "node:fs";
import { cloudStatus } from "./client";
import { LocalCloud } from "./cloud";
import { homeFiles, homeFolder, runningPort } from "./home";
import { isAlive } from "./isAlive";
import { serve } from "./server";

/** How long a start may take before it counts as having failed. */
const startMilliseconds = 20_000;

/** Whether a local cloud answers for a home: after a crash another program may have been given the old process id. */
async function answers(home: string): Promise<boolean> {
  return (await cloudStatus(home)).running;
}

/** Takes the home for this process. @returns false when another living process has it. */
async function takeLock(home: string, file: string): Promise<boolean> {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: "wx", mode: 0o600 });
    return true;
  } catch {
    const age = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    const alive = fs.existsSync(file) && isAlive(Number(fs.readFileSync(file, "utf8")));
    // One that has just begun does not answer yet.
    if (alive && (age < startMilliseconds || (await answers(home)))) return false;
    fs.rmSync(file, { force: true });
    return takeLock(home, file);
  }
}

async function main(): Promise<void> {
  const home = homeFolder();
  const files = homeFiles(home);
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  if (!(await takeLock(home, files.lock))) return;
  const server = await serve(await LocalCloud.open(home), runningPort(home) ?? 0);
  // Renamed, since whoever waits for the file reads it as soon as it is there.
  const temporary = `${files.running}.${process.pid}`;
  fs.writeFileSync(temporary, JSON.stringify({ pid: process.pid, port: server.port }), { mode: 0o600 });
  fs.renameSync(temporary, files.running);

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void server.close().finally(() => {
      fs.rmSync(files.lock, { force: true });
      process.exit(0);
    });
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

void main();
