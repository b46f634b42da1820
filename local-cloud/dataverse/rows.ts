import crypto from "node:crypto";
import type { Cloud } from "../service";
import type { Collection } from "../store";
import { dataverseErrors } from "./errors";
import { organization } from "./organization";
import { type Column, isLookup, lookupOf, type Table, tableNamed, tables } from "./tables";

/** A row: values by column, lookups as ids. */
export type Row = Record<string, unknown>;

export const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const rowsOf = (cloud: Cloud, { logicalName }: Table): Collection<Row> =>
  cloud.store.collection(`dataverse.${logicalName}`);

/** Two rows that `$ref` put together, under the relationship's name. */
export const associations = (cloud: Cloud): Collection<{ relationship: string; one: string; other: string }> =>
  cloud.store.collection("dataverse.associations");

export const associationKey = (relationship: string, one: string, other: string): string =>
  `${relationship}/${[one, other].sort().join("/")}`;

/** The rows of these ids that there are. */
export const rowsWithIds = (cloud: Cloud, table: Table, ids: readonly string[]): Row[] =>
  ids.map((id) => rowsOf(cloud, table).get(id)).filter((row) => row !== undefined);

/** The text in a column; "" for none and for what is no text. */
export const textOf = (row: Row, column: string): string => {
  const value = row[column];
  return typeof value === "string" ? value : "";
};

/** Counts up for each write in the organization, as SQL's rowversion does. */
function nextVersion(cloud: Cloud): number {
  const counters: Collection<number> = cloud.store.collection("dataverse.counters");
  const next = (counters.get("version") ?? 1_000_000) + 1;
  counters.put("version", next);
  return next;
}

export const etagOf = (row: Row): string => `W/"${String(row.versionnumber)}"`;

/** @throws DataverseError 400 when a value is not what the column holds */
function checkedValue(table: Table, name: string, column: Column, value: unknown): unknown {
  if (value === null) return null;
  const wrong = (expected: string) =>
    dataverseErrors.badPayload(
      table.entitySet,
      `Microsoft.OData.ODataException: Cannot convert a value of '${name}' to the expected target type '${expected}'.`,
    );
  switch (column.type) {
    case "Uniqueidentifier":
      if (typeof value !== "string" || !guid.test(value)) throw wrong("Edm.Guid");
      return value.toLowerCase();
    case "Boolean":
      if (typeof value !== "boolean") throw wrong("Edm.Boolean");
      return value;
    case "Integer":
    case "BigInt":
      if (typeof value !== "number" || !Number.isInteger(value)) throw wrong("Edm.Int32");
      return value;
    case "Picklist":
    case "State":
    case "Status":
      if (typeof value !== "number" || !Number.isInteger(value)) throw wrong("Edm.Int32");
      if (!(value in (column.options ?? {}))) throw dataverseErrors.badChoice(value, name);
      return value;
    case "MultiSelectPicklist": {
      if (typeof value !== "string") throw wrong("Edm.String");
      const numbers = value.split(",").map((one) => one.trim());
      const bad = numbers.find((one) => !(one in (column.options ?? {})));
      if (bad !== undefined) throw dataverseErrors.badChoice(bad, name);
      return numbers.join(",");
    }
    case "DateTime":
      if (typeof value !== "string" || Number.isNaN(Date.parse(value))) throw wrong("Edm.DateTimeOffset");
      return value;
    default:
      if (typeof value !== "string") throw wrong("Edm.String");
      if (column.maxLength !== undefined && value.length > column.maxLength)
        throw dataverseErrors.tooLong(name, table.logicalName, column.maxLength);
      return value;
  }
}

/** The id in `/publishers(…)`, `publishers(…)` or a whole URL. */
export function idInReference(reference: unknown): string | undefined {
  return typeof reference === "string"
    ? /\(([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)$/i.exec(reference)?.[1]?.toLowerCase()
    : undefined;
}

/**
 * The values in a request's body; what the service fills in itself is left out.
 * @throws DataverseError 400 for unknown properties, values of another type, and references to what is not there
 */
export function valuesOf(cloud: Cloud, table: Table, body: Record<string, unknown>, isNew: boolean): Row {
  const values: Row = {};
  for (const [key, value] of Object.entries(body)) {
    const bound = /^(.+)@odata\.bind$/.exec(key)?.[1];
    if (bound === undefined && key.includes("@")) continue;
    const found = bound === undefined ? undefined : lookupOf(table, bound);
    const [name, column] = found ?? [key, table.columns[key]];
    if (!column || (isLookup(column) && bound === undefined && !(name in table.columns && value === null))) {
      if (bound === undefined && table.collections?.[key]) continue;
      throw dataverseErrors.badPayload(
        table.entitySet,
        `Microsoft.Crm.CrmException: Invalid property '${bound ?? key}' was found in entity 'Microsoft.Dynamics.CRM.${table.logicalName}'.`,
      );
    }
    if (column.readOnly || (column.createOnly && !isNew)) continue;
    if (bound === undefined) {
      values[name] = isLookup(column) ? null : checkedValue(table, name, column, value);
      continue;
    }
    const id = value === null ? null : idInReference(value);
    if (id === undefined)
      throw dataverseErrors.badPayload(table.entitySet, `Microsoft.OData.ODataException: '${key}' is no reference.`);
    const target = tableNamed(column.target ?? "");
    const isTeam = column.type === "Owner" && typeof value === "string" && /^\/?teams\(/.test(value);
    const there = id === null || rowsOf(cloud, isTeam ? tableNamed("team") : target).get(id);
    if (!there) throw dataverseErrors.rowNotFound(target.logicalName, id);
    values[name] = id;
  }
  return values;
}

/** Who writes. */
export interface Writer {
  userId: string;
}

/** @throws DataverseError 400 when a column that is required is empty */
function requireColumns(table: Table, row: Row): void {
  const missing = Object.entries(table.columns).find(
    ([name, { required }]) => required && (row[name] === undefined || row[name] === null || row[name] === ""),
  );
  if (missing) throw dataverseErrors.requiredMissing(missing[0], table.logicalName);
}

/** A new row with everything that the service fills in. Not stored yet. */
export function newRow(cloud: Cloud, table: Table, values: Row, { userId }: Writer): Row {
  const now = cloud.clock
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
  const empty = Object.entries(table.columns).map(([name, { initial }]) => [name, initial ?? null] as const);
  const given = values[table.primaryId];
  const row: Row = {
    ...Object.fromEntries(empty),
    ...values,
    [table.primaryId]: typeof given === "string" ? given : crypto.randomUUID(),
    createdon: now,
    modifiedon: now,
    createdby: userId,
    modifiedby: userId,
    versionnumber: nextVersion(cloud),
  };
  if (table.owned) {
    row.ownerid ??= userId;
    row.owninguser = row.ownerid;
    row.owningbusinessunit = organization.businessUnitId;
  }
  if ("solutionid" in table.columns && table.columns.solutionid.readOnly)
    row.solutionid = organization.defaultSolutionId;
  requireColumns(table, row);
  return row;
}

export function changedRow(cloud: Cloud, table: Table, before: Row, values: Row, { userId }: Writer): Row {
  const row: Row = {
    ...before,
    ...values,
    modifiedon: cloud.clock
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, "Z"),
    modifiedby: userId,
    versionnumber: nextVersion(cloud),
  };
  if (table.owned) row.owninguser = row.ownerid;
  requireColumns(table, row);
  return row;
}

/** Rows that lead to this one by a lookup without which they could not be; undefined when there are none. */
export function referrerOf(cloud: Cloud, table: Table, id: string): string | undefined {
  for (const other of tables) {
    const needed = Object.entries(other.columns).filter(
      ([, column]) => column.required && isLookup(column) && column.target === table.logicalName,
    );
    const found = rowsOf(cloud, other)
      .values()
      .find((row) => needed.some(([name]) => row[name] === id));
    if (found) return `${other.logicalName}(${textOf(found, other.primaryId)})`;
  }
  return undefined;
}
