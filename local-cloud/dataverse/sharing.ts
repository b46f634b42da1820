import { Directory } from "../graph/directory";
import type { Cloud } from "../service";
import type { Collection } from "../store";
import { dataverseErrors } from "./errors";
import { securityRoles } from "./organization";
import { associations, type Row, rowsOf, textOf } from "./rows";
import { type Table, tableNamed } from "./tables";

/** Rights as `AccessMask` names them. Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/accessrights */
export const accessRights = [
  "ReadAccess",
  "WriteAccess",
  "AppendAccess",
  "AppendToAccess",
  "CreateAccess",
  "DeleteAccess",
  "ShareAccess",
  "AssignAccess",
] as const;
export type AccessRight = (typeof accessRights)[number];

/** With whom a row is shared. */
export interface RowShare {
  rowId: string;
  principal: "systemuser" | "team";
  principalId: string;
  mask: AccessRight[];
}

const shares = (cloud: Cloud): Collection<RowShare> => cloud.store.collection("dataverse.shares");

export const sharesOf = (cloud: Cloud, rowId: string): RowShare[] =>
  shares(cloud)
    .values()
    .filter((one) => one.rowId === rowId);

/** Replaces what a principal may do with a row; nothing when the mask is empty. */
export function share(cloud: Cloud, given: RowShare): void {
  const key = `${given.rowId}/${given.principalId}`;
  if (given.mask.length === 0) shares(cloud).delete(key);
  else shares(cloud).put(key, given);
}

export function forgetShares(cloud: Cloud, rowId: string): void {
  for (const one of sharesOf(cloud, rowId)) share(cloud, { ...one, mask: [] });
}

/** A user of the organization who calls, with what its security roles let it do. */
export interface Member {
  userId: string;
  /** Object id in Entra. */
  objectId: string;
  makes: boolean;
  seesEverything: boolean;
}

/** The user behind a row of `systemusers`. @throws DataverseError 403 without any role */
export function memberOf(cloud: Cloud, user: Row): Member {
  const userId = textOf(user, "systemuserid");
  const roleIds = associations(cloud)
    .values()
    .filter(
      ({ relationship, one, other }) => relationship === "systemuserroles_association" && [one, other].includes(userId),
    )
    .map(({ one, other }) => (one === userId ? other : one));
  const roles = securityRoles.filter(({ id }) => roleIds.includes(id));
  if (roles.length === 0) throw dataverseErrors.missingPrivilege(userId, "prvRead", "connector");
  return {
    userId,
    objectId: textOf(user, "azureactivedirectoryobjectid"),
    makes: roles.some(({ makes }) => makes),
    seesEverything: roles.some(({ sees }) => sees === "everything"),
  };
}

/** Whether a member may do something with a row: by role, as its owner, or because it was shared. */
export function mayDo(cloud: Cloud, member: Member, table: Table, row: Row, right: AccessRight): boolean {
  if (member.seesEverything) return true;
  // Who is there, which solutions and roles: everybody sees that.
  if (!table.owned) return right === "ReadAccess";
  if (row.ownerid === member.userId) return true;
  const objectIds = new Directory(cloud.store).identities(member.objectId);
  return sharesOf(cloud, textOf(row, table.primaryId)).some(({ principal, principalId, mask }) => {
    if (!mask.includes(right)) return false;
    if (principalId === member.userId) return true;
    const team = principal === "team" ? rowsOf(cloud, tableNamed("team")).get(principalId) : undefined;
    return team !== undefined && objectIds.includes(textOf(team, "azureactivedirectoryobjectid"));
  });
}
