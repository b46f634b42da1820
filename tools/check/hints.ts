import { keyOf, type Problem } from "../../settings/problems";

type Hint = Pick<Problem, "key" | "what">;

interface Leaf {
  key: string;
  value: unknown;
}

/** The texts and numbers of a structure, with their keys. */
function leaves(value: unknown, path: readonly PropertyKey[]): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, [...path, index]));
  if (typeof value !== "object" || value === null) return [{ key: keyOf(path), value }];
  return Object.entries(value).flatMap(([name, one]) => leaves(one, [...path, name]));
}

const placeholder = /^(Default-)?0{8}-0{4}-0{4}-0{4}-0{12}$/i;
/** RFC 5737. */
const documentationRange = /^(192\.0\.2|198\.51\.100|203\.0\.113)\./;
const day = 24 * 60 * 60 * 1000;

function hintOf({ key, value }: Leaf, now: Date): Hint[] {
  if (typeof value !== "string") return [];
  if (placeholder.test(value)) return [{ key, what: "is a placeholder: put your own id here before pulumi up." }];
  if (documentationRange.test(value))
    return [{ key, what: "is an address range for documentation: put your own here before pulumi up." }];
  if (key === "rotation.asOf") {
    const days = Math.floor((now.getTime() - Date.parse(value)) / day);
    const past = days > 0 ? `, ${days} days ago` : "";
    return [{ key, what: `fixes the present to ${value}${past}: no client secret rotates until it is changed.` }];
  }
  return [];
}

/** What is no mistake and yet cannot be meant to stay: examples that were not replaced, a present that stands still. */
export function hintsOf(project: string, values: Record<string, unknown>, now: Date): Hint[] {
  return Object.entries(values)
    .filter(([key]) => key.startsWith(`${project}:`))
    .flatMap(([key, value]) => leaves(value, [key.slice(project.length + 1)]))
    .flatMap((leaf) => hintOf(leaf, now));
}
