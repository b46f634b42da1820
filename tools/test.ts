import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { projectRoot } from "../local-cloud/project";
import { run } from "./process";
import { findPulumi } from "./pulumi-cli/find";

/** What jest writes with --json, as far as it is needed here. */
interface JestResults {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** Test files that could not even be loaded. */
  numRuntimeErrorTestSuites: number;
}

/** The line that ends the output. A test file that cannot be loaded counts as a failed test. */
export function summary(results: JestResults): string {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** `npm test [-- jest arguments]`: makes the Pulumi CLI ready, then runs jest. @returns jest's exit code. */
export async function test(args: readonly string[]): Promise<number> {
  const cli = await findPulumi();
  const root = projectRoot();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "test-results-"));
  const file = path.join(folder, "results.json");
  try {
    const jest = path.join(root, "node_modules", "jest", "bin", "jest.js");
    const searchPath = [path.dirname(cli.file), process.env.PATH ?? ""].join(path.delimiter);
    const { code, stdout } = await run(process.execPath, [jest, "--json", `--outputFile=${file}`, ...args], {
      cwd: root,
      env: { ...process.env, PATH: searchPath },
      // Jest's report goes to standard error; what remains of standard output must not come after the last line.
      stdio: ["inherit", "pipe", "inherit"],
    });
    process.stdout.write(stdout.replace(/^Test results written to: .*\n/m, ""));
    // Without results jest ran no tests: it printed its help or refused an option.
    if (!fs.existsSync(file)) return code;
    process.stdout.write(`\n${summary(JSON.parse(fs.readFileSync(file, "utf8")) as JestResults)}\n`);
    return code;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
