import { isDeepStrictEqual } from "node:util";
import { isObject, type Properties } from "./values";

export type Change = "add" | "delete" | "update";

/** Whether two unequal values of a property (by path) mean the same to the service. */
export type SameValue = (path: string, before: unknown, after: unknown) => boolean;

function join(base: string, key: string): string {
  if (!/^\w+$/.test(key)) return `${base}[${JSON.stringify(key)}]`;
  return base === "" ? key : `${base}.${key}`;
}

function compare(path: string, before: unknown, after: unknown, same: SameValue, changes: Map<string, Change>): void {
  if (isDeepStrictEqual(before, after) || same(path, before, after)) return;
  if (before === undefined) changes.set(path, "add");
  else if (after === undefined) changes.set(path, "delete");
  else if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      compare(join(path, key), before[key], after[key], same, changes);
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++)
      compare(`${path}[${String(index)}]`, before[index], after[index], same, changes);
  } else changes.set(path, "update");
}

/** The changed properties, by path (`tags.owner`, `logs[0].enabled`), as the engine's detailed diff names them. */
export function propertyChanges(before: Properties, after: Properties, same: SameValue = () => false) {
  const changes = new Map<string, Change>();
  compare("", before, after, same, changes);
  return changes;
}

/** Whether a change at `path` lies at or below one of the properties that cannot be changed in place. */
export function needsReplacement(path: string, replaceOn: readonly string[] | "anything"): boolean {
  if (replaceOn === "anything") return true;
  return replaceOn.some((key) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`));
}

/** Lists that the service keeps as sets: their order is no change. */
export function sameSets(paths: readonly string[]): SameValue {
  const sorted = (list: unknown[]) => list.map((item) => JSON.stringify(item)).sort();
  return (path, before, after) =>
    paths.includes(path) &&
    Array.isArray(before) &&
    Array.isArray(after) &&
    isDeepStrictEqual(sorted(before), sorted(after));
}
