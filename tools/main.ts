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

/** npm swallows options that stand before `--`; it hands them on in the environment. */
const npmSwallowed = (option: string) => process.env[`npm_config_${option}`] === "true";

async function runDemo(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  await new Command("npm run demo --")
    .description("The whole journey on the local cloud: from app registration to a secret read through the connector.")
    .option("--destroy", "remove everything, and prove that nothing is left", npmSwallowed("destroy"))
    .option("--show-secret", "print the secret's value instead of dots", npmSwallowed("show_secret"))
    .option(
      "--json",
      "print one JSON object on standard output, everything else on standard error",
      npmSwallowed("json"),
    )
    .action(async (options: DemoOptions) => {
      exitCode = await demo(options);
    })
    .parseAsync(args, { from: "user" });
  return exitCode;
}

async function runBench(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  await new Command("npm run bench --")
    .description("Measures previews, growth and one connector on the local cloud, beside what else one could run.")
    .option("--quick", "fewer runs and fewer connectors", npmSwallowed("quick"))
    .option("--connectors <numbers>", "sizes of the stacks, such as 1,10,100", (text) => text.split(",").map(Number))
    .option("--json", "print one JSON object on standard output, progress on standard error", npmSwallowed("json"))
    .action(async (options: BenchOptions) => {
      const { bench } = await import("../bench/command.js");
      exitCode = await bench(options);
    })
    .parseAsync(args, { from: "user" });
  return exitCode;
}

async function runConnectors(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  await new Command("npm run connectors --")
    .description("Creates, refreshes, updates and deletes every custom connector of a folder on the local cloud.")
    .argument(
      "<folder>",
      "holds a folder for each connector: apiDefinition.swagger.json, apiProperties.json, icon, script",
    )
    .option("--json", "print one JSON object on standard output: passed, refused, failed", npmSwallowed("json"))
    .addOption(
      new Option("--route <route>", "by which route they are written")
        .choices(["powerApps", "dataverse"])
        .default("powerApps"),
    )
    .action(async (folder: string, options: ConnectorsOptions) => {
      exitCode = await connectorsOnLocalCloud(folder, options);
    })
    .parseAsync(args, { from: "user" });
  return exitCode;
}

async function runDocs(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  await new Command("npm run docs --")
    .description("Makes docs/reference from the sources: settings, outputs, components.")
    .option("--check", "write nothing, and say what is stale", npmSwallowed("check"))
    .action(async (options: DocsOptions) => {
      // The TypeScript compiler is loaded for this command alone.
      const { docs } = await import("./docs/command.js");
      exitCode = await docs(options);
    })
    .parseAsync(args, { from: "user" });
  return exitCode;
}

async function runCheck(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  await new Command("npm run check --")
    .description("Checks the settings of stacks before anything is made, all findings at once.")
    .option(
      "-s, --stack <stack>",
      "this stack: its file, and what pulumi up would meet; with --offline the files of all by default",
    )
    .option("--offline", "only the files, without any cloud", npmSwallowed("offline"))
    .option("--json", "print one JSON object on standard output", npmSwallowed("json"))
    .action(async (options: CheckOptions) => {
      // Loaded here: the other commands need neither Pulumi's SDK nor the settings' schema.
      const { check } = await import("./check/command.js");
      exitCode = await check(options);
    })
    .parseAsync(args, { from: "user" });
  return exitCode;
}

/** A whole number from 2. */
function monthCount(text: string): number {
  const months = Number(text);
  if (Number.isInteger(months) && months >= 2 && months <= 120) return months;
  throw new InvalidArgumentError("Give a whole number from 2 to 120.");
}

async function runRotation(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  await new Command("npm run rotation --")
    .description(
      "Two years of monthly runs on a local cloud of its own, while GetSecret is called twenty times a second.",
    )
    .option(
      "--months <count>",
      "so many monthly runs; an emergency comes after the thirteenth. Default: 24",
      monthCount,
    )
    .option("--json", "print one JSON object on standard output", npmSwallowed("json"))
    .action(async (options: RotationOptions) => {
      const { rotation } = await import("./rotation/command.js");
      exitCode = await rotation(options);
    })
    .parseAsync(args, { from: "user" });
  return exitCode;
}

async function runPreviewReport(args: readonly string[]): Promise<undefined> {
  await new Command("npm run preview:report --")
    .description("Makes one comment for a pull request, in Markdown on standard output, of previews.")
    .argument("<files...>", "outputs of pulumi preview --json, one for each environment; - for standard input")
    .option(
      "--drift",
      "tell of drift: the files are outputs of pulumi refresh --preview-only --json",
      npmSwallowed("drift"),
    )
    .action((files: string[], options: ReportOptions) => {
      previewReport(files, options);
    })
    .parseAsync(args, { from: "user" });
}

async function runFaults(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  await new Command("npm run faults --")
    .description(
      "Each fault at each call to Power Platform, on the real engine and the local cloud (docs/reliability.md).",
    )
    .option("--quick", "a sample that ends within five minutes", npmSwallowed("quick"))
    .option("--minutes <count>", "begin no further cell after so many minutes", Number)
    .option("--json", "print one JSON object on standard output: cells, converged, failed", npmSwallowed("json"))
    .option("--write", "write the table into docs/reliability.md", npmSwallowed("write"))
    .addOption(
      new Option("--route <route>", "only this one; both at once without it").choices(["powerApps", "dataverse"]),
    )
    .addOption(new Option("--scenario <name>", "only this one").choices(["up", "update", "rotation", "destroy"]))
    .action(async (options: FaultsOptions) => {
      exitCode = await faults(options);
    })
    .parseAsync(args, { from: "user" });
  return exitCode;
}

/** The arguments of these belong to the program behind them, so nothing is parsed here. */
const commands: Record<string, (args: readonly string[]) => Promise<number | undefined>> = {
  demo: runDemo,
  connectors: runConnectors,
  bench: runBench,
  // Loaded here: the TypeScript compiler behind it is large.
  "resource-docs": async () => (await import("./docs/resourceReference.js")).writeResourcePages(),
  faults: runFaults,
  check: runCheck,
  docs: runDocs,
  "preview:report": runPreviewReport,
  rotation: runRotation,
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
