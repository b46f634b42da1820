import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { userCacheFolder } from "../../tools/pulumi-cli/cache";

const version = "0.0.21";
const installMilliseconds = 5 * 60 * 1000;

/**
 * The connectors' own command line, in a Python environment of its own in the user's cache folder, made once.
 * @returns undefined and says why, where there is no Python or the package cannot be had.
 */
export function ensurePaconn(): string | undefined {
  const folder = path.join(userCacheFolder(), "keyvault-connector", `paconn-${version}`);
  const program = path.join(folder, "bin", "paconn");
  if (fs.existsSync(program)) return program;
  const made = spawnSync("python3", ["-m", "venv", folder], { encoding: "utf8", timeout: installMilliseconds });
  if (made.status === 0) {
    const args = ["install", "--quiet", "--disable-pip-version-check", `paconn==${version}`, "setuptools"];
    const installed = spawnSync(path.join(folder, "bin", "pip"), args, {
      encoding: "utf8",
      timeout: installMilliseconds,
    });
    if (installed.status === 0 && fs.existsSync(program)) return program;
  }
  fs.rmSync(folder, { recursive: true, force: true });
  process.stderr.write("paconn is skipped: it needs python3 with venv, and PyPI.\n");
  return undefined;
}
