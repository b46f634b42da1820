import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { projectRoot } from "../../local-cloud/project";
import { localStack, type Workplace } from "../local";
import { run } from "../process";
import { type Changes, readChanges } from "./changes";

/**
 * Runs `pulumi up` or `pulumi destroy` of the local stack and counts its changes. What pulumi shows goes to standard
 * error when `quiet`, so that standard output stays free.
 * @throws Error when pulumi fails; it has told why by then.
 */
export async function change(workplace: Workplace, command: "up" | "destroy", quiet: boolean): Promise<Changes> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-events-"));
  const eventLog = path.join(folder, "events.jsonl");
  try {
    const args = [
      command,
      "--yes",
      "--skip-preview",
      "--suppress-outputs",
      "--stack",
      localStack,
      "--event-log",
      eventLog,
    ];
    const { code } = await run(workplace.cli.file, args, {
      cwd: projectRoot(),
      // The option for an event log is one of those that the CLI keeps for tools.
      env: { ...workplace.env, PULUMI_DEBUG_COMMANDS: "true" },
      stdio: ["ignore", quiet ? process.stderr : "inherit", "inherit"],
    });
    if (code !== 0) throw new Error(`pulumi ${command} failed with exit code ${code}; its reason stands above.`);
    return readChanges(eventLog);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The outputs of the local stack, secret ones as "[secret]". */
export async function stackOutputs({ cli, env }: Workplace): Promise<Record<string, unknown>> {
  const args = ["stack", "output", "--json", "--stack", localStack];
  const { code, stdout, stderr } = await run(cli.file, args, { cwd: projectRoot(), env });
  if (code !== 0) throw new Error(`The stack's outputs could not be read: ${stderr.trim()}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}
