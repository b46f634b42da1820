import fs from "node:fs";
import path from "node:path";
import { cloudEnvironment, cloudStatus, controlClient, seed, startCloud, stopCloud } from "../local-cloud/client";
import { homeFiles } from "../local-cloud/home";
import { projectRoot } from "../local-cloud/project";
import { pulumiEnvironment } from "../tools/environment";
import { run } from "../tools/process";
import { findPulumi } from "../tools/pulumi-cli/find";
import { type Cost, cpuSecondsOf, measured } from "./processes";

export type Environment = Record<string, string | undefined>;

/** A local cloud, a Pulumi home and a file backend, all in a folder of their own. */
export interface Place {
  home: string;
  pulumi: string;
  env: Environment;
  stop(): Promise<void>;
}

export async function openPlace(home: string): Promise<Place> {
  const cli = await findPulumi();
  fs.mkdirSync(home, { recursive: true });
  await startCloud(home);
  const env = pulumiEnvironment({ home, cli, cloud: await cloudEnvironment(home) });
  return {
    home,
    pulumi: cli.file,
    env,
    stop: async () => {
      await stopCloud(home);
    },
  };
}

/** A program of bench/programs; the project's own is "." */
export function programFolder(program: string): string {
  return program === "." ? projectRoot() : path.join(projectRoot(), "bench", "programs", program);
}

/** Calls that the local cloud answered, by service. */
export type Calls = Record<string, number>;

/** Runs something, and adds what the local cloud took of the processor meanwhile. */
export async function besideLocalCloud(place: Place, work: () => Promise<Cost>): Promise<Cost> {
  const { pid = 0 } = await cloudStatus(place.home);
  const before = cpuSecondsOf(pid);
  const cost = await work();
  return { ...cost, localCloudSeconds: cpuSecondsOf(pid) - before };
}

/** A stack of one of the programs. */
export class Stack {
  private readonly configFile: string;

  private constructor(
    private readonly place: Place,
    private readonly program: string,
    private readonly name: string,
    config: Record<string, unknown>,
  ) {
    const folder = path.join(place.home, "stacks");
    fs.mkdirSync(folder, { recursive: true });
    this.configFile = path.join(folder, `Pulumi.${path.basename(programFolder(program))}.${name}.yaml`);
    // YAML is a superset of JSON.
    fs.writeFileSync(this.configFile, JSON.stringify({ config }));
  }

  static async make(place: Place, program: string, name: string, config: Record<string, unknown> = {}): Promise<Stack> {
    const stack = new Stack(place, program, name, config);
    const { code, stderr } = await run(place.pulumi, ["stack", "init", name, "--non-interactive"], stack.where());
    if (code !== 0) throw new Error(`The stack ${name} of ${program} could not be made: ${stderr}`);
    // The CLI writes the stack's salt beside the program, where nothing is to be left.
    fs.rmSync(path.join(programFolder(program), `Pulumi.${name}.yaml`), { force: true });
    return stack;
  }

  private where(env: Environment = {}) {
    return { cwd: programFolder(this.program), env: { ...this.place.env, ...env } };
  }

  /** Runs `pulumi COMMAND`. @throws Error with what it said when it fails. */
  async run(
    command: "preview" | "up" | "refresh" | "destroy",
    env: Environment = {},
    more: readonly string[] = [],
  ): Promise<Cost> {
    const unattended = command === "preview" ? [] : ["--yes", "--skip-preview"];
    const args = [command, ...unattended, ...more, "--stack", this.name, "--config-file", this.configFile];
    const cost = await besideLocalCloud(this.place, () =>
      measured(this.place.pulumi, [...args, "--non-interactive", "--color=never"], {
        ...this.where(env),
        kind: "pulumi",
      }),
    );
    if (cost.code !== 0)
      throw new Error(`pulumi ${command} of ${this.program} failed:\n${cost.stdout}\n${cost.stderr}`);
    return cost;
  }

  /** Runs `pulumi COMMAND` and counts what it asked the services. */
  async counted(
    command: "preview" | "up" | "refresh" | "destroy",
    env: Environment = {},
  ): Promise<Cost & { calls: Calls }> {
    await controlClient(this.place.home).clearJournal();
    const cost = await this.run(command, env);
    return { ...cost, calls: callsOf(this.place.home) };
  }

  /** The outputs as JSON, secret ones too. */
  async outputs(): Promise<string> {
    const args = ["stack", "output", "--json", "--show-secrets", "--stack", this.name];
    return (await run(this.place.pulumi, args, this.where())).stdout;
  }

  async state(): Promise<string> {
    const { stdout } = await run(this.place.pulumi, ["stack", "export", "--stack", this.name], this.where());
    return stdout;
  }
}

/** What the journal tells since it was cleared, by service. The file holds all of it, the memory only the newest. */
export function callsOf(home: string): Calls {
  const { journal } = homeFiles(home);
  const lines = fs.existsSync(journal) ? fs.readFileSync(journal, "utf8").split("\n").filter(Boolean) : [];
  const calls: Calls = {};
  for (const line of lines) {
    const { service } = JSON.parse(line) as { service: string };
    calls[service] = (calls[service] ?? 0) + 1;
  }
  return calls;
}

/** Settings of the local cloud for the project's own program. */
export const ownSettings = (more: Record<string, unknown> = {}) => ({
  "azure-native:location": "westeurope",
  "keyvault-connector:powerPlatformEnvironmentId": seed.environment.id,
  "keyvault-connector:vault": { softDeleteRetentionDays: 7 },
  ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`keyvault-connector:${key}`, value])),
});
