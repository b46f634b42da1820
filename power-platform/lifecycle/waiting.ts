import { setTimeout as sleep } from "node:timers/promises";
import { deadlineMilliseconds } from "../client/deadlines";

/** How long something is waited for. */
export interface Patience {
  deadlineSeconds: number;
  /** Default: 1 second. Each pause is half as long again as the one before. */
  firstPauseMilliseconds?: number;
  /** Default: 15 seconds. */
  longestPauseMilliseconds?: number;
}

/** A look at what is waited for: it has come, or why not yet. */
export type Look<T> = { found: T } | { notYet: string };

/** What was waited for did not come in time. */
export class DeadlineError extends Error {
  constructor(
    readonly seconds: number,
    /** What the last look said. */
    readonly last: string,
  ) {
    super(`not within ${seconds} seconds; last: ${last}`);
  }
}

const sayEveryMilliseconds = 20_000;
/** When this process first waited, in milliseconds since 1970: the engine starts one for each update. */
let firstWaitAt: number | undefined;

/**
 * Looks until there is a result; pauses grow, with jitter, and none goes beyond the deadline. What takes longer than
 * 20 seconds is said on standard error, which the engine shows beside the resource. All waits of an update together have a
 * deadline as well: once it is over, each looks once.
 * @throws DeadlineError, and whatever `look` throws
 */
export async function waitFor<T>(
  what: string,
  { deadlineSeconds: wanted, firstPauseMilliseconds = 1000, longestPauseMilliseconds = 15_000 }: Patience,
  look: () => Promise<Look<T>>,
): Promise<T> {
  const startedAt = Date.now();
  firstWaitAt ??= startedAt;
  const own = Math.min(wanted * 1000, deadlineMilliseconds("wait"));
  const deadline = Math.max(startedAt, Math.min(startedAt + own, firstWaitAt + deadlineMilliseconds("waits")));
  let pause = firstPauseMilliseconds;
  let saidAt = startedAt;
  for (;;) {
    const seen = await look();
    if ("found" in seen) return seen.found;
    const now = Date.now();
    if (now >= deadline) throw new DeadlineError(Math.ceil((deadline - startedAt) / 1000), seen.notYet);
    if (now - saidAt > sayEveryMilliseconds) {
      saidAt = now;
      console.error(`Waiting for ${what} (${Math.round((now - startedAt) / 1000)} s): ${seen.notYet}`);
    }
    const jittered = pause * (0.8 + Math.random() * 0.4);
    await sleep(Math.min(jittered, deadline - now));
    pause = Math.min(pause * 1.5, longestPauseMilliseconds);
  }
}

/**
 * Does what can be repeated, again for as long as it is refused for a reason that time heals.
 * @param healsWithTime whether a failure of the work is such a refusal; may throw what is to be thrown instead
 * @throws the last refusal when there was no success in time, and whatever the work throws otherwise
 */
export async function onceAccepted<T>(
  what: string,
  patience: Patience,
  healsWithTime: (error: unknown) => boolean | Promise<boolean>,
  work: () => Promise<T>,
): Promise<T> {
  let refusal: Error | undefined;
  try {
    return await waitFor<T>(what, patience, async () => {
      try {
        return { found: await work() };
      } catch (error) {
        if (!(error instanceof Error) || !(await healsWithTime(error))) throw error;
        refusal = error;
        return { notYet: error.message };
      }
    });
  } catch (error) {
    throw error instanceof DeadlineError && refusal ? refusal : error;
  }
}

const secondLookMilliseconds = 1000;

/** What a read finds; one that finds nothing is repeated once, since a single server may not know of a resource yet. */
export async function unlessGone<T>(read: () => Promise<T | undefined>): Promise<T | undefined> {
  const found = await read();
  if (found !== undefined) return found;
  await sleep(secondLookMilliseconds);
  return read();
}
