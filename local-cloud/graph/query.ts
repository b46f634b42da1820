import { graphErrors } from "./errors";

type Entity = Record<string, unknown>;

const comparison = /^\(?\s*([\w/]+)\s+eq\s+(?:'((?:[^']|'')*)'|(true|false|null|[\w-]+))\s*\)?$/i;
const prefix = /^startswith\(\s*(\w+)\s*,\s*'((?:[^']|'')*)'\s*\)$/i;

const comparable = (value: unknown) =>
  (typeof value === "string" ? value : JSON.stringify(value ?? null)).toLowerCase();

function condition(text: string): (entity: Entity) => boolean {
  const equals = comparison.exec(text);
  if (equals) {
    const [, property = "", quoted, bare] = equals;
    const wanted = (quoted?.replaceAll("''", "'") ?? bare ?? "").toLowerCase();
    return (entity) => comparable(entity[property]) === wanted;
  }
  const starts = prefix.exec(text);
  if (!starts) throw graphErrors.unsupportedQuery(`Unsupported Query: the filter '${text}' is not emulated.`);
  const [, property = "", start = ""] = starts;
  return (entity) => comparable(entity[property]).startsWith(start.replaceAll("''", "'").toLowerCase());
}

/** Applies `$filter` (equality and startswith, joined by `and`): https://learn.microsoft.com/graph/filter-query-parameter */
export function filtered(entities: Entity[], filter: string | undefined): Entity[] {
  if (!filter) return entities;
  const conditions = filter
    .trim()
    .split(/\s+and\s+/i)
    .map(condition);
  return entities.filter((entity) => conditions.every((holds) => holds(entity)));
}

/** Applies `$select`: the named properties only. */
export function selected(entity: Entity, select: string | undefined): Entity {
  if (!select) return entity;
  const wanted = new Set(select.split(",").map((name) => name.trim()));
  return Object.fromEntries(Object.entries(entity).filter(([name]) => wanted.has(name)));
}

/** Applies a PATCH as Graph does: nested objects are merged one level deep, lists are replaced, null clears. */
export function patched(current: Entity, patch: Entity): Entity {
  const merged = Object.entries(patch).map(([name, value]) => {
    const old = current[name];
    const nested = isObject(value) && isObject(old);
    return [name, nested ? { ...old, ...value } : value] as const;
  });
  return { ...current, ...Object.fromEntries(merged) };
}

function isObject(value: unknown): value is Entity {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
