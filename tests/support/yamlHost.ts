import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { executable, userCacheFolder } from "../../tools/pulumi-cli/cache";
import { findOnPath } from "../../tools/process";

const version = "1.25.0";
const goModule = "github.com/pulumi/pulumi-yaml";
const buildMilliseconds = 15 * 60 * 1000;

/**
 * The folder with Pulumi's language host for YAML: of the CLI, which official releases bring, or built once from its Go module into
 * the user's cache folder.
 * @returns undefined and says why, where there is neither the host nor Go
 */
export function ensureYamlHost(searchPath = process.env.PATH): string | undefined {
  const name = executable("pulumi-language-yaml");
  const found = findOnPath([name], searchPath);
  if (found !== undefined) return path.dirname(found);
  const folder = path.join(userCacheFolder(), "keyvault-connector", `pulumi-yaml-${version}`, "bin");
  if (fs.existsSync(path.join(folder, name))) return folder;
  const work = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-yaml-"));
  try {
    fs.writeFileSync(path.join(work, "go.mod"), `module pulumi-yaml\n\ngo 1.25\n\nrequire ${goModule} v${version}\n`);
    const args = ["build", "-mod=mod", "-ldflags", "-s -w", "-o", path.join(work, name)];
    const { status } = spawnSync("go", [...args, `${goModule}/cmd/pulumi-language-yaml`], {
      cwd: work,
      timeout: buildMilliseconds,
    });
    if (status === 0) {
      fs.mkdirSync(folder, { recursive: true });
      fs.copyFileSync(path.join(work, name), path.join(folder, name));
      return folder;
    }
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
  process.stderr.write("Programs in YAML are skipped: no pulumi-language-yaml, and no Go to build it with.\n");
  return undefined;
}
