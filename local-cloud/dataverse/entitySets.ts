import crypto from "node:crypto";
import { remove, store } from "./effects";
import { dataverseErrors } from "./errors";
import { organization } from "./organization";
import { checkOptions, page, selection, shown } from "./query";
import { type ApiAnswer, type ApiRequest, namedValues, objectBody, type Segment } from "./request";
import {
  associationKey,
  associations,
  changedRow,
  etagOf,
  guid,
  idInReference,
  newRow,
  type Row,
  rowsOf,
  rowsWithIds,
  textOf,
  valuesOf,
} from "./rows";
import { type AccessRight, mayDo } from "./sharing";
import { isLookup, lookupOf, shownColumn, type Table, tableNamed, tableOfSet } from "./tables";

const noContent = (more: Record<string, string> = {}): ApiAnswer => ({ status: 204, headers: more });

/** @throws DataverseError 403 */
function require({ cloud, member }: ApiRequest, table: Table, row: Row, right: AccessRight): Row {
  if (mayDo(cloud, member, table, row, right)) return row;
  throw dataverseErrors.noAccess(member.userId, table.logicalName, textOf(row, table.primaryId), right);
}

/** @throws DataverseError when rows of the table are not made by this caller */
function requireMaking({ member }: ApiRequest, table: Table): void {
  if (table.fixed)
    throw dataverseErrors.refused(`The 'Create' method does not support entities of type '${table.logicalName}'.`);
  if (table.owned ? member.makes : member.seesEverything) return;
  throw dataverseErrors.missingPrivilege(member.userId, "prvCreate", table.logicalName);
}

/** What a key in parentheses says: an id, or values of an alternate key. @throws DataverseError 400 */
function keyOf(table: Table, key: string, request: ApiRequest): { id: string } | { values: Row } {
  const text = key.replace(new RegExp(`^${table.primaryId}\\s*=\\s*`), "").replace(/^\{(.*)\}$/, "$1");
  if (guid.test(text)) return { id: text.toLowerCase() };
  const values = namedValues(key, request.options);
  const names = Object.keys(values).sort();
  const isKey = table.alternateKeys?.some((columns) => [...columns].sort().join() === names.join());
  if (names.length > 0 && isKey) return { values };
  throw dataverseErrors.badRequest(
    `The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.${table.logicalName}'.`,
  );
}

function findRow(request: ApiRequest, table: Table, key: string): { row: Row | undefined; values: Row } {
  const parsed = keyOf(table, key, request);
  const all = rowsOf(request.cloud, table);
  if ("id" in parsed) return { row: all.get(parsed.id), values: { [table.primaryId]: parsed.id } };
  const same = (row: Row) =>
    Object.entries(parsed.values).every(
      ([name, value]) => textOf(row, name).toLowerCase() === String(value).toLowerCase(),
    );
  return { row: all.values().find(same), values: parsed.values };
}

/** @throws DataverseError 404 */
function existing(request: ApiRequest, table: Table, key: string): Row {
  const { row, values } = findRow(request, table, key);
  if (row) return row;
  const id = values[table.primaryId];
  throw typeof id === "string"
    ? dataverseErrors.rowNotFound(table.logicalName, id)
    : dataverseErrors.alternateKeyNotFound(table.logicalName);
}

const entityId = ({ base }: ApiRequest, table: Table, row: Row) =>
  `${base}/${table.entitySet}(${textOf(row, table.primaryId)})`;

function oneShown(request: ApiRequest, table: Table, row: Row): Record<string, unknown> {
  const { base, cloud, options, preferences } = request;
  return {
    "@odata.context": `${base}/$metadata#${table.entitySet}${selection(options)}/$entity`,
    ...shown(cloud, table, row, options, preferences),
  };
}

/** The answer to a write: nothing, or the row when `Prefer: return=representation` asks for it. */
function written(request: ApiRequest, table: Table, row: Row, status: number): ApiAnswer {
  const headers = { "OData-EntityId": entityId(request, table, row) };
  if (!request.preferences.representation) return noContent(headers);
  return { status, body: oneShown(request, table, row), headers };
}

/** Puts a new row into the solution that the header names; it is in the default solution anyway. */
function intoSolution(request: ApiRequest, table: Table, row: Row): void {
  const { cloud, member } = request;
  const wanted = request.header("mscrm.solutionuniquename");
  if (table.solutionComponentType === undefined) return;
  const solutions = rowsOf(cloud, tableNamed("solution")).values();
  const solution = solutions.find(
    (one) => textOf(one, "uniquename").toLowerCase() === (wanted ?? "default").toLowerCase(),
  );
  if (!solution) throw dataverseErrors.refused(`The solution with the unique name '${wanted ?? ""}' does not exist.`);
  const components = tableNamed("solutioncomponent");
  const ids = new Set([organization.defaultSolutionId, textOf(solution, "solutionid")]);
  for (const solutionid of ids) {
    const component = newRow(
      cloud,
      components,
      { objectid: row[table.primaryId], componenttype: table.solutionComponentType, solutionid },
      member,
    );
    rowsOf(cloud, components).put(textOf(component, "solutioncomponentid"), component);
  }
}

/** Makes a row, and those that its body holds in collections. */
function make(request: ApiRequest, table: Table, body: Record<string, unknown>, keyValues: Row = {}): Row {
  const { cloud, member } = request;
  requireMaking(request, table);
  const values = { ...valuesOf(cloud, table, body, true), ...keyValues };
  const row = newRow(cloud, table, values, member);
  if (rowsOf(cloud, table).get(textOf(row, table.primaryId))) throw dataverseErrors.duplicate();
  if (table.solutionComponentType !== undefined) checkSolution(request);
  const stored = store(cloud, table, row);
  intoSolution(request, table, stored);
  for (const [name, { table: other, through }] of Object.entries(table.collections ?? {})) {
    const children = body[name];
    if (!Array.isArray(children) || through === undefined) continue;
    for (const child of children as Record<string, unknown>[])
      make(request, tableNamed(other), child, { [through]: row[table.primaryId] });
  }
  return rowsOf(cloud, table).get(textOf(row, table.primaryId)) ?? stored;
}

/** @throws DataverseError 400 for a solution that is not there, before anything is made */
function checkSolution(request: ApiRequest): void {
  const { cloud } = request;
  const wanted = request.header("mscrm.solutionuniquename")?.toLowerCase();
  const solutions = rowsOf(cloud, tableNamed("solution")).values();
  if (wanted !== undefined && !solutions.some((one) => textOf(one, "uniquename").toLowerCase() === wanted))
    throw dataverseErrors.refused(`The solution with the unique name '${wanted}' does not exist.`);
}

function change(request: ApiRequest, table: Table, row: Row, body: Record<string, unknown>): Row {
  if (table.fixed)
    throw dataverseErrors.refused(`The 'Update' method does not support entities of type '${table.logicalName}'.`);
  require(request, table, row, "WriteAccess");
  const { cloud, member } = request;
  return store(cloud, table, changedRow(cloud, table, row, valuesOf(cloud, table, body, false), member));
}

/** PATCH: an update, or with the preconditions that allow it a new row. */
function patch(request: ApiRequest, table: Table, key: string): ApiAnswer {
  const { row, values } = findRow(request, table, key);
  const body = objectBody(request);
  const ifMatch = request.header("if-match");
  if (row) {
    if (request.header("if-none-match") === "*") throw dataverseErrors.duplicate();
    if (ifMatch !== undefined && ifMatch !== "*" && ifMatch !== etagOf(row)) throw dataverseErrors.versionMismatch();
    return written(request, table, change(request, table, row, body), 200);
  }
  if (ifMatch !== undefined) existing(request, table, key);
  return written(request, table, make(request, table, body, values), 201);
}

function oneRow(request: ApiRequest, table: Table, key: string): ApiAnswer {
  checkOptions(request.options);
  if (request.method === "PATCH") return patch(request, table, key);
  const row = existing(request, table, key);
  if (request.method === "DELETE") {
    if (table.fixed)
      throw dataverseErrors.refused(`The 'Delete' method does not support entities of type '${table.logicalName}'.`);
    const ifMatch = request.header("if-match");
    if (ifMatch !== undefined && ifMatch !== "*" && ifMatch !== etagOf(row)) throw dataverseErrors.versionMismatch();
    remove(request.cloud, table, require(request, table, row, "DeleteAccess"));
    return noContent();
  }
  if (request.method !== "GET")
    throw dataverseErrors.badRequest(`The HTTP method '${request.method}' is not supported here.`);
  require(request, table, row, "ReadAccess");
  if (request.header("if-none-match") === etagOf(row)) return { status: 304 };
  return { status: 200, body: oneShown(request, table, row), headers: { etag: etagOf(row) } };
}

function rowsSeen({ cloud, member }: ApiRequest, table: Table, rows = rowsOf(cloud, table).values()): Row[] {
  return rows.filter((row) => mayDo(cloud, member, table, row, "ReadAccess"));
}

function collection(request: ApiRequest, table: Table, rows: Row[], path: string): ApiAnswer {
  const { cloud, options, preferences, base } = request;
  checkOptions(options);
  const context = `${base}/$metadata#${table.entitySet}`;
  return { status: 200, body: page(cloud, table, rows, { options, preferences, url: `${base}/${path}`, context }) };
}

function count(request: ApiRequest, table: Table, rows: Row[]): ApiAnswer {
  const { cloud, preferences, base } = request;
  const options = { ...request.options, $count: "true" };
  const { "@odata.count": found } = page(cloud, table, rows, { options, preferences, url: base, context: base });
  return { status: 200, body: String(found), headers: { "content-type": "text/plain" } };
}

/** `connectors(…)/displayname`, also with `/$value`. */
function property(request: ApiRequest, table: Table, row: Row, name: string, raw: boolean): ApiAnswer {
  const column = shownColumn(table, name);
  if (!column) throw dataverseErrors.segmentNotFound(name);
  if (request.method === "PUT")
    return written(request, table, change(request, table, row, { [name]: objectBody(request).value }), 200);
  if (request.method === "DELETE") return written(request, table, change(request, table, row, { [name]: null }), 200);
  require(request, table, row, "ReadAccess");
  const value = row[column[0]] ?? null;
  if (value === null) return noContent();
  if (raw)
    return {
      status: 200,
      body: textOf(row, column[0]) || JSON.stringify(value),
      headers: { "content-type": "text/plain" },
    };
  const context = `${request.base}/$metadata#${table.entitySet}(${textOf(row, table.primaryId)})/${name}`;
  return { status: 200, body: { "@odata.context": context, value } };
}

/** `systemusers(…)/systemuserroles_association/$ref` and its kind. */
function reference(request: ApiRequest, table: Table, row: Row, { name, key }: Segment): ApiAnswer {
  const { cloud, method } = request;
  const lookup = lookupOf(table, name);
  if (lookup) {
    const bound = method === "DELETE" ? null : objectBody(request)["@odata.id"];
    change(request, table, row, { [`${name}@odata.bind`]: bound });
    return noContent();
  }
  const found = table.collections?.[name];
  if (found?.through !== undefined || !found) throw dataverseErrors.segmentNotFound(name);
  if (!request.member.seesEverything)
    throw dataverseErrors.missingPrivilege(request.member.userId, "prvAssign", table.logicalName);
  const id = key ?? idInReference(method === "DELETE" ? request.options.$id : objectBody(request)["@odata.id"]);
  const other = id === undefined ? undefined : rowsOf(cloud, tableNamed(found.table)).get(id.toLowerCase());
  if (id === undefined || !other) throw dataverseErrors.rowNotFound(found.table, id ?? "");
  const mine = textOf(row, table.primaryId);
  const place = associationKey(name, mine, id.toLowerCase());
  if (method === "DELETE") associations(cloud).delete(place);
  else associations(cloud).put(place, { relationship: name, one: mine, other: id.toLowerCase() });
  return noContent();
}

/** What an expanded property shows, as a resource of its own. */
function navigation(request: ApiRequest, table: Table, row: Row, name: string): ApiAnswer {
  const { cloud, base, preferences } = request;
  require(request, table, row, "ReadAccess");
  const lookup = lookupOf(table, name);
  const target = tableNamed(lookup?.[1].target ?? table.collections?.[name]?.table ?? "");
  const expanded = shown(
    cloud,
    table,
    row,
    { $select: table.primaryId, $expand: `${name}($select=${target.primaryId})` },
    preferences,
  )[name];
  const ids = [expanded].flat().flatMap((one) => (one ? textOf(one as Row, target.primaryId) : []));
  const rows = rowsWithIds(cloud, target, ids);
  if (!lookup) return collection(request, target, rows, `${table.entitySet}(${textOf(row, table.primaryId)})/${name}`);
  const [only] = rows;
  if (!only) return noContent();
  return { status: 200, body: { ...oneShown({ ...request, base }, target, only) } };
}

const several = /^Microsoft\.Dynamics\.CRM\.(Create|Update|Upsert)Multiple$/;

/** CreateMultiple, UpdateMultiple, UpsertMultiple: all rows or none. */
function multiple(request: ApiRequest, table: Table, kind: string): ApiAnswer {
  const { Targets: targets } = objectBody(request);
  if (!Array.isArray(targets)) throw dataverseErrors.badRequest("The parameter 'Targets' must be a list.");
  const ids = (targets as Record<string, unknown>[]).map((target) => {
    const reference = /\((.*)\)$/.exec(typeof target["@odata.id"] === "string" ? target["@odata.id"] : "")?.[1];
    const own = target[table.primaryId];
    const key = reference ?? (typeof own === "string" ? own : undefined);
    const { row, values } = key === undefined ? { row: undefined, values: {} } : findRow(request, table, key);
    if (kind === "Create") return make(request, table, target);
    if (row) return change(request, table, row, target);
    if (kind === "Update") return existing(request, table, key ?? crypto.randomUUID());
    return make(request, table, target, values);
  });
  if (kind !== "Create") return noContent();
  return {
    status: 200,
    body: {
      "@odata.context": `${request.base}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse`,
      Ids: ids.map((row) => textOf(row, table.primaryId)),
    },
  };
}

/** Requests whose path begins with the name of a table's collection; undefined for all others. */
export function entitySetAnswer(request: ApiRequest): ApiAnswer | undefined {
  const [first, second, third] = request.segments;
  const table = first && tableOfSet(first.name);
  if (!first || !table) return undefined;
  const { method } = request;
  if (first.key === undefined) {
    if (second?.name === "$count") return count(request, table, rowsSeen(request, table));
    const kind = several.exec(second?.name ?? "")?.[1];
    if (kind !== undefined && method === "POST") return multiple(request, table, kind);
    if (second) throw dataverseErrors.segmentNotFound(second.name);
    if (method === "GET") return collection(request, table, rowsSeen(request, table), table.entitySet);
    if (method === "POST") return written(request, table, make(request, table, objectBody(request)), 201);
    throw dataverseErrors.badRequest(`The HTTP method '${method}' is not supported here.`);
  }
  if (!second) return oneRow(request, table, first.key);
  const row = existing(request, table, first.key);
  if (third?.name === "$ref") return reference(request, table, row, second);
  const isNavigation = lookupOf(table, second.name) ?? table.collections?.[second.name];
  const column = shownColumn(table, second.name);
  if (isNavigation && !(column && !isLookup(column[1]))) return navigation(request, table, row, second.name);
  return property(request, table, row, second.name, third?.name === "$value");
}
