import { z } from "zod";
import { dataverseErrors } from "./errors";
import { organization } from "./organization";
import { type ApiAnswer, type ApiRequest, namedValues } from "./request";
import { type Row, rowsOf, textOf } from "./rows";
import { type AccessRight, accessRights, mayDo, share, sharesOf } from "./sharing";
import { handOn } from "./sync";
import { type Table, tableNamed, tables, tableOfSet } from "./tables";

const typed = z.looseObject({ "@odata.type": z.string().optional(), "@odata.id": z.string().optional() });
const grantSchema = z.object({
  Target: typed,
  PrincipalAccess: z.object({ Principal: typed, AccessMask: z.string() }),
});
const revokeSchema = z.object({ Target: typed, Revokee: typed });

/** @throws DataverseError 400 */
function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw dataverseErrors.badRequest(`The parameters of the action are not valid: ${problems.join("; ")}`);
}

/** The row that a parameter of entity type names: by `@odata.id`, or by its type and id. @throws DataverseError */
function named({ cloud }: ApiRequest, reference: z.infer<typeof typed>): { table: Table; row: Row } {
  const [, set = "", id = ""] = /([a-z]+)\(([^)]+)\)$/i.exec(reference["@odata.id"] ?? "") ?? [];
  const type = reference["@odata.type"]?.replace(/^#?Microsoft\.Dynamics\.CRM\./, "");
  const table =
    tableOfSet(set) ??
    tables.find(({ logicalName, primaryId }) => logicalName === type || (type === undefined && primaryId in reference));
  if (!table)
    throw dataverseErrors.badRequest("The parameter names no row: it needs @odata.type and an id, or @odata.id.");
  const given = reference[table.primaryId] ?? reference.ownerid;
  const wanted = (id === "" && typeof given === "string" ? given : id).toLowerCase();
  const row = rowsOf(cloud, table).get(wanted);
  if (!row) throw dataverseErrors.rowNotFound(table.logicalName, wanted);
  return { table, row };
}

/** @throws DataverseError 403 when the caller may not share the row */
function shareable(request: ApiRequest, reference: z.infer<typeof typed>) {
  const target = named(request, reference);
  if (!target.table.owned) throw dataverseErrors.refused(`The entity '${target.table.logicalName}' cannot be shared.`);
  if (!mayDo(request.cloud, request.member, target.table, target.row, "ShareAccess"))
    throw dataverseErrors.noAccess(
      request.member.userId,
      target.table.logicalName,
      textOf(target.row, target.table.primaryId),
      "ShareAccess",
    );
  return target;
}

function principalOf(request: ApiRequest, reference: z.infer<typeof typed>) {
  const { table, row } = named(request, reference);
  if (table.logicalName !== "systemuser" && table.logicalName !== "team")
    throw dataverseErrors.badRequest("The principal must be a systemuser or a team.");
  return { principal: table.logicalName, principalId: textOf(row, table.primaryId) } as const;
}

function masked(text: string): AccessRight[] {
  const names = text.split(",").map((one) => one.trim());
  const bad = names.find((name) => name !== "None" && !accessRights.some((right) => right === name));
  if (bad !== undefined) throw dataverseErrors.badRequest(`The value '${bad}' is no member of AccessRights.`);
  return accessRights.filter((right) => names.includes(right));
}

/** Rights of a connector's row are those on the connector. */
function handOnShares(request: ApiRequest, { table, row }: { table: Table; row: Row }): void {
  if (table.logicalName === "connector") handOn(request.cloud, row);
}

function grant(request: ApiRequest): ApiAnswer {
  const { Target: target, PrincipalAccess: access } = parsed(grantSchema, request.body);
  const shared = shareable(request, target);
  const mask = masked(access.AccessMask);
  share(request.cloud, {
    rowId: textOf(shared.row, shared.table.primaryId),
    ...principalOf(request, access.Principal),
    mask,
  });
  handOnShares(request, shared);
  return { status: 204 };
}

function revoke(request: ApiRequest): ApiAnswer {
  const { Target: target, Revokee: revokee } = parsed(revokeSchema, request.body);
  const shared = shareable(request, target);
  share(request.cloud, {
    rowId: textOf(shared.row, shared.table.primaryId),
    ...principalOf(request, revokee),
    mask: [],
  });
  handOnShares(request, shared);
  return { status: 204 };
}

function sharedWith(request: ApiRequest, parameters: Record<string, unknown>): ApiAnswer {
  const { table, row } = named(request, parsed(typed, parameters.Target));
  const accesses = sharesOf(request.cloud, textOf(row, table.primaryId)).map(({ principal, principalId, mask }) => ({
    AccessMask: mask.join(", "),
    Principal: {
      "@odata.type": `#Microsoft.Dynamics.CRM.${principal}`,
      [tableNamed(principal).primaryId]: principalId,
      ownerid: principalId,
    },
  }));
  return {
    status: 200,
    body: {
      "@odata.context": `${request.base}/$metadata#Microsoft.Dynamics.CRM.RetrieveSharedPrincipalsAndAccessResponse`,
      PrincipalAccesses: accesses,
    },
  };
}

function whoAmI({ base, member }: ApiRequest): ApiAnswer {
  return {
    status: 200,
    body: {
      "@odata.context": `${base}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
      BusinessUnitId: organization.businessUnitId,
      UserId: member.userId,
      OrganizationId: organization.id,
    },
  };
}

function version({ base }: ApiRequest): ApiAnswer {
  return {
    status: 200,
    body: {
      "@odata.context": `${base}/$metadata#Microsoft.Dynamics.CRM.RetrieveVersionResponse`,
      Version: "9.2.25104.00176",
    },
  };
}

/** `systemusers(…)/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@target)` of the caller. */
export function principalAccess(request: ApiRequest, text: string): ApiAnswer {
  const { cloud, member } = request;
  const { table, row } = named(request, parsed(typed, namedValues(text, request.options).Target));
  const rights = accessRights.filter((right) => mayDo(cloud, member, table, row, right));
  return {
    status: 200,
    body: {
      "@odata.context": `${request.base}/$metadata#Microsoft.Dynamics.CRM.RetrievePrincipalAccessResponse`,
      AccessRights: rights.length > 0 ? rights.join(", ") : "None",
    },
  };
}

/** Actions and functions of the Web API that are not about one table; undefined for any other path. */
export function functionAnswer(request: ApiRequest): ApiAnswer | undefined {
  const { method, segments, options } = request;
  const [only, further] = segments;
  if (!only) return undefined;
  if (further?.name === "Microsoft.Dynamics.CRM.RetrievePrincipalAccess" && further.key !== undefined)
    return principalAccess(request, further.key);
  if (further) return undefined;
  const name = only.name.replace(/^Microsoft\.Dynamics\.CRM\./, "");
  if (method === "POST") {
    // ModifyAccess replaces a mask, and so does GrantAccess here.
    if (name === "GrantAccess" || name === "ModifyAccess") return grant(request);
    if (name === "RevokeAccess") return revoke(request);
    return undefined;
  }
  if (name === "WhoAmI") return whoAmI(request);
  if (name === "RetrieveVersion") return version(request);
  if (name === "RetrieveSharedPrincipalsAndAccess") return sharedWith(request, namedValues(only.key ?? "", options));
  return undefined;
}
