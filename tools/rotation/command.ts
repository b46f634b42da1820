import { coloured } from "../progress";
import type { Failure } from "./reader";
import { delays, liveThrough, type RotationResult, twoYears } from "./rotation";

export interface RotationOptions {
  /** Only one JSON object on standard output. */
  json?: boolean;
  /** Default: 24. */
  months?: number;
}

const number = (value: number) => value.toLocaleString("en-US");

/** The reasons of failures with how often each, the most frequent first. */
function reasons(failures: readonly Failure[]): string {
  const counts = new Map<string, number>();
  for (const { status, reason } of failures) {
    const key = `${status} ${reason}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, 3);
  return sorted.map(([reason, count]) => `${number(count)} × ${reason}`).join(", ");
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  return rows.map(line).join("\n");
}

function report(result: RotationResult): string {
  const { stack, naive, runs, rotations, unchangedRuns, naiveRotations, outsideEmergency, emergencyGapSeconds } =
    result;
  const bold = (text: string) => coloured("bold", text, process.stdout);
  const gap = emergencyGapSeconds === undefined ? "no emergency" : `${emergencyGapSeconds.toFixed(1)} s`;
  const rows = [
    ["", "two slots (this stack)", "one secret, replaced in place"],
    ["runs", number(runs), number(runs)],
    ["  of them with another client secret", number(rotations), number(naiveRotations)],
    ["  of them without any change", number(unchangedRuns), ""],
    ["calls of GetSecret", number(stack.calls), number(naive.calls)],
    ["  failed", number(stack.failures.length), number(naive.failures.length)],
    ["  failed outside the emergency's gap", number(outsideEmergency.length), ""],
    ["the emergency's gap, as announced", gap, ""],
  ];
  const why = [
    ...(stack.failures.length > 0 ? [`Two slots: ${reasons(stack.failures)}.`] : []),
    ...(naive.failures.length > 0 ? [`One secret: ${reasons(naive.failures)}.`] : []),
  ];
  return [
    bold("Client secrets that rotate while makers' flows read a secret"),
    "",
    table(rows),
    "",
    ...why,
    ...(why.length > 0 ? [""] : []),
    `A client secret takes ${delays.clientSecretDelaySeconds} s to spread, a role ${delays.roleAssignmentDelaySeconds} s, by the local cloud's clock. The reader drives that clock: five calls to`,
    "each connection every quarter of a second, for all of each run, and for one second every second day in between.",
    "",
  ].join("\n");
}

/** `npm run rotation`. @returns exit code: 1 when a call failed outside the emergency's gap */
export async function rotation({ json, months = twoYears.months }: RotationOptions): Promise<number> {
  const result = await liveThrough({ ...twoYears, months });
  const { stack, naive, outsideEmergency } = result;
  const summary = {
    calls: stack.calls,
    failed: stack.failures.length,
    failedOutsideEmergency: outsideEmergency.length,
    naiveFailed: naive.failures.length,
  };
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : report(result));
  for (const { at, status, reason } of outsideEmergency.slice(0, 20))
    process.stderr.write(`Failed at ${at}: ${status} ${reason}\n`);
  return outsideEmergency.length === 0 ? 0 : 1;
}
