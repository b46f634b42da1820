import fs from "node:fs";
import { LocalCloud } from "./cloud";
import { homeFiles, homeFolder } from "./home";
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

function previousPort(file: string): number {
  if (!fs.existsSync(file)) return 0;
  return (JSON.parse(fs.readFileSync(file, "utf8")) as { port: number }).port;
}

async function main(): Promise<void> {
  const home = homeFolder();
  const files = homeFiles(home);
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  if (!takeLock(files.lock)) return;
  const server = await serve(await LocalCloud.open(home), previousPort(files.running));
  fs.writeFileSync(files.running, JSON.stringify({ pid: process.pid, port: server.port }), { mode: 0o600 });

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
