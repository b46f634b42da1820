import type { Checkpoints, Growth, Step } from "./growth";
import { type Bar, bars, lines } from "./plots";
import type { PackageTime } from "./profile";
import { type Previewed, previewed, type Runs } from "./previews";
import type { Cost } from "./processes";
import type { machine, Measurements, ratiosOf } from "./results";
import { median, spread } from "./statistics";

export interface Results {
  command: string;
  date: string;
  seconds: number;
  machine: ReturnType<typeof machine>;
  ratios: ReturnType<typeof ratiosOf>;
  samples: Measurements;
}

type Cell = string | number;

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const row = (cells: readonly Cell[]) => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

const walls = (costs: readonly Cost[]) => costs.map(({ wallSeconds }) => wallSeconds);
const total = ({ processes }: Cost) => Object.values(processes).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
const peakOf = (costs: readonly Cost[], kind: string) =>
  median(costs.map(({ processes }) => processes[kind]?.peakMegabytes ?? Number.NaN));
const shareOf = (costs: readonly Cost[]) =>
  median(costs.map(({ localCloudSeconds = Number.NaN }) => localCloudSeconds));
const figure = (value: number | null, digits = 2) => (value === null ? "not measured" : value.toFixed(digits));

/** Each ratio with its limit: at most, or at least. */
const limits: [key: keyof Results["ratios"], what: string, kind: "at most" | "at least", limit: number][] = [
  ["coldToJobFloor", "cold preview to the floor of the job", "at most", 1.15],
  ["coldToEmpty", "cold preview to an empty JavaScript program", "at most", 2],
  ["tutorialToCold", "the tutorial's cold preview to ours", "at least", 4],
  ["warmToJobFloor", "warm preview to the floor of the job", "at most", 1.1],
  ["memoryToEmpty", "peak memory of the program to that of the empty one", "at most", 1.3],
  ["up100ToEmptyDynamic", "`up` of 100 connectors to as many empty dynamic resources", "at most", 1.5],
  ["growth500To100", "time for a connector among 500 to that among 100", "at most", 1.15],
  ["paconnToOurs1", "one `paconn create` to one create of ours", "at least", 1],
  ["paconnToOurs100", "100 `paconn create` to one `up` of 100 connectors", "at least", 10],
];

function ratioTable(ratios: Results["ratios"]): string {
  const rows = limits.map(([key, what, kind, limit]) => {
    const value = ratios[key] as number | null;
    const kept = value === null ? "–" : (kind === "at most" ? value <= limit : value >= limit) ? "yes" : "**no**";
    return [what, `\`${key}\``, figure(value), `${kind} ${limit}`, kept];
  });
  return table(["ratio of medians", "key", "measured", "wanted", "reached"], rows);
}

const programs = Object.keys(previewed) as Previewed[];

function previewTable(runs: Runs): string {
  const rows = programs.map((name) => [
    previewed[name],
    spread(walls(runs[name])),
    figure(median(runs[name].map(total))),
    figure(peakOf(runs[name], "program"), 0),
    figure(peakOf(runs[name], "provider of dynamic resources"), 0).replace("NaN", "–"),
    figure(shareOf(runs[name])),
  ]);
  const head = [
    "program",
    "wall s: median (least–most)",
    "CPU s, all processes",
    "program's peak MB",
    "provider's peak MB",
    "local cloud CPU s",
  ];
  return table(head, rows);
}

/** Median CPU seconds of each kind of process: where the time of a preview goes. */
function processTable(runs: Runs): string {
  const kinds = [...new Set(programs.flatMap((name) => runs[name].flatMap(({ processes }) => Object.keys(processes))))];
  const cpu = (name: Previewed, kind: string) =>
    figure(median(runs[name].map(({ processes }) => processes[kind]?.cpuSeconds ?? 0)));
  const rows = kinds.sort().map((kind) => [kind, ...programs.map((name) => cpu(name, kind))]);
  return table(["CPU seconds of", ...programs.map((name) => previewed[name])], rows);
}

const steps: [Step, string][] = [
  ["up", "`up`"],
  ["preview", "`preview`, no change"],
  ["upUnchanged", "`up`, no change"],
  ["refresh", "`refresh`"],
  ["destroy", "`destroy`"],
];

const callsText = (calls: Record<string, number>) =>
  Object.entries(calls)
    .map(([service, count]) => `${service} ${count}`)
    .join(", ") || "none";

const written: Record<Checkpoints, string> = { eachStep: "after each step", atTheEnd: "at the end" };

function growthTable(growth: readonly Growth[]): string {
  const rows = growth.flatMap(({ connectors, checkpoints, resources, steps: all }) =>
    steps.map(([key, label]) => {
      const cost = all[key];
      return [
        connectors,
        resources,
        written[checkpoints],
        label,
        figure(cost.wallSeconds),
        figure(total(cost)),
        figure(cost.processes.pulumi?.peakMegabytes ?? null, 0),
        figure(cost.processes.program?.peakMegabytes ?? null, 0).replace("not measured", "–"),
        figure(cost.processes["provider of dynamic resources"]?.peakMegabytes ?? null, 0),
        figure(cost.localCloudSeconds ?? null),
        callsText(cost.calls),
      ];
    }),
  );
  const head = [
    "connectors",
    "resources",
    "state written",
    "command",
    "wall s",
    "CPU s",
    "engine MB",
    "program MB",
    "provider MB",
    "local cloud CPU s",
    "calls",
  ];
  return table(head, rows);
}

function oneTable({ one, many }: Measurements): string {
  const verbs = ["create", "read", "update"] as const;
  const rows = verbs.map((verb) => {
    const describe = (costs: (Cost & { calls: Record<string, number> })[]) =>
      costs[0]
        ? `${spread(walls(costs))}; ${figure(shareOf(costs))}; ${callsText(costs[0].calls)}`
        : "skipped: no Python";
    return [verb, ...[one.ours, one.naive, one.paconn].map((runs) => describe(runs.map((all) => all[verb])))];
  });
  const figures = "fresh process: wall s; local cloud CPU s; calls";
  const head = ["", `ours, ${figures}`, `naive provider, ${figures}`, `paconn, ${figures}`];
  const both = [
    ["our provider", spread(walls(many.ours))],
    ["a naive provider, which signs in and connects anew for each", spread(walls(many.naive))],
  ];
  return `${table(head, rows)}\n\n${table([`\`up\` of ${many.count} connectors alone`, "wall s"], both)}`;
}

const shown = 8;
const shares = (times: readonly PackageTime[]): Bar[] =>
  times.slice(0, shown).map(({ name, milliseconds: value }) => ({ label: name, value, least: value, most: value }));

/** The largest ones, in words. */
const largest = (times: readonly PackageTime[]) =>
  times
    .slice(0, 5)
    .map(({ name, milliseconds }, index) => `${index + 1}. ${name}: ${milliseconds} ms`)
    .join("\n");

/** The plots of a run, by file name. */
export function plots({ samples }: Results): Record<string, string> {
  const bar = (runs: Runs) =>
    programs.map((name): Bar => {
      const seconds = walls(runs[name]);
      return {
        label: previewed[name],
        value: median(seconds),
        least: Math.min(...seconds),
        most: Math.max(...seconds),
      };
    });
  const grown = (key: Step) =>
    samples.growth
      .filter(({ checkpoints }) => checkpoints === "eachStep")
      .map(({ connectors, steps: all }) => ({ x: connectors, y: all[key].wallSeconds }));
  return {
    "cold.svg": bars("Cold preview", "s", bar(samples.cold)),
    "warm.svg": bars("Warm preview", "s", bar(samples.warm)),
    "program.svg": bars("Processor time of the program by package", "ms", shares(samples.profiles.program)),
    "provider.svg": bars(
      "Processor time of the provider's start by package",
      "ms",
      shares(samples.profiles.providerEntry),
    ),
    "growth.svg": lines("Seconds by number of connectors (both axes logarithmic)", "s", [
      ...steps.map(([key, label]) => ({ label: label.replaceAll("`", ""), points: grown(key) })),
    ]),
  };
}

/** docs/performance.md: the figures of a run, and what was learned from profiles (findings). */
export function performancePage(results: Results, findings: string): string {
  const { samples, ratios, machine: place } = results;
  const { localCloud } = samples;
  const last = samples.growth.findLast(({ checkpoints }) => checkpoints === "eachStep");
  return `# Performance

Written by \`${results.command}\` on ${results.date.slice(0, 10)}: ${results.seconds} s on ${place.cores} cores (${place.cpu}, ${place.memoryGigabytes} GB, ${place.system}, Node.js ${place.node}).
Everything runs side by side, in turn, in one run on the local cloud; all samples are in [bench/results.json](../bench/results.json). Times differ
from machine to machine, so that the ratios come first.

${ratioTable(ratios)}

Bytes: a provider's text ${ratios.bytes.stub ?? "–"} (in the inputs and outputs of each dynamic resource); a connector with its connection in the state
${ratios.bytes.statePerConnector ?? "–"} (wanted: below 16,384), by the tutorial ${ratios.bytes.stateTutorialPerConnector}.

## Previews

Cold: as in a fresh checkout after \`npm ci\`, with an empty temporary folder. The stack does not exist yet: everything is to be created.

![Cold previews](performance/cold.svg)

${previewTable(samples.cold)}

Warm: the same with what the first run left in the temporary folder.

![Warm previews](performance/warm.svg)

${previewTable(samples.warm)}

Where the cold ones spend their processor time:

${processTable(samples.cold)}

## The five largest costs

A preview under V8's profiler (\`bench/profiler.cjs\`, which does what \`--cpu-prof\` does), by the package whose functions ran. The program:

${largest(samples.profiles.program)}

![The program](performance/program.svg)

The SDK's process for dynamic resources, before it is asked for anything (its entry loads \`@pulumi/pulumi/runtime\`):

${largest(samples.profiles.providerEntry)}

![The provider's start](performance/provider.svg)

## Growth

Each connector has a secret, a role on it, a connection and a proof; one application for all. After each step the engine writes the whole state
into a backend of files, so that its own time grows with the square of the resources; where the state is written at the end (\`PULUMI_SKIP_CHECKPOINTS\`, not
for production) the rest can be seen. ${last ? `${last.resources} resources for ${last.connectors} connectors, ${Math.round(last.stateBytes / 1024)} KB of state.` : ""}

![Growth](performance/growth.svg)

${growthTable(samples.growth)}

${table(
  ["connectors", "resources", "state written", "`up` of the stack, s", "`up` of as many empty dynamic resources, s"],
  samples.emptyDynamic.map(({ connectors, checkpoints, resources, up }) => [
    connectors,
    resources,
    written[checkpoints],
    figure(
      samples.growth.find((one) => one.connectors === connectors && one.checkpoints === checkpoints)?.steps.up
        .wallSeconds ?? null,
    ),
    figure(up.wallSeconds),
  ]),
)}

## One connector, and many

${oneTable(samples)}

## The local cloud itself

It starts in ${spread(localCloud.startSeconds)} s, answers ${Math.round(localCloud.requestsPerSecond)} requests a second of its control API, and holds ${localCloud.memoryBefore.toFixed(0)} MB before and ${localCloud.memoryAfter.toFixed(0)} MB
after ${localCloud.requests.toLocaleString("en")} of them. It answers GetSecret ${Math.round(localCloud.getSecret.direct)} times a second directly, and ${Math.round(localCloud.getSecret.throughConnector)} times a second through
the connector, where each call is one of the maker, one to Entra where the token is old, and one to the vault (${localCloud.getSecret.calls.toLocaleString("en")} calls each, over 20 connections).
Its processor time stands beside the figures above, and is in none of them. Of the calls to Entra in the table of growth, all but a few are not ours to save: each
proof signs in as its application, and the gateway of Power Platform signs in with a connection whenever somebody asks for its status.

${findings}`;
}
