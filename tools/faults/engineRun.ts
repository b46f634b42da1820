import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { environmentAt } from "../../local-cloud/client";
import { LocalCloud } from "../../local-cloud/cloud";
import { homeFiles } from "../../local-cloud/home";
import { isAlive } from "../../local-cloud/isAlive";
import { projectRoot } from "../../local-cloud/project";
import { ensureCredentials, environmentIdFor } from "../../local-cloud/seed";
import { type LocalServer, serve } from "../../local-cloud/server";
import type { StoreSnapshot } from "../../local-cloud/store";
import type { RouteName } from "../../power-platform/routes/route";
import { type Environment, pulumiEnvironment } from "../environment";
import type { Outcome } from "../process";
import { findPulumi, type PulumiCli } from "../pulumi-cli/find";
import { AttachedPlugins } from "./attachedPlugins";
import { type Call, callsOf, isPowerPlatform } from "./calls";
import { Reader } from "./reader";

/** What is done to the stack. */
export type Scenario = "up" | "update" | "rotation" | "destroy";
export const scenarios: readonly Scenario[] = ["up", "update", "rotation", "destroy"];

/** Its settings, with the salt of its secrets, are copied from Pulumi.local.yaml; backend and Pulumi home are this run's own. */
const stackName = "local";
const day = 24 * 60 * 60 * 1000;
/** A first hang or refusal shall not cost minutes; documented in docs/reliability.md. */
const shortDeadlines = {
  KEYVAULT_CONNECTOR_ATTEMPT_SECONDS: "5",
  KEYVAULT_CONNECTOR_REQUEST_SECONDS: "20",
  KEYVAULT_CONNECTOR_WAIT_SECONDS: "15",
};
const orphanSeconds = 20;
/** In a rotation, how long Entra takes to know a new client secret: with none, no order of things could be wrong. */
const clientSecretDelaySeconds = 2;

interface Start {
  cloud: StoreSnapshot;
  /** Folder with a copy of the backend. */
  state: string;
}

/** The project's stack on the real engine, with a local cloud in this process, and the moments at which scenarios begin. */
export class EngineRun {
  private readonly starts = new Map<Scenario, Start>();
  private readonly calls = new Map<Scenario, readonly Call[]>();
  private readonly configFile: string;
  private child?: ChildProcess;

  private constructor(
    private readonly home: string,
    private readonly cli: PulumiCli,
    private readonly route: RouteName,
    readonly local: LocalCloud,
    private readonly server: LocalServer,
    private readonly plugins: AttachedPlugins,
    private readonly env: Environment,
  ) {
    this.configFile = path.join(home, "Pulumi.faults.yaml");
  }

  /** Makes the stack, once without faults, and remembers where each scenario begins. */
  static async start(home: string, route: RouteName): Promise<EngineRun> {
    const cli = await findPulumi();
    const local = await LocalCloud.open(home);
    const server = await serve(local);
    const own = { ...pulumiEnvironment({ home, cli, cloud: environmentAt(home, server.url) }), ...shortDeadlines };
    const plugins = await AttachedPlugins.start(own);
    const run = new EngineRun(home, cli, route, local, server, plugins, { ...own, ...plugins.env });
    try {
      await run.begin();
      return run;
    } catch (error) {
      await run.stop();
      throw error;
    }
  }

  private async begin(): Promise<void> {
    const { local } = this;
    local.cloud.knobs.patch({ dataverseSyncDelaySeconds: 0 });
    this.configure("up");
    await this.must(["stack", "init", stackName]);
    // Everything but what is at Power Platform: its first call fails.
    local.faults.add({ host: "api.", effect: "status", status: 403, times: 1000 });
    await this.pulumi(this.argumentsOf("up"));
    local.faults.clear();
    this.remember("up");
    local.journal.clear();
    await this.must(this.argumentsOf("up"));
    this.calls.set("up", callsOf(local.journal.list()));
    for (const scenario of ["update", "rotation", "destroy"] as const) this.remember(scenario);
  }

  async stop(): Promise<void> {
    this.plugins.stop();
    await this.server.close();
    fs.rmSync(this.home, { recursive: true, force: true });
  }

  /** The settings of a scenario, in a file of its own. */
  private configure(scenario: Scenario): void {
    const file = path.join(projectRoot(), "Pulumi.local.yaml");
    const settings = parse(fs.readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    const changed = scenario === "update";
    const asOf = (days: number) => new Date(Date.now() + days * day).toISOString().slice(0, 10);
    Object.assign(settings.config, {
      "keyvault-connector:powerPlatformEnvironmentId": environmentIdFor(this.route),
      "keyvault-connector:proofDeadlineSeconds": 30,
      "keyvault-connector:rotation": {
        asOf: asOf(scenario === "rotation" ? 90 : 0),
        ...(changed ? { revokeNow: "faults" } : {}),
      },
      "keyvault-connector:connector": {
        route: this.route,
        ...(changed ? { description: "Reads secrets of a key vault, with a changed description" } : {}),
      },
      "keyvault-connector:connection": {
        ...(settings.config["keyvault-connector:connection"] as object),
        statusDeadlineSeconds: 15,
        ...(changed ? { displayName: "Changed" } : {}),
      },
    });
    fs.writeFileSync(
      this.configFile,
      stringify(settings, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" }),
      { mode: 0o600 },
    );
  }

  private argumentsOf(scenario: Scenario): string[] {
    return [scenario === "destroy" ? "destroy" : "up", "--yes", "--skip-preview", "--config-file", this.configFile];
  }

  private get backend(): string {
    return path.join(this.home, "pulumi");
  }

  private remember(scenario: Scenario): void {
    const state = path.join(this.home, `start-${scenario}`);
    fs.cpSync(this.backend, state, { recursive: true });
    this.starts.set(scenario, { cloud: this.local.cloud.store.snapshot(), state });
  }

  /** Back to where a scenario begins, with its settings. */
  restore(scenario: Scenario): void {
    const start = this.starts.get(scenario);
    if (!start) throw new Error(`${scenario} has no beginning.`);
    this.local.faults.clear();
    this.local.journal.clear();
    this.local.cloud.store.restore(start.cloud);
    if (scenario === "rotation") this.local.cloud.knobs.patch({ clientSecretDelaySeconds });
    fs.rmSync(this.backend, { recursive: true, force: true });
    fs.cpSync(start.state, this.backend, { recursive: true });
    this.configure(scenario);
  }

  /** The calls to Power Platform that the scenario makes without a fault. */
  async callsOf(scenario: Scenario): Promise<readonly Call[]> {
    const known = this.calls.get(scenario);
    if (known) return known;
    this.restore(scenario);
    await this.must(this.argumentsOf(scenario));
    const calls = callsOf(this.local.journal.list());
    this.calls.set(scenario, calls);
    return calls;
  }

  /** Does to the stack what the scenario is about. */
  perform(scenario: Scenario): Promise<Outcome> {
    return this.pulumi(this.argumentsOf(scenario));
  }

  /** What the engine asks for when it was killed: docs/reliability.md. */
  async afterCrash(): Promise<void> {
    await this.pulumi(["cancel", "--yes"]);
  }

  /** The next preview, whose exit code is 0 when it shows no changes. */
  preview(): Promise<Outcome> {
    return this.pulumi(["preview", "--expect-no-changes", "--config-file", this.configFile]);
  }

  /** What the engine asks for when it goes on warning of an operation that a crash interrupted: docs/reliability.md. */
  clearPending(): Promise<Outcome> {
    const options = ["--yes", "--skip-preview", "--clear-pending-creates", "--config-file", this.configFile];
    return this.pulumi(["refresh", ...options]);
  }

  /** How many operations the state says to have been begun and not ended. */
  async pendingOperations(): Promise<number> {
    const { deployment } = JSON.parse((await this.must(["stack", "export"])).stdout) as {
      deployment: { pending_operations?: unknown[] };
    };
    return deployment.pending_operations?.length ?? 0;
  }

  /** A maker who calls the stack's first operation without end. */
  async reader(): Promise<Reader> {
    const outputs = JSON.parse((await this.must(["stack", "output", "--json"])).stdout) as {
      operations?: { url?: string }[];
    };
    const { makerPassword } = ensureCredentials(homeFiles(this.home).credentials);
    return new Reader(this.local.cloud, outputs.operations?.[0]?.url ?? "", makerPassword);
  }

  /** What is there of Power Platform, by type. */
  made(): string[] {
    const all = this.local.resources().filter(({ service, softDeleted }) => isPowerPlatform(service) && !softDeleted);
    return all.map(({ type }) => type).sort();
  }

  /** Ends the engine, or the provider that it started, as `kill -9` does, and sees the other processes end. */
  async kill(which: "engine" | "provider"): Promise<void> {
    const { pid } = this.child ?? {};
    if (pid === undefined) return;
    const descendants = descendantsOf(pid);
    const provider = descendants.find(({ args }) => args.includes("dynamic-provider"));
    const target = which === "engine" ? pid : provider?.pid;
    if (target === undefined) throw new Error("The provider's process was not found.");
    process.kill(target, "SIGKILL");
    this.local.faults.clear();
    if (which === "provider") return;
    const deadline = Date.now() + orphanSeconds * 1000;
    while (descendants.some((one) => isAlive(one.pid)) && Date.now() < deadline) await sleep(100);
    const left = descendants.filter((one) => isAlive(one.pid));
    for (const one of left) process.kill(one.pid, "SIGKILL");
    if (left.some(({ pid: one }) => one === provider?.pid)) throw new Error("The provider went on without its engine.");
  }

  private async must(args: readonly string[]): Promise<Outcome> {
    const outcome = await this.pulumi(args);
    if (outcome.code === 0) return outcome;
    throw new Error(`pulumi ${args[0] ?? ""} failed without a fault:\n${outcome.stdout}\n${outcome.stderr}`);
  }

  private pulumi(args: readonly string[]): Promise<Outcome> {
    const stack = args[0] === "stack" && args[1] === "init" ? [] : ["--stack", stackName];
    return new Promise((resolve, reject) => {
      const child = spawn(this.cli.file, [...args, ...stack, "--non-interactive", "--color=never"], {
        cwd: projectRoot(),
        env: this.env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      this.child = child;
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      child.once("error", reject);
      // Not "close": orphans of a killed engine hold its output open.
      child.once("exit", (code) => {
        setTimeout(() => {
          resolve({ code: code ?? 137, stdout, stderr });
        }, 50);
      });
    });
  }
}

/** The processes that a process started, and those that they started. */
function descendantsOf(pid: number): { pid: number; args: string }[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8", maxBuffer: 1e8 }).split("\n");
  const all = lines.flatMap((line) => {
    const [, one, parent, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return one === undefined ? [] : [{ pid: Number(one), parent: Number(parent), args: args ?? "" }];
  });
  const below = (parent: number): typeof all =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}
