import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

type Environment = Record<string, string | undefined>;

/** The folder for things that can be made again: the operating system's own place for them, below the user's home. */
export function userCacheFolder(env: Environment = process.env, platform = process.platform): string {
  const home = env.HOME ?? env.USERPROFILE ?? os.homedir();
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (platform === "win32") return env.LOCALAPPDATA ?? path.join(home, "AppData", "Local");
  if (platform === "darwin") return path.join(home, "Library", "Caches");
  return path.join(home, ".cache");
}

/** Where a CLI of a version is kept: `bin/pulumi` in it, and with an official release its language hosts too. */
export function cliFolder(version: string, cacheFolder = userCacheFolder()): string {
  return path.join(cacheFolder, "keyvault-connector", "pulumi", version);
}

/** Name of an executable on this platform. */
export function executable(name: string, platform = process.platform): string {
  return platform === "win32" ? `${name}.exe` : name;
}

const pollMilliseconds = 500;

function holderIsAlive(lock: string): boolean {
  try {
    process.kill(Number(fs.readFileSync(lock, "utf8")), 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function tryLock(lock: string): boolean {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/**
 * Fills a folder once, whoever else on this machine wants it at the same time: `make` fills a temporary folder beside
 * it, which then gets its name, so that a half-filled folder is never seen. Where the folder exists, nothing is done.
 */
export async function fillOnce(folder: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const lock = `${folder}.lock`;
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  while (!tryLock(lock)) {
    // A process that was killed leaves its lock behind.
    if (holderIsAlive(lock)) await sleep(pollMilliseconds);
    else fs.rmSync(lock, { force: true });
  }
  const temporary = `${folder}.${process.pid}`;
  try {
    if (fs.existsSync(folder)) return;
    fs.rmSync(temporary, { recursive: true, force: true });
    fs.mkdirSync(temporary);
    await make(temporary);
    fs.renameSync(temporary, folder);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
    fs.rmSync(lock, { force: true });
  }
}
