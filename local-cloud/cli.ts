import { Command, InvalidArgumentError } from "commander";
import { cloudEnvironment, cloudStatus, controlClient, homeFolder, startCloud, stopCloud } from "./client";
import type { JournalEntry } from "./journal";
import type { ListedResource } from "./service";

const print = (text: string) => process.stdout.write(`${text}\n`);
const printJson = (value: unknown) => {
  print(JSON.stringify(value, undefined, 2));
};

/** A value for a POSIX shell, in single quotes. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

function json(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new InvalidArgumentError('Give one JSON object, such as {"host":"vault.azure.net","effect":"status"}.');
  }
}

function listed(resources: ListedResource[]): string {
  if (resources.length === 0) return "Nothing was made in it yet.";
  const rows = resources.map(
    ({ service, type, name, softDeleted }) =>
      `  ${service.padEnd(15)} ${type.padEnd(24)} ${name}${softDeleted ? "  (deleted, recoverable)" : ""}`,
  );
  return rows.join("\n");
}

function line({ time, status, method, host, path, error, fault, milliseconds }: JournalEntry): string {
  const what = `${time}  ${String(status)}  ${method.padEnd(6)} https://${host}${path}`;
  const notes = [error, fault && `fault: ${fault}`, `${String(milliseconds)} ms`].filter(Boolean);
  return `${what}  ${notes.join(", ")}`;
}

function program(home: string): Command {
  const cli = new Command("cloud").description(
    "The local cloud: Entra, Graph, ARM, Key Vault and Power Platform here.",
  );

  cli
    .command("start")
    .description("start it, unless it runs")
    .action(async () => {
      const { url } = await startCloud(home);
      print(
        `The local cloud runs at ${url ?? ""} (open that in a browser to look around). For other clients in this shell: eval "$(npm run -s cloud -- env)"`,
      );
    });
  cli
    .command("stop")
    .description("stop it; what was made in it stays on disk")
    .action(async () => {
      print((await stopCloud(home)) ? "The local cloud is stopped." : "The local cloud does not run.");
    });
  cli
    .command("status")
    .description("whether it runs, and what was made in it")
    .option("--json", "as one JSON object")
    .action(async (options: { json?: true }) => {
      const status = await cloudStatus(home);
      if (options.json) printJson(status);
      else if (!status.running) print("The local cloud does not run. Start it with: npm run cloud -- start");
      else
        print(
          `The local cloud runs at ${status.url ?? ""}, its time is ${status.now ?? ""}.\n${listed(status.resources ?? [])}`,
        );
    });
  cli
    .command("env")
    .description("print export lines that lead any client in a shell to it")
    .action(async () => {
      for (const [name, value] of Object.entries(await cloudEnvironment(home)))
        print(`export ${name}=${quoted(value)}`);
    });
  cli
    .command("reset")
    .description("delete everything that was made in it, for good")
    .action(async () => {
      await controlClient(home).reset();
      print("The local cloud is as new.");
    });
  cli
    .command("journal")
    .description("the requests that it answered, secrets redacted")
    .option("--limit <count>", "only the newest", Number, 50)
    .option("--json", "as a JSON list, with bodies")
    .action(async (options: { limit: number; json?: true }) => {
      const entries = await controlClient(home).journal(options.limit);
      if (options.json) printJson(entries);
      else for (const entry of entries) print(line(entry));
    });

  const faults = cli.command("faults").description("failures that it plays on requests");
  faults
    .command("list", { isDefault: true })
    .description("those that wait for their request")
    .action(async () => {
      printJson(await controlClient(home).faults());
    });
  faults
    .command("add <rule>")
    .description(
      'one rule as JSON: {"host","method","path","effect":"status","status":503,"skip":2,"times":1}; all of it: docs/reliability.md',
    )
    .action(async (rule: string) => {
      printJson(await controlClient(home).addFault(json(rule)));
    });
  faults
    .command("clear")
    .description("forget them")
    .action(async () => {
      await controlClient(home).clearFaults();
      print("No faults are set.");
    });

  cli
    .command("knobs [changes]")
    .description('delays and rules of the services; change them with JSON: {"roleAssignmentDelaySeconds":20}')
    .action(async (changes?: string) => {
      const control = controlClient(home);
      printJson(changes === undefined ? await control.knobs() : await control.setKnobs(json(changes)));
    });

  const clock = cli.command("clock").description("the time of the local cloud");
  clock
    .command("show", { isDefault: true })
    .description("what time it is")
    .action(async () => {
      print((await controlClient(home).clock()).now);
    });
  clock
    .command("set <moment>")
    .description("set it to a moment, ISO 8601")
    .option("--frozen", "and let it stand still")
    .action(async (moment: string, options: { frozen?: true }) => {
      print((await controlClient(home).setClock(moment, options.frozen ?? false)).now);
    });
  clock
    .command("advance <seconds>")
    .description("move it")
    .action(async (seconds: string) => {
      print((await controlClient(home).advanceClock(Number(seconds))).now);
    });
  clock
    .command("reset")
    .description("back to the machine's time")
    .action(async () => {
      print((await controlClient(home).resetClock()).now);
    });
  return cli;
}

/** Runs `npm run cloud -- …`. Mistakes are told on standard error, with exit code 1. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await program(homeFolder()).parseAsync(args, { from: "user" });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
