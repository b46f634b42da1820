import { structuredPatch } from "diff";
import { stringify } from "yaml";
import type { Change } from "./changes";
import { comparable, type Comparable, isDefinitionUnknown } from "./connector";
import { isNoun } from "./nouns";
import { hidden, holdsHidden } from "./redaction";
import { at, isUnknown, sameValue } from "./values";

const contextLines = 3;

const yaml = (value: unknown): string =>
  value === undefined || sameValue(value, {}) ? "" : stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });

/** The lines that differ between two values, as `diff` shows them; none when they are the same. */
export function lineDiff(before: unknown, after: unknown): string[] {
  const patch = structuredPatch("", "", yaml(before), yaml(after), "", "", { context: contextLines });
  return patch.hunks.flatMap(({ lines, oldStart, newStart }, index) => [
    ...(index > 0 ? [`@@ -${oldStart} +${newStart} @@`] : []),
    ...lines.filter((line) => !line.startsWith("\\")),
  ]);
}

/** Line differences of one connector or connection. */
export interface Difference {
  title: string;
  lines: string[];
}

const titles: Record<keyof Comparable, string> = {
  operations: "Operations",
  signIn: "Sign-in",
  other: "Other settings",
};

/** What differs in a connector's operations and sign-in. An unknown definition is compared with nothing. */
export function differencesOf({ urn, old, new: now }: Change): Difference[] {
  if (!isNoun(urn, "connector") && !isNoun(urn, "connection")) return [];
  const before = comparable(old);
  const after = comparable(now);
  const parts: (keyof Comparable)[] = ["operations", "signIn", "other"];
  return parts
    .filter((part) => part !== "operations" || !isDefinitionUnknown(now))
    .filter((part) => part !== "other" || !isDefinitionUnknown(now))
    .map((part) => ({ title: titles[part], lines: lineDiff(before?.[part], after?.[part]) }))
    .filter(({ lines }) => lines.length > 0);
}

/** A path of the engine's, such as `properties.networkAcls.ipRules[0]` or `tags["a.b"]`, as keys. */
export function keysOf(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted ?? index ?? plain ?? "",
  );
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) => (Array.isArray(inner) ? (inner as unknown[])[Number(key)] : at(inner, key)),
    value,
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "(none)";
  if (isUnknown(value)) return "(known after the update)";
  if (holdsHidden(value)) return hidden;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A property that differs: `path: before → after`. */
export interface PropertyChange {
  path: string;
  before: string;
  after: string;
}

/** What is shown as a line difference of its own, or belongs to the program's machinery. */
function isShownElsewhere({ urn }: Change, property: string): boolean {
  if (property === "__provider") return true;
  return isNoun(urn, "connector") && ["definition", "connectionParameterSets"].includes(property);
}

/** A connector's client secret is only ever sent: that a read does not give it back says nothing, while the sign-in is the same. */
function isOnlySent({ urn, old, new: now }: Change, property: string): boolean {
  if (property !== "oauthClientSecret" || !isNoun(urn, "connector")) return false;
  const signIn = "connectionParameterSets";
  return at(now?.inputs, property) === undefined && sameValue(at(old?.inputs, signIn), at(now?.inputs, signIn));
}

/** Properties that an update or replacement changes: as the engine says, or what differs at the top where it does not. */
export function propertyChanges(change: Change): PropertyChange[] {
  const { old, new: now, detailedDiff } = change;
  if (!old || !now) return [];
  const paths = Object.keys(detailedDiff);
  const tops = new Set([...Object.keys(old.inputs), ...Object.keys(now.inputs)]);
  const differing = [...tops].filter((name) => !sameValue(at(old.inputs, name), at(now.inputs, name)));
  return (paths.length > 0 ? paths : differing)
    .filter((path) => {
      const [top = ""] = keysOf(path);
      return !isShownElsewhere(change, top) && !isOnlySent(change, top);
    })
    .sort()
    .map((path) => {
      const keys = keysOf(path);
      const before = valueAt(old.inputs, keys) ?? valueAt(old.outputs, keys);
      return { path, before: shown(before), after: shown(valueAt(now.inputs, keys)) };
    });
}
