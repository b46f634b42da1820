import type { Share } from "../types";
import type { WirePermission } from "../client/wireTypes";

/** What has to change so that exactly the wanted ones, and those whom others let in, have their roles. */
export interface SharingChange {
  missing: Share[];
  /** Ids of permissions. */
  removed: string[];
}

/** @param before with whom an earlier update shared: only they are taken off the list */
export function sharingChange(
  current: readonly WirePermission[],
  wanted: readonly Share[],
  before: readonly Share[],
): SharingChange {
  const permissionOf = (principalId: string) =>
    current.find(({ properties }) => properties.principal.id === principalId);
  const isFine = ({ principalId, role }: Share) =>
    [role, "Owner"].includes(permissionOf(principalId)?.properties.roleName ?? "");
  const wantedIds = new Set(wanted.map(({ principalId }) => principalId));
  return {
    missing: wanted.filter((share) => !isFine(share)),
    removed: before
      .filter(({ principalId }) => !wantedIds.has(principalId))
      .flatMap(({ principalId }) => permissionOf(principalId)?.id ?? []),
  };
}

/** Those of the list who still have their role. */
export function stillShared(current: readonly WirePermission[], listed: readonly Share[]): Share[] {
  const { missing } = sharingChange(current, listed, []);
  return listed.filter((share) => !missing.includes(share));
}
