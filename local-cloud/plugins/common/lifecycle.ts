import { setTimeout as sleep } from "node:timers/promises";
import type { CheckFailure } from "./plugin";
import { pick, type Properties, rebase, withPath } from "./values";

/** Outputs in the shape of inputs. */
export function asInputs(outputs: Properties, keys: readonly string[], readOnly: readonly string[] = []): Properties {
  return readOnly.reduce((inputs, path) => withPath(inputs, path, undefined), pick(outputs, keys));
}

/**
 * Inputs after a refresh: the old ones, with what changed in the cloud; those of an import are taken from the cloud.
 * @param project outputs in the shape of inputs.
 */
export function refreshedInputs(
  old: { inputs: Properties; outputs: Properties },
  outputs: Properties,
  project: (outputs: Properties) => Properties,
): Properties {
  if (Object.keys(old.inputs).length === 0) return project(outputs);
  return rebase(old.inputs, project(old.outputs), project(outputs));
}

/** Planned outputs: the old ones with what changed in the inputs. */
export function plannedOutputs(
  inputs: Properties,
  old: { inputs: Properties; outputs: Properties },
  keys: readonly string[],
): Properties {
  return rebase(old.outputs, pick(old.inputs, keys), pick(inputs, keys));
}

/** Arguments that the real plugin has and its stand-in does not. */
export function unsupported(inputs: Properties, known: readonly string[], plugin: string): CheckFailure[] {
  return Object.keys(inputs)
    .filter((key) => !known.includes(key))
    .map((property) => ({
      property,
      reason: `the local cloud's stand-in for the ${plugin} plugin does not know '${property}'; use the real plugin`,
    }));
}

/**
 * Asks until there is an answer.
 * @param pause milliseconds between two attempts.
 * @returns undefined when the deadline has passed.
 */
export async function until<T>(
  attempt: () => Promise<T | undefined>,
  { deadline, pause, signal }: { deadline: number; pause: number; signal: AbortSignal },
): Promise<T | undefined> {
  for (;;) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
    if (Date.now() + pause > deadline) return undefined;
    await sleep(pause, undefined, { signal });
  }
}
