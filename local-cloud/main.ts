import fs from "node:fs";
import { LocalCloud } from "./cloud";
import { homeFiles, homeFolder, runningPort } from "./home";
import { serve } from "./server";

/** Whether a process with this id runs. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Takes the home for this process. @returns false when another living process has it. */
function takeLock(file: string): boolean {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: "wx", mode: 0o600 });
    return true;
  } catch {
    if (isAlive(Number(fs.readFileSync(file, "utf8")))) return false;
    fs.rmSync(file, { force: true });
    return takeLock(file);
  }
}

async function main(): Promise<void> {
  const home = homeFolder();
  const files = homeFiles(home);
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  if (!takeLock(files.lock)) return;
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
