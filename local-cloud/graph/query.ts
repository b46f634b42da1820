import { graphErrors } from "./errors";
import { readFilter } from "./filter";

type Entity = Record<string, unknown>;

/** The query of a list: https://learn.microsoft.com/graph/query-parameters */
export interface ListQuery {
  $filter?: string;
  $search?: string;
  $orderby?: string;
  $top?: string;
  $skiptoken?: string;
  $count?: string;
  $select?: string;
}

/** One page of a list. */
export interface Page {
  entities: Entity[];
  /** How many there are on all pages. */
  count: number;
  /** The `$skiptoken` of the next page, when there is one. */
  next?: string;
}

const defaultPageSize = 100;
const largestPageSize = 999;

const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value ?? null)).toLowerCase();

/** The entities that a filter holds for. @throws GraphError 400 */
function filtered(entities: Entity[], query: ListQuery, type: string, eventual: boolean): Entity[] {
  if (!query.$filter) return entities;
  const { test, properties, advanced } = readFilter(query.$filter);
  const unknown = properties.find((name) => entities.length > 0 && !entities.some((entity) => name in entity));
  if (unknown !== undefined) throw graphErrors.unknownProperty(unknown, type.replace(/s$/, ""));
  if (advanced && !(eventual && query.$count?.toLowerCase() === "true")) {
    throw graphErrors.unsupportedQuery(
      "Unsupported or invalid query filter clause specified: it needs the header 'ConsistencyLevel: eventual' and $count=true.",
    );
  }
  return entities.filter(test);
}

/** Applies `$search="property:words"` (several: `AND`, `OR`), by words that start so. @throws GraphError 400 */
function searched(entities: Entity[], search: string | undefined, eventual: boolean): Entity[] {
  if (!search) return entities;
  if (!eventual)
    throw graphErrors.badRequest(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  const either = search.split(/\s+OR\s+/).map((part) =>
    part.split(/\s+AND\s+/).map((clause) => {
      const [, property, wanted] = /^\(?"(\w+):(.*)"\)?$/.exec(clause.trim()) ?? [];
      if (property === undefined || !wanted) throw graphErrors.badRequest("Syntax error: invalid $search clause.");
      return (entity: Entity) =>
        text(entity[property])
          .split(/[\s@._-]+/)
          .some((word) => word.startsWith(wanted.toLowerCase())) ||
        text(entity[property]).startsWith(wanted.toLowerCase());
    }),
  );
  return entities.filter((entity) => either.some((all) => all.every((holds) => holds(entity))));
}

function ordered(entities: Entity[], orderBy: string | undefined): Entity[] {
  if (!orderBy) return entities;
  const [, property, direction] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(orderBy) ?? [];
  if (property === undefined) throw graphErrors.badRequest(`Invalid $orderby clause '${orderBy}'.`);
  const sign = direction?.toLowerCase() === "desc" ? -1 : 1;
  return entities.toSorted((a, b) => sign * text(a[property]).localeCompare(text(b[property])));
}

function wholeNumber(name: string, given: string | undefined, otherwise: number, least: number, most: number): number {
  if (given === undefined) return otherwise;
  const number = Number(given);
  if (!/^\d+$/.test(given) || number < least || number > most) {
    throw graphErrors.badRequest(
      `Invalid value '${given}' for ${name} query option found. It must be a number between ${String(least)} and ${String(most)}.`,
    );
  }
  return number;
}

/** Applies a query to all entities of a type. @throws GraphError 400 for queries that Graph refuses */
export function pageOf(entities: Entity[], query: ListQuery, type: string, eventual: boolean): Page {
  const size = wholeNumber("$top", query.$top, defaultPageSize, 1, largestPageSize);
  const token = query.$skiptoken === undefined ? undefined : Buffer.from(query.$skiptoken, "base64url").toString();
  const start = wholeNumber("$skiptoken", token, 0, 0, Number.MAX_SAFE_INTEGER);
  const all = ordered(searched(filtered(entities, query, type, eventual), query.$search, eventual), query.$orderby);
  const end = start + size;
  return {
    entities: all.slice(start, end),
    count: all.length,
    ...(end < all.length ? { next: Buffer.from(String(end)).toString("base64url") } : {}),
  };
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
