import { isUnchanged } from "../demo/changes";
import { withProgress } from "../progress";
import { NaiveApplication } from "./naive";
import { type Failure, Reader, type Target, targetOf } from "./reader";
import { openStage, type Stage } from "./stage";
import { openWire } from "./wire";

/** Propagation as the local cloud plays it, in seconds of its clock. */
export const delays = { clientSecretDelaySeconds: 20, roleAssignmentDelaySeconds: 60 } as const;

/** A run that replaces both client secrets at once comes after so many monthly ones, in the middle of the month. */
export interface Course {
  /** Number of monthly runs. */
  months: number;
  /** After which of them; none when it is larger. */
  emergencyAfter: number;
  /** Between runs one second is read every so many days. */
  sampleEveryDays: number;
}

export const twoYears: Course = { months: 24, emergencyAfter: 13, sampleEveryDays: 2 };

/** The default rhythm of the stack (rotation.periodDays, two of them and graceDays). */
const rhythm = { periodDays: 90, lifeDays: 211 };

export interface RotationResult {
  runs: number;
  /** Of them: those that gave the connection another client secret, the emergency included. */
  rotations: number;
  unchangedRuns: number;
  naiveRotations: number;
  /** As the emergency's run announces it, by the machine's clock; undefined without an emergency. */
  emergencyGapSeconds?: number;
  stack: Target;
  naive: Target;
  /** Failures of the stack's connection that lie outside the announced gap. */
  outsideEmergency: Failure[];
}

const day = 24 * 60 * 60 * 1000;
const dateOf = (moment: Date) => moment.toISOString().slice(0, 10);
/** Pipelines run at night. */
const monthly = (number: number) => new Date(Date.UTC(2027, number, 1, 3));

/** Those failures of a run that the gap it announces excuses: not later than its length after the first one. */
export function withinGap(failures: readonly Failure[], gapSeconds: number): Failure[] {
  const first = Math.min(...failures.map(({ machineTime }) => machineTime));
  return failures.filter(({ machineTime }) => machineTime - first <= gapSeconds * 1000);
}

/** Reads a second every few days of the time until a moment. */
async function readUntil(reader: Reader, moment: Date, everyDays: number): Promise<void> {
  // Every time at another hour, so that all hours are seen.
  for (
    let next = reader.time.getTime() + everyDays * day;
    next < moment.getTime();
    next += everyDays * day + 3_600_000
  ) {
    await reader.goTo(new Date(next));
    await reader.readFor(1);
  }
  await reader.goTo(moment);
}

/** Monthly runs of the real engine on the local cloud while a reader calls GetSecret through the connection. */
export async function liveThrough(course: Course): Promise<RotationResult> {
  const stage = await withProgress("Starting a local cloud of its own", openStage);
  const wire = openWire(stage.env);
  try {
    return await play(stage, new Reader(wire, stage.control, monthly(0)), wire, course);
  } finally {
    await wire.close();
    await stage.close();
  }
}

async function play(
  stage: Stage,
  reader: Reader,
  wire: ReturnType<typeof openWire>,
  { months, emergencyAfter, sampleEveryDays }: Course,
): Promise<RotationResult> {
  await stage.control.setKnobs(delays);
  await reader.goTo(monthly(0));
  const settings = { asOf: dateOf(monthly(0)) };
  // Nobody can call yet; the clock goes on all the same, or the role would never count.
  await withProgress(`Run 1 of ${months}, ${settings.asOf}: makes everything`, () =>
    reader.readDuring(stage.up(settings)),
  );
  const outputs = await stage.outputs();
  const application = await NaiveApplication.make(wire, outputs, rhythm, reader.time);
  await reader.readFor(delays.roleAssignmentDelaySeconds + delays.clientSecretDelaySeconds);
  const stack = targetOf("two slots", outputs.operations[0]?.url ?? "");
  const naive = targetOf("one secret", application.url);
  reader.targets.push(stack, naive);
  const result: RotationResult = {
    runs: 1,
    rotations: 0,
    unchangedRuns: 0,
    naiveRotations: 0,
    stack,
    naive,
    outsideEmergency: [],
  };
  let excused: Failure[] = [];

  const runAt = async (moment: Date, label: string, revokeNow: string | undefined, isEmergency = false) => {
    await readUntil(reader, moment, sampleEveryDays);
    const failedBefore = stack.failures.length;
    const isDue = isEmergency || application.isDue(moment);
    const naiveWork = isDue ? application.replace(moment) : Promise.resolve();
    const up = stage.up({ asOf: dateOf(moment), ...(revokeNow === undefined ? {} : { revokeNow }) });
    const both = Promise.all([up, naiveWork]);
    // Whatever spreads slowly has spread by then.
    const atLeast = isDue ? 2 * delays.clientSecretDelaySeconds : 5;
    const [{ changes, announcedGapSeconds }] = await withProgress(label, () => reader.readDuring(both, atLeast));
    result.runs += 1;
    if (announcedGapSeconds > 0) result.rotations += 1;
    if (isUnchanged(changes)) result.unchangedRuns += 1;
    if (isDue) result.naiveRotations += 1;
    if (!isEmergency) return;
    result.emergencyGapSeconds = announcedGapSeconds;
    excused = withinGap(stack.failures.slice(failedBefore), announcedGapSeconds);
  };

  let revokeNow: string | undefined;
  for (let month = 1; month < months; month += 1) {
    if (month === emergencyAfter) {
      revokeNow = "leaked in a screenshot";
      const moment = new Date(monthly(month - 1).getTime() + 14 * day);
      await runAt(moment, `Emergency, ${dateOf(moment)}`, revokeNow, true);
    }
    const moment = monthly(month);
    await runAt(moment, `Run ${month + 1} of ${months}, ${dateOf(moment)}`, revokeNow);
  }
  await readUntil(reader, monthly(months), sampleEveryDays);
  return { ...result, outsideEmergency: stack.failures.filter((one) => !excused.includes(one)) };
}
