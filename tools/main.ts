import { Command, InvalidArgumentError, Option } from "commander";
import type { BenchOptions } from "../bench/command";
import { run as cloud } from "../local-cloud/cli";
import { demo, type DemoOptions } from "./demo/demo";
import type { CheckOptions } from "./check/command";
import { type ConnectorsOptions, connectorsOnLocalCloud } from "./connectors/command";
import type { DocsOptions } from "./docs/command";
import { faults, type FaultsOptions } from "./faults/faults";
import { local } from "./local";
import { previewReport, type ReportOptions } from "./previewReport/command";
import { coloured } from "./progress";
import type { RotationOptions } from "./rotation/command";
import { test } from "./test";

type Script = (args: readonly string[]) => Promise<number | undefined>;

/**
 * An npm script with options.
 * @param declare adds them to the command
 * @param work gets what was parsed, and gives the exit code
 */
// Options is what `declare` adds, which commander's types do not tell.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
function script<Options extends object>(
  name: string,
  description: string,
  declare: (command: Command) => Command,
  work: (options: Options, args: string[]) => Promise<number> | undefined,
): Script {
  return async (args) => {
    const command = declare(new Command(`npm run ${name} --`).description(description));
    let exitCode: number | undefined;
    command.action(async () => {
      exitCode = await work(command.opts<Options>(), command.args);
    });
    await command.parseAsync(args, { from: "user" });
    return exitCode;
  };
}

/** An option that is there or not. npm swallows those that stand before `--`, and hands them on in the environment. */
function flag(name: string, description: string): Option {
  const swallowed = process.env[`npm_config_${name.slice(2).replaceAll("-", "_")}`] === "true";
  return new Option(name, description).default(swallowed || undefined);
}

const json = (what: string) => flag("--json", `print one JSON object on standard output${what}`);
const routes = ["powerApps", "dataverse"];

/** A whole number from 2. */
function monthCount(text: string): number {
  const months = Number(text);
  if (Number.isInteger(months) && months >= 2 && months <= 120) return months;
  throw new InvalidArgumentError("Give a whole number from 2 to 120.");
}

/** The project's commands. What is large is loaded by the command that needs it. */
const commands: Record<string, Script> = {
  demo: script<DemoOptions>(
    "demo",
    "The whole journey on the local cloud: from app registration to a secret read through the connector.",
    (command) =>
      command
        .addOption(flag("--destroy", "remove everything, and prove that nothing is left"))
        .addOption(flag("--show-secret", "print the secret's value instead of dots"))
        .addOption(json(", everything else on standard error")),
    (options) => demo(options),
  ),
  connectors: script<ConnectorsOptions>(
    "connectors",
    "Creates, refreshes, updates and deletes every custom connector of a folder on the local cloud.",
    (command) =>
      command
        .argument(
          "<folder>",
          "holds a folder for each connector: apiDefinition.swagger.json, apiProperties.json, icon, script",
        )
        .addOption(json(": passed, refused, failed"))
        .addOption(
          new Option("--route <route>", "by which route they are written").choices(routes).default("powerApps"),
        ),
    (options, [folder = ""]) => connectorsOnLocalCloud(folder, options),
  ),
  bench: script<BenchOptions>(
    "bench",
    "Measures previews, growth and one connector on the local cloud, beside what else one could run.",
    (command) =>
      command
        .addOption(flag("--quick", "fewer runs and fewer connectors"))
        .option("--connectors <numbers>", "sizes of the stacks, such as 1,10,100", (text) =>
          text.split(",").map(Number),
        )
        .addOption(json(", progress on standard error")),
    async (options) => (await import("../bench/command.js")).bench(options),
  ),
  "resource-docs": async () => (await import("./docs/resourceReference.js")).writeResourcePages(),
  faults: script<FaultsOptions>(
    "faults",
    "Each fault at each call to Power Platform, on the real engine and the local cloud (docs/reliability.md).",
    (command) =>
      command
        .addOption(flag("--quick", "a sample that ends within five minutes"))
        .option("--minutes <count>", "begin no further cell after so many minutes", Number)
        .addOption(json(": cells, converged, failed"))
        .addOption(flag("--write", "write the table into docs/reliability.md"))
        .option("--results <file>", "add each result to this file, and do not play again what converged in it")
        .addOption(new Option("--route <route>", "only this one; both at once without it").choices(routes))
        .addOption(new Option("--scenario <name>", "only this one").choices(["up", "update", "rotation", "destroy"])),
    (options) => faults(options),
  ),
  check: script<CheckOptions>(
    "check",
    "Checks the settings of stacks before anything is made, all findings at once.",
    (command) =>
      command
        .option(
          "-s, --stack <stack>",
          "this stack: its file, and what pulumi up would meet; with --offline the files of all by default",
        )
        .addOption(flag("--offline", "only the files, without any cloud"))
        .addOption(json("")),
    async (options) => (await import("./check/command.js")).check(options),
  ),
  docs: script<DocsOptions>(
    "docs",
    "Makes docs/reference from the sources: settings, outputs, components.",
    (command) => command.addOption(flag("--check", "write nothing, and say what is stale")),
    async (options) => (await import("./docs/command.js")).docs(options),
  ),
  "preview:report": script<ReportOptions>(
    "preview:report",
    "Makes one comment for a pull request, in Markdown on standard output, of previews.",
    (command) =>
      command
        .argument("<files...>", "outputs of pulumi preview --json, one for each environment; - for standard input")
        .addOption(flag("--drift", "tell of drift: the files are outputs of pulumi refresh --preview-only --json")),
    (options, files) => {
      previewReport(files, options);
      return undefined;
    },
  ),
  rotation: script<RotationOptions>(
    "rotation",
    "Two years of monthly runs on a local cloud of its own, while GetSecret is called twenty times a second.",
    (command) =>
      command
        .option(
          "--months <count>",
          "so many monthly runs; an emergency comes after the thirteenth. Default: 24",
          monthCount,
        )
        .addOption(json("")),
    async (options) => (await import("./rotation/command.js")).rotation(options),
  ),
  // The arguments of these belong to the program behind them.
  local,
  test,
  cloud: async (args) => {
    await cloud(args);
    return undefined;
  },
};

/** Runs one of the project's commands. Mistakes are told on standard error, with exit code 1. */
export async function main([name = "", ...args]: readonly string[]): Promise<void> {
  try {
    const command = commands[name];
    if (!command) throw new Error(`"${name}" is no command. There are: ${Object.keys(commands).join(", ")}.`);
    const code = await command(args);
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${coloured("red", "✗", process.stderr)} ${message}\n`);
    process.exitCode = 1;
  }
}
