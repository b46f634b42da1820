import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { userCacheFolder } from "../../tools/pulumi-cli/cache";

const installMilliseconds = 5 * 60 * 1000;

/**
 * A package of PyPI in a Python environment of its own in the user's cache folder, made once.
 * @param program that the package brings, or "python" for its interpreter
 * @returns the program; undefined and says why, where there is no Python or the package cannot be had.
 */
export function ensurePythonPackage(
  name: string,
  version: string,
  program: string,
  others: readonly string[] = [],
): string | undefined {
  const folder = path.join(userCacheFolder(), "keyvault-connector", `${name}-${version}`);
  const file = path.join(folder, "bin", program);
  const complete = path.join(folder, "complete");
  if (fs.existsSync(complete)) return file;
  const made = spawnSync("python3", ["-m", "venv", "--clear", folder], {
    encoding: "utf8",
    timeout: installMilliseconds,
  });
  if (made.status === 0) {
    const args = ["install", "--quiet", "--disable-pip-version-check", `${name}==${version}`, ...others];
    const installed = spawnSync(path.join(folder, "bin", "pip"), args, {
      encoding: "utf8",
      timeout: installMilliseconds,
    });
    if (installed.status === 0 && fs.existsSync(file)) {
      fs.writeFileSync(complete, "");
      return file;
    }
  }
  fs.rmSync(folder, { recursive: true, force: true });
  process.stderr.write(`${name} is skipped: it needs python3 with venv, and PyPI.\n`);
  return undefined;
}
