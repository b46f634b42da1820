import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RouteName } from "../../power-platform/routes/route";
import type { Outcome } from "../process";
import { withProgress } from "../progress";
import { type Call, described, ruleFor } from "./calls";
import { EarlierResults } from "./earlierResults";
import { EngineRun, type Scenario, scenarios } from "./engineRun";
import { type FaultKind, faultKinds } from "./kinds";
import { writeTable } from "./table";
import { wishedFor } from "./wished";

export interface FaultsOptions {
  json?: boolean;
  /** A sample that ends within five minutes. */
  quick?: boolean;
  /** After so many minutes no further cell is begun. */
  minutes?: number;
  /** Only this one; both without it, at the same time. */
  route?: RouteName;
  scenario?: Scenario;
  /** Writes the table into docs/reliability.md. */
  write?: boolean;
  /** File to which each result is added, and whose converged cells are not played again. */
  results?: string;
}

/** Ends a process in the middle of a call. */
interface Kill {
  name: string;
  kill: "engine" | "provider";
  /** Whether the call has been made by then. */
  hang: "hang" | "hangAfter";
}

const kills: readonly Kill[] = [
  { name: "engine killed before the change", kill: "engine", hang: "hang" },
  { name: "engine killed after the change", kill: "engine", hang: "hangAfter" },
  { name: "provider killed before the change", kill: "provider", hang: "hang" },
  { name: "provider killed after the change", kill: "provider", hang: "hangAfter" },
];
/** In the order of the table. */
export const kindNames: readonly string[] = [...faultKinds, ...kills].map(({ name }) => name);

interface Cell {
  scenario: Scenario;
  call: Call;
  kind: FaultKind | Kill;
}

/** What a cell is called in tables and files. */
export interface CellTitle {
  route: RouteName;
  scenario: Scenario;
  call: string;
  fault: string;
}

export interface Result extends CellTitle {
  /** How the run itself ended; undefined for a cell that did not converge. */
  healed?: "at once" | "by the next run";
  /** Whether the engine also asked for a refresh that clears pending creates. */
  refreshed?: boolean;
  /** Why it did not converge. */
  reason?: string;
}

/** What `--json` prints. */
export interface Summary {
  cells: number;
  converged: number;
  failed: { route: string; scenario: string; call: string; fault: string; reason: string }[];
}

/** With the making of the stacks. */
const quickMinutes = 4.8;
/** What the longest cells took, where none has been played yet. */
const longCellSeconds = 45;
const lastLines = (text: string) => text.trim().split("\n").slice(-12).join(" | ").slice(0, 600);
/** The engine's words for a create of which a crash kept it from knowing the end. */
const isPending = ({ stdout, stderr }: Outcome) => (stdout + stderr).includes("interrupted while creating");

/** What is otherwise than wished, after the scenario and at most one more run. */
async function left(run: EngineRun, scenario: Scenario, route: RouteName): Promise<string | undefined> {
  const made = run.made();
  if (scenario === "destroy") return made.length === 0 ? undefined : `left: ${made.join(", ")}`;
  if (made.join() !== wishedFor(route).join()) return `there are: ${made.join(", ") || "none"}`;
  const preview = await run.preview();
  return preview.code === 0 ? undefined : `the next preview shows changes: ${lastLines(preview.stdout)}`;
}

/** The refresh for which the engine asks when it goes on warning of a create that was interrupted. @returns what went wrong */
async function clearPending(run: EngineRun): Promise<string | undefined> {
  const { code, stdout } = await run.clearPending();
  if (code !== 0) return `the refresh that clears pending creates fails: ${lastLines(stdout)}`;
  const pending = await run.pendingOperations();
  return pending === 0 ? undefined : `${pending} pending operations are left`;
}

/** Starts the scenario and ends a process when the call hangs. @returns whether the call was made */
async function performAndKill(run: EngineRun, { scenario, call, kind }: Cell & { kind: Kill }): Promise<boolean> {
  const { faults } = run.local;
  faults.add(ruleFor(call, { effect: kind.hang }));
  let ended = false;
  const running = run.perform(scenario).finally(() => (ended = true));
  while (faults.hangingRequests === 0 && !(ended as boolean)) await sleep(20);
  const reached = faults.hangingRequests > 0;
  if (reached) await run.kill(kind.kill);
  await running;
  if (kind.kill === "engine") await run.afterCrash();
  return reached;
}

const titleOf = ({ scenario, call, kind }: Cell, route: RouteName): CellTitle => ({
  route,
  scenario,
  call: described(call),
  fault: kind.name,
});

async function play(run: EngineRun, cell: Cell, route: RouteName): Promise<Result> {
  const { scenario, call, kind } = cell;
  const result = titleOf(cell, route);
  const { faults } = run.local;
  run.restore(scenario);
  const reader = scenario === "rotation" ? await run.reader() : undefined;
  await reader?.start();
  try {
    let code: number;
    if ("kill" in kind) {
      if (!(await performAndKill(run, { ...cell, kind }))) return { ...result, reason: "the call was not made again" };
      code = 1;
    } else {
      faults.add(ruleFor(call, kind.rule));
      ({ code } = await run.perform(scenario));
      if (faults.list().length > 0) return { ...result, reason: "the call was not made again" };
    }
    let refreshed = false;
    if (code !== 0) {
      const again = await run.perform(scenario);
      if (again.code !== 0) return { ...result, reason: `the next run fails: ${lastLines(again.stdout)}` };
      refreshed = isPending(again);
    }
    const reason = (refreshed ? await clearPending(run) : undefined) ?? (await left(run, scenario, route));
    await reader?.stop();
    const [refusal] = reader?.refusals ?? [];
    if (refusal !== undefined) return { ...result, reason: `for a moment neither credential worked: ${refusal}` };
    if (reason !== undefined) return { ...result, reason };
    const healed = code === 0 ? "at once" : "by the next run";
    return { ...result, healed, ...(refreshed ? { refreshed } : {}) };
  } finally {
    await reader?.stop();
  }
}

/** All cells, in an order in which every beginning of it meets all scenarios, calls and faults alike. */
async function cellsOf(run: EngineRun, wanted: readonly Scenario[]): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const scenario of wanted) {
    for (const call of await run.callsOf(scenario))
      for (const kind of [...faultKinds, ...kills]) cells.push({ scenario, call, kind });
  }
  return spread(cells);
}

/** Steps of the golden ratio spread evenly however many are taken; each process is killed once before all others. */
export function spread(cells: readonly Cell[]): Cell[] {
  const place = (index: number) => (index * 0.618033988749895) % 1;
  const even = cells
    .map((cell, index) => ({ cell, place: place(index) }))
    .sort((a, b) => a.place - b.place)
    .map(({ cell }) => cell);
  const killing = (process: Kill["kill"]) => even.find(({ kind }) => "kill" in kind && kind.kill === process);
  const first = [killing("engine"), killing("provider")].filter((cell) => cell !== undefined);
  return [...first, ...even.filter((cell) => !first.includes(cell))];
}

/** Plays the cells of a route that no earlier run has played, as many as are sure to end before the deadline (milliseconds since 1970). */
async function playRoute(
  route: RouteName,
  wanted: readonly Scenario[],
  deadline: number,
  earlier: EarlierResults,
): Promise<{ results: Result[]; total: number }> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "faults-"));
  const run = await withProgress(`${route}: making the stack without faults`, () => EngineRun.start(home, route));
  try {
    const cells = await withProgress(`${route}: recording the calls`, () => cellsOf(run, wanted));
    const results: Result[] = [];
    let longest = longCellSeconds * 1000;
    for (const cell of cells) {
      const known = earlier.take(titleOf(cell, route));
      if (known) {
        results.push(known);
        continue;
      }
      const begun = Date.now();
      if (begun + longest > deadline) break;
      const result = await play(run, cell, route).catch((error: unknown): Result => {
        return { ...titleOf(cell, route), reason: String(error) };
      });
      results.push(result);
      earlier.add(result);
      longest = Math.max(longest, Date.now() - begun);
      const { scenario, call, fault, healed, refreshed, reason } = result;
      const how = healed && `${healed}${refreshed ? " and a refresh" : ""}`;
      process.stderr.write(
        `${route} ${results.length}/${cells.length} ${scenario}: ${call} × ${fault}: ${how ?? `✗ ${reason ?? ""}`}\n`,
      );
    }
    return { results, total: cells.length };
  } finally {
    await run.stop();
  }
}

/** `npm run faults`: each fault at each call to Power Platform, on the real engine. @returns exit code: 1 when a cell did not converge */
export async function faults(options: FaultsOptions): Promise<number> {
  const minutes = options.minutes ?? (options.quick ? quickMinutes : Infinity);
  const deadline = Date.now() + minutes * 60_000;
  const routes: RouteName[] = options.route ? [options.route] : ["powerApps", "dataverse"];
  const wanted = options.scenario ? [options.scenario] : scenarios;
  const earlier = new EarlierResults(options.results);
  const played = await Promise.all(routes.map((route) => playRoute(route, wanted, deadline, earlier)));
  const results = played.flatMap((one) => one.results);
  if (results.length === 0) throw new Error("No time was left to play a cell: give more --minutes.");
  const total = played.reduce((sum, one) => sum + one.total, 0);
  const failed = results.flatMap(({ healed: _, refreshed: _too, reason, ...cell }) =>
    reason === undefined ? [] : [{ ...cell, reason }],
  );
  const summary: Summary = { cells: results.length, converged: results.length - failed.length, failed };
  if (options.write) {
    for (const [index, route] of routes.entries())
      writeTable(route, played[index]?.results ?? [], played[index]?.total ?? 0);
  }
  if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else {
    for (const { route, scenario, call, fault, reason } of failed)
      process.stdout.write(`✗ ${route}, ${scenario}: ${call} × ${fault}: ${reason}\n`);
    process.stdout.write(
      `${summary.cells} of ${total} cells, ${summary.converged} converged, ${failed.length} failed\n`,
    );
  }
  return failed.length === 0 ? 0 : 1;
}
