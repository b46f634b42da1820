import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { cloudEnvironment, controlClient, type ControlClient, startCloud, stopCloud } from "../../local-cloud/client";
import { projectRoot } from "../../local-cloud/project";
import { type Environment, pulumiEnvironment } from "../../tools/environment";
import { type Outcome, run } from "../../tools/process";
import { findPulumi } from "../../tools/pulumi-cli/find";

/** A resource of an exported state. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
  dependencies?: string[];
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** The project's stack on the real engine, against a local cloud of its own. */
export interface EngineStack {
  /** Folder of the local cloud and of the stack's state. */
  home: string;
  env: Environment;
  control: ControlClient;
  /** The stack's settings: a copy of Pulumi.local.yaml, so that the tracked file stays as it is. */
  configFile: string;
  /** Runs `pulumi` in the project, on this stack and with its settings. Never rejects for an exit code. */
  pulumi(args: readonly string[], options?: { env?: Environment; input?: string }): Promise<Outcome>;
  /** Changes settings; keys without a namespace belong to the project. */
  configure(settings: Record<string, string>, secrets?: Record<string, string>): Promise<void>;
  /** `pulumi up`; throws with its output when it fails. */
  up(): Promise<Outcome>;
  outputs(): Promise<Record<string, unknown>>;
  resources(): Promise<StateResource[]>;
  /** The exported state as text, to search for what must not be in it. */
  state(): Promise<string>;
  /** Stops the local cloud and removes its folder. */
  stop(): Promise<void>;
}

const stackName = "local";
const takeConfigFile = new Set(["up", "preview", "refresh", "destroy", "config", "import"]);

function mustSucceed(outcome: Outcome, what: string): Outcome {
  if (outcome.code === 0) return outcome;
  throw new Error(`${what} ended with exit code ${outcome.code}:\n${outcome.stdout}\n${outcome.stderr}`);
}

/** Ends the local cloud of a test run that was broken off. */
function stopAtExit(pid: number): () => void {
  const end = () => {
    try {
      process.kill(pid);
    } catch {
      // It has ended.
    }
  };
  process.once("exit", end);
  return () => process.off("exit", end);
}

export async function startEngine(): Promise<EngineStack> {
  const cli = await findPulumi();
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "engine-"));
  const { pid } = await startCloud(home);
  const forget = pid === undefined ? () => undefined : stopAtExit(pid);
  const env = pulumiEnvironment({ home, cli, cloud: await cloudEnvironment(home) });
  const root = projectRoot();
  const configFile = path.join(home, "Pulumi.test.yaml");
  fs.copyFileSync(path.join(root, `Pulumi.${stackName}.yaml`), configFile);

  const pulumi: EngineStack["pulumi"] = (args, options = {}) => {
    const [command = ""] = args;
    const settings = takeConfigFile.has(command) ? ["--config-file", configFile] : [];
    return run(cli.file, [...args, "--stack", stackName, ...settings, "--non-interactive", "--color=never"], {
      cwd: root,
      env: { ...env, ...options.env },
      ...(options.input === undefined ? {} : { input: options.input }),
    });
  };
  const state = async () => mustSucceed(await pulumi(["stack", "export"]), "pulumi stack export").stdout;
  const init = await run(cli.file, ["stack", "init", stackName, "--non-interactive"], { cwd: root, env });
  mustSucceed(init, "pulumi stack init");

  return {
    home,
    env,
    control: controlClient(home),
    configFile,
    pulumi,
    configure: async (settings, secrets = {}) => {
      const pairs = Object.entries(settings).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
      if (pairs.length > 0)
        mustSucceed(await pulumi(["config", "set-all", "--path", ...pairs]), "pulumi config set-all");
      // From standard input: arguments of processes can be read by others.
      for (const [key, input] of Object.entries(secrets))
        mustSucceed(await pulumi(["config", "set", "--path", key, "--secret"], { input }), `pulumi config set ${key}`);
    },
    up: async () => mustSucceed(await pulumi(["up", "--yes", "--skip-preview"]), "pulumi up"),
    outputs: async () => {
      const { stdout } = mustSucceed(await pulumi(["stack", "output", "--json"]), "pulumi stack output");
      return JSON.parse(stdout) as Record<string, unknown>;
    },
    resources: async () => {
      const exported = JSON.parse(await state()) as { deployment: { resources?: StateResource[] } };
      return exported.deployment.resources ?? [];
    },
    state,
    stop: async () => {
      await stopCloud(home);
      forget();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}
