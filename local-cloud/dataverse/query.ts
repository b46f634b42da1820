import type { Cloud } from "../service";
import { dataverseErrors } from "./errors";
import { compare, type Filter, parseFilter } from "./filter";
import { associations, etagOf, type Row, rowsOf, rowsWithIds, textOf } from "./rows";
import {
  type Column,
  isLookup,
  lookupOf,
  navigationOf,
  shownColumn,
  shownName,
  type Table,
  tableNamed,
} from "./tables";

/** Options of a query, by name with the dollar sign, and parameter aliases. */
export type Options = Record<string, string | undefined>;

const typeName = ({ logicalName }: Table) => `Microsoft.Dynamics.CRM.${logicalName}`;

/** What `Prefer` asks for. Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/compose-http-requests-handle-errors */
export interface Preferences {
  representation: boolean;
  maxPageSize?: number;
  /** Names of annotations, which may end with an asterisk. */
  annotations: string[];
  /** As the answer repeats them in `Preference-Applied`. */
  applied: string[];
}

export function preferencesOf(header: string | string[] | undefined): Preferences {
  const text = (Array.isArray(header) ? header.join(",") : header) ?? "";
  const preferences: Preferences = { representation: false, annotations: [], applied: [] };
  for (const [, name = "", quoted, plain = ""] of text.matchAll(/([\w.-]+)\s*(?:=\s*(?:"([^"]*)"|([^,;\s]*)))?/g)) {
    const value = quoted ?? plain;
    if (name === "return" && value === "representation") {
      preferences.representation = true;
      preferences.applied.push("return=representation");
    }
    if (name === "odata.maxpagesize" && Number(value) > 0) {
      preferences.maxPageSize = Number(value);
      preferences.applied.push(`odata.maxpagesize=${value}`);
    }
    if (name === "odata.include-annotations") {
      preferences.annotations = value.split(",").map((one) => one.trim());
      preferences.applied.push(`odata.include-annotations="${value}"`);
    }
  }
  return preferences;
}

const wants = ({ annotations }: Preferences, name: string) =>
  annotations.some((one) => one === name || (one.endsWith("*") && name.startsWith(one.slice(0, -1))));

const formatted = "OData.Community.Display.V1.FormattedValue";
const targetName = "Microsoft.Dynamics.CRM.lookuplogicalname";
const navigationName = "Microsoft.Dynamics.CRM.associatednavigationproperty";

function formattedValue(cloud: Cloud, column: Column, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (column.options) {
    const labels = String(value as string | number)
      .split(",")
      .map((one) => column.options?.[Number(one)] ?? one);
    return labels.join("; ");
  }
  if (isLookup(column)) {
    const target = tableNamed(column.target ?? "");
    const row = rowsOf(cloud, target).get(value as string);
    return row && textOf(row, target.primaryName);
  }
  if (column.type === "DateTime") return new Date(value as string).toLocaleString("en-US", { timeZone: "UTC" });
  if (column.type === "Boolean") return value === true ? "Yes" : "No";
  return column.type === "Integer" ? Number(value).toLocaleString("en-US") : undefined;
}

/** A `$select` as columns. @throws DataverseError 400 for what the table does not have */
function selected(table: Table, select: string | undefined): [string, Column][] {
  const names = (select ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
  if (names.length === 0 || names.includes("*")) return Object.entries(table.columns);
  const found = names.map((name): [string, Column] => {
    const column = shownColumn(table, name) ?? lookupOf(table, name);
    if (!column) throw dataverseErrors.propertyNotFound(name, typeName(table));
    return column;
  });
  // The id always comes along.
  const id = table.columns[table.primaryId];
  return found.some(([name]) => name === table.primaryId) || !id ? found : [...found, [table.primaryId, id]];
}

/** Splits at a separator outside parentheses and quotes. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let part = "";
  for (const character of text) {
    if (character === "'") quoted = !quoted;
    if (!quoted && character === "(") depth += 1;
    if (!quoted && character === ")") depth -= 1;
    if (character === separator && depth === 0 && !quoted) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return [...parts, part].map((one) => one.trim()).filter(Boolean);
}

/** Rows that an expanded navigation property leads to. */
function related(
  cloud: Cloud,
  table: Table,
  row: Row,
  navigation: string,
): { table: Table; rows: Row[]; many: boolean } {
  const lookup = lookupOf(table, navigation);
  if (lookup) {
    const target = tableNamed(lookup[1].target ?? "");
    const found = rowsOf(cloud, target).get(textOf(row, lookup[0]));
    return { table: target, rows: found ? [found] : [], many: false };
  }
  const collection = table.collections?.[navigation];
  if (!collection) throw dataverseErrors.propertyNotFound(navigation, typeName(table));
  const target = tableNamed(collection.table);
  const id = textOf(row, table.primaryId);
  const { through } = collection;
  const all = rowsOf(cloud, target);
  if (through !== undefined)
    return { table: target, rows: all.values().filter((one) => one[through] === id), many: true };
  const others = associations(cloud)
    .values()
    .filter(({ relationship, one, other }) => relationship === navigation && [one, other].includes(id))
    .map(({ one, other }) => (one === id ? other : one));
  return { table: target, rows: rowsWithIds(cloud, target, others), many: true };
}

/** A row as the Web API shows it. @throws DataverseError 400 for unknown properties in the options */
export function shown(
  cloud: Cloud,
  table: Table,
  row: Row,
  options: Options,
  preferences: Preferences,
): Record<string, unknown> {
  const result: Record<string, unknown> = { "@odata.etag": etagOf(row) };
  for (const [name, column] of selected(table, options.$select)) {
    const value = row[name] ?? null;
    const key = shownName(name, column);
    const label = wants(preferences, formatted) ? formattedValue(cloud, column, value) : undefined;
    if (label !== undefined) result[`${key}@${formatted}`] = label;
    if (isLookup(column) && value !== null) {
      if (wants(preferences, navigationName)) result[`${key}@${navigationName}`] = navigationOf(name, column);
      if (wants(preferences, targetName)) result[`${key}@${targetName}`] = column.target;
    }
    result[key] = value;
  }
  for (const expansion of splitOutside(options.$expand ?? "", ",")) {
    const [, navigation = expansion, inside = ""] = /^([^(]+)\((.*)\)$/.exec(expansion) ?? [];
    const nested = Object.fromEntries(
      splitOutside(inside, ";").map((option) => {
        const [name = "", ...value] = option.split("=");
        return [name, value.join("=")] as const;
      }),
    );
    const { table: target, rows, many } = related(cloud, table, row, navigation);
    const filtered = many ? narrowed(cloud, target, rows, nested) : rows;
    const inner = filtered.map((one) => shown(cloud, target, one, nested, preferences));
    result[navigation] = many ? inner : (inner[0] ?? null);
  }
  return result;
}

/** Reads a row's property, also behind one lookup: `publisherid/uniquename`. */
function reader(cloud: Cloud, table: Table, row: Row): (path: string) => unknown {
  return (path) => {
    const [first = "", ...rest] = path.split("/");
    if (rest.length > 0) {
      const lookup = lookupOf(table, first);
      if (!lookup) throw dataverseErrors.propertyNotFound(first, typeName(table));
      const target = tableNamed(lookup[1].target ?? "");
      return reader(cloud, target, rowsOf(cloud, target).get(textOf(row, lookup[0])) ?? {})(rest.join("/"));
    }
    const column = shownColumn(table, first) ?? lookupOf(table, first);
    if (!column) throw dataverseErrors.propertyNotFound(first, typeName(table));
    return row[column[0]] ?? null;
  };
}

/** `$filter`, `$orderby` and `$top`. */
function narrowed(cloud: Cloud, table: Table, rows: readonly Row[], options: Options): Row[] {
  const filter: Filter = options.$filter ? parseFilter(options.$filter, options) : () => true;
  // Found out on an empty table too.
  if (rows.length === 0) filter(reader(cloud, table, {}));
  const found = rows.filter((row) => filter(reader(cloud, table, row)));
  const orders = splitOutside(options.$orderby ?? "", ",").map((order) => order.split(/\s+/));
  const sorted = found.sort((one, other) => {
    for (const [path = "", direction = "asc"] of orders) {
      const order = compare(reader(cloud, table, one)(path), reader(cloud, table, other)(path));
      if (order !== 0) return direction.toLowerCase() === "desc" ? -order : order;
    }
    return orders.length > 0 ? 0 : compare(one.createdon, other.createdon);
  });
  return options.$top === undefined ? sorted : sorted.slice(0, wholeNumber("$top", options.$top));
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw dataverseErrors.badRequest(`Invalid value '${text}' for ${name} query option found.`);
  return Number(text);
}

const knownOptions = /^(\$(select|filter|orderby|top|count|expand|skiptoken)|@\w+|api-version)$/;
const standardPage = 5000;

/** @throws DataverseError for options that the Web API or the local cloud does not take */
export function checkOptions(options: Options): void {
  for (const name of Object.keys(options)) {
    if (name === "$skip") throw dataverseErrors.badRequest("The query parameter $skip is not supported");
    if (name === "fetchXml" || name === "$apply" || name === "savedQuery" || name === "sql")
      throw dataverseErrors.notSupported(`queries by ${name}`);
    if (name.startsWith("$") && !knownOptions.test(name))
      throw dataverseErrors.badRequest(`The query parameter '${name}' is not supported.`);
  }
}

/** Where the next page begins, in the form of a paging cookie. */
function skipToken(page: number, lastId: string): string {
  const cookie = encodeURIComponent(
    encodeURIComponent(`<cookie page="${page}"><id last="{${lastId.toUpperCase()}}" /></cookie>`),
  );
  return `<cookie pagenumber="${page + 1}" pagingcookie="${cookie}" istracking="False" />`;
}

/** The answer to a query for a collection. `url` is that of the collection, without query. */
export function page(
  cloud: Cloud,
  table: Table,
  rows: readonly Row[],
  { options, preferences, url, context }: { options: Options; preferences: Preferences; url: string; context: string },
): Record<string, unknown> {
  const found = narrowed(cloud, table, rows, options);
  const size =
    options.$top === undefined ? Math.min(preferences.maxPageSize ?? standardPage, standardPage) : found.length;
  const pageNumber = Number(/pagenumber="(\d+)"/.exec(options.$skiptoken ?? "")?.[1] ?? 1);
  const start = (pageNumber - 1) * size;
  const these = found.slice(start, start + size);
  const last = these.at(-1);
  // Checked even when there is nothing to show.
  selected(table, options.$select);
  const next =
    last && start + size < found.length
      ? { "@odata.nextLink": `${url}?${nextQuery(options, skipToken(pageNumber, textOf(last, table.primaryId)))}` }
      : {};
  return {
    "@odata.context": `${context}${selection(options)}`,
    ...(options.$count === "true" ? { "@odata.count": found.length } : {}),
    value: these.map((row) => shown(cloud, table, row, options, preferences)),
    ...next,
  };
}

/** How a context URL names what was selected. */
export const selection = ({ $select }: Options): string => ($select ? `(${$select})` : "");

function nextQuery(options: Options, token: string): string {
  const all = Object.entries({ ...options, $skiptoken: token });
  return all.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
}
