import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseDocument } from "yaml";
import { cloudEnvironment, controlClient, type ControlClient, startCloud, stopCloud } from "../../local-cloud/client";
import { projectRoot } from "../../local-cloud/project";
import type { StackOutputs } from "../../outputs";
import { type Changes, readChanges } from "../demo/changes";
import { type Environment, pulumiEnvironment } from "../environment";
import { localStack } from "../local";
import { run } from "../process";
import { findPulumi } from "../pulumi-cli/find";

/** Rotation settings of a run. */
export interface RotationSettings {
  /** YYYY-MM-DD. */
  asOf: string;
  revokeNow?: string;
}

/** What a run of the engine came to. */
export interface UpOutcome {
  changes: Changes;
  /** How long connections may not have answered, by what the run says; 0 when none was given another client secret. */
  announcedGapSeconds: number;
}

/** The real stack on the real engine, with a local cloud of its own that nobody else uses. */
export interface Stage {
  env: Environment;
  control: ControlClient;
  /** `pulumi up`. @throws Error with its output when it fails */
  up(settings: RotationSettings): Promise<UpOutcome>;
  outputs(): Promise<StackOutputs>;
  /** Ends the local cloud and removes everything. */
  close(): Promise<void>;
}

const announcement = /signs in anew; from writing it to Connected it took ([\d.]+) s/g;

/** Starts a local cloud in a temporary folder and makes the stack, empty. */
export async function openStage(): Promise<Stage> {
  const cli = await findPulumi();
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "rotation-"));
  await startCloud(home);
  const env = pulumiEnvironment({ home, cli, cloud: await cloudEnvironment(home) });
  const root = projectRoot();
  const configFile = path.join(home, "Pulumi.rotation.yaml");
  const base = fs.readFileSync(path.join(root, `Pulumi.${localStack}.yaml`), "utf8");
  const eventLog = path.join(home, "events.jsonl");
  const pulumi = async (what: string, args: readonly string[]) => {
    const outcome = await run(cli.file, [...args, "--stack", localStack, "--non-interactive", "--color=never"], {
      cwd: root,
      // The option for an event log is one of those that the CLI keeps for tools.
      env: { ...env, PULUMI_DEBUG_COMMANDS: "true" },
    });
    if (outcome.code === 0) return outcome.stdout + outcome.stderr;
    throw new Error(`${what} ended with exit code ${outcome.code}:\n${outcome.stdout}\n${outcome.stderr}`);
  };
  const init = await run(cli.file, ["stack", "init", localStack, "--non-interactive"], { cwd: root, env });
  if (init.code !== 0) throw new Error(`pulumi stack init failed:\n${init.stderr}`);
  return {
    env,
    control: controlClient(home),
    up: async (settings) => {
      const document = parseDocument(base);
      document.setIn(["config", "keyvault-connector:rotation"], settings);
      fs.writeFileSync(configFile, document.toString());
      fs.rmSync(eventLog, { force: true });
      const options = ["--yes", "--skip-preview", "--config-file", configFile, "--event-log", eventLog];
      const said = await pulumi(`pulumi up as of ${settings.asOf}`, ["up", ...options]);
      const gaps = [...new Set([...said.matchAll(announcement)].map(([text]) => text))];
      const seconds = gaps.map((text) => Number(new RegExp(announcement.source).exec(text)?.[1] ?? 0));
      return { changes: readChanges(eventLog), announcedGapSeconds: Math.max(0, ...seconds) };
    },
    outputs: async () => JSON.parse(await pulumi("pulumi stack output", ["stack", "output", "--json"])) as StackOutputs,
    close: async () => {
      await stopCloud(home);
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}
