import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { withProgress } from "../progress";
import { findOnPath, run } from "../process";
import { executable } from "./cache";

const goModule = "github.com/pulumi/pulumi";

/** Older releases of Go cannot fetch the toolchain that the module asks for. */
const goHint =
  "Install Go 1.21 or newer from https://go.dev/dl, or the Pulumi CLI from https://www.pulumi.com/docs/install.";

/**
 * Builds `bin/pulumi` in a folder from the Go module of a version: for machines that reach a Go module proxy and not the
 * official download. Go's checksum database vouches for the sources. About four minutes on two cores.
 * @throws Error with what is missing, or the end of what the compiler said.
 */
export async function buildFromGoModule(version: string, folder: string): Promise<void> {
  const go = findOnPath([executable("go")], process.env.PATH);
  if (go === undefined) throw new Error(`Go is not installed. ${goHint}`);
  const workFolder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-cli-"));
  try {
    // A module of our own: the command's module replaces some of its dependencies, which `go install` refuses.
    fs.writeFileSync(
      path.join(workFolder, "go.mod"),
      `module pulumi-cli\n\ngo 1.25\n\nrequire ${goModule}/pkg/v3 v${version}\n`,
    );
    const output = path.join(folder, "bin", executable("pulumi"));
    // Without the variable, `pulumi version` prints nothing. -s -w leave out what only debuggers need (a third).
    const flags = `-s -w -X ${goModule}/sdk/v3/go/common/version.Version=v${version}`;
    const args = ["build", "-mod=mod", "-o", output, "-ldflags", flags, `${goModule}/pkg/v3/cmd/pulumi`];
    const label = `Building Pulumi ${version} from its Go module (about 4 minutes, only once)`;
    const { code, stderr } = await withProgress(label, () => run(go, args, { cwd: workFolder }));
    if (code !== 0) {
      const end = stderr.trim().split("\n").slice(-15).join("\n");
      throw new Error(`Go could not build Pulumi ${version} (exit code ${code}):\n${end}\n${goHint}`);
    }
  } finally {
    fs.rmSync(workFolder, { recursive: true, force: true });
  }
}
