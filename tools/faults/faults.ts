import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withProgress } from "../progress";
import { type Call, callsOf, described, ruleFor } from "./calls";
import { EngineRun, type Route, type Scenario, scenarios } from "./engineRun";
import { type FaultKind, faultKinds } from "./kinds";
import { writeTable } from "./table";

export interface FaultsOptions {
  json?: boolean;
  /** A sample that ends within five minutes. */
  quick?: boolean;
  /** After so many minutes no further cell is begun. */
  minutes?: number;
  route: Route;
  scenario?: Scenario;
  /** Writes the table into docs/reliability.md. */
  write?: boolean;
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

export interface Result {
  scenario: Scenario;
  call: string;
  fault: string;
  /** How the run itself ended; undefined for a cell that did not converge. */
  healed?: "at once" | "by the next run";
  /** Why it did not converge. */
  reason?: string;
}

/** What `--json` prints. */
export interface Summary {
  cells: number;
  converged: number;
  failed: { scenario: string; call: string; fault: string; reason: string }[];
}

/** With the making of the stack; a cell that has begun is finished. */
const quickMinutes = 4.5;
const lastLines = (text: string) => text.trim().split("\n").slice(-12).join(" | ").slice(0, 600);

/** What is otherwise than wished, after the scenario and at most one more run. */
async function left(run: EngineRun, scenario: Scenario, route: Route): Promise<string | undefined> {
  const wanted = route === "dataverse" ? ["connection", "connector", "connectorRow"] : ["connection", "connector"];
  const made = run.made();
  if (scenario === "destroy") return made.length === 0 ? undefined : `left: ${made.join(", ")}`;
  if (made.join() !== wanted.join()) return `there are: ${made.join(", ") || "none"}`;
  const preview = await run.isQuiet();
  return preview.code === 0 ? undefined : `the next preview shows changes: ${lastLines(preview.stdout)}`;
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

async function play(run: EngineRun, cell: Cell, route: Route): Promise<Result> {
  const { scenario, call, kind } = cell;
  const result = { scenario, call: described(call), fault: kind.name };
  const { faults } = run.local;
  run.restore(scenario);
  const reader = scenario === "rotation" ? await run.reader() : undefined;
  reader?.start();
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
    if (code !== 0) {
      const again = await run.perform(scenario);
      if (again.code !== 0) return { ...result, reason: `the next run fails: ${lastLines(again.stdout)}` };
    }
    const reason = await left(run, scenario, route);
    await reader?.stop();
    const [refusal] = reader?.refusals ?? [];
    if (refusal !== undefined) return { ...result, reason: `for a moment neither credential worked: ${refusal}` };
    if (reason !== undefined) return { ...result, reason };
    return { ...result, healed: code === 0 ? "at once" : "by the next run" };
  } finally {
    await reader?.stop();
  }
}

/** All cells, in an order in which every beginning of it meets all scenarios, calls and faults alike. */
async function cellsOf(run: EngineRun, wanted: readonly Scenario[]): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const scenario of wanted) {
    run.restore(scenario);
    const { code, stdout } = await run.perform(scenario);
    if (code !== 0) throw new Error(`${scenario} fails without a fault: ${lastLines(stdout)}`);
    for (const call of callsOf(run.local.journal.list()))
      for (const kind of [...faultKinds, ...kills]) cells.push({ scenario, call, kind });
  }
  // Steps of the golden ratio spread evenly however many are taken.
  const place = (index: number) => (index * 0.618033988749895) % 1;
  return cells
    .map((cell, index) => ({ cell, place: place(index) }))
    .sort((a, b) => a.place - b.place)
    .map(({ cell }) => cell);
}

async function playAll(options: FaultsOptions): Promise<{ results: Result[]; total: number }> {
  const { route, scenario, quick } = options;
  const deadline = Date.now() + (options.minutes ?? (quick ? quickMinutes : Infinity)) * 60_000;
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "faults-"));
  const run = await withProgress("Making the stack without faults", () => EngineRun.start(home, route));
  try {
    const cells = await withProgress("Recording the calls", () => cellsOf(run, scenario ? [scenario] : scenarios));
    const results: Result[] = [];
    for (const cell of cells) {
      if (Date.now() > deadline) break;
      const result = await play(run, cell, route).catch((error: unknown): Result => {
        const { scenario: one, call, kind } = cell;
        return { scenario: one, call: described(call), fault: kind.name, reason: String(error) };
      });
      results.push(result);
      const { scenario: one, call, fault, healed, reason } = result;
      process.stderr.write(
        `${results.length}/${cells.length} ${one}: ${call} × ${fault}: ${healed ?? `✗ ${reason ?? ""}`}\n`,
      );
    }
    return { results, total: cells.length };
  } finally {
    await run.stop();
  }
}

/** `npm run faults`: each fault at each call to Power Platform, on the real engine. @returns exit code: 1 when a cell did not converge */
export async function faults(options: FaultsOptions): Promise<number> {
  const { results, total } = await playAll(options);
  const failed = results.flatMap(({ scenario, call, fault, reason }) =>
    reason === undefined ? [] : [{ scenario, call, fault, reason }],
  );
  const summary: Summary = { cells: results.length, converged: results.length - failed.length, failed };
  if (options.write) writeTable(options.route, results, total);
  if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else {
    for (const { scenario, call, fault, reason } of failed)
      process.stdout.write(`✗ ${scenario}: ${call} × ${fault}: ${reason}\n`);
    process.stdout.write(
      `${summary.cells} of ${total} cells, ${summary.converged} converged, ${failed.length} failed\n`,
    );
  }
  return failed.length === 0 ? 0 : 1;
}
