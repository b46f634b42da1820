import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome"];

function installed(): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find((file) => fs.existsSync(file));
}

/** Chromium: the one that is there, or that of the distribution where apt-get may install it. Undefined without either. */
export function findChromium(): string | undefined {
  const found = installed();
  if (found !== undefined || process.getuid?.() !== 0) return found;
  const apt = (...args: string[]) => {
    const { status } = spawnSync("apt-get", args, { stdio: "ignore", timeout: 600_000 });
    return status === 0;
  };
  if (apt("update", "-qq")) apt("install", "-y", "-qq", "--no-install-recommends", "chromium");
  return installed();
}

/** For a browser that shows one local page: without a sandbox (root has none), and without talking to its maker. */
export const chromiumArguments = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
];
