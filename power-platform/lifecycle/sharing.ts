import { RequestError } from "../client/errors";
import type { WirePermission } from "../client/wireTypes";
import type { Share } from "../types";
import { onceAccepted } from "./waiting";

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

/** How long Power Platform may not know somebody whom Entra has just made. */
const knownDeadlineSeconds = 120;

/**
 * Does what can be repeated, again for as long as those with whom it shares are not known.
 * @param deadlineSeconds of the whole resource, when that is shorter
 * @throws RequestError PrincipalNotFound when they do not become known, and whatever the work throws
 */
export function oncePrincipalsAreKnown(
  work: () => Promise<void>,
  deadlineSeconds = knownDeadlineSeconds,
): Promise<void> {
  const patience = { deadlineSeconds: Math.min(deadlineSeconds, knownDeadlineSeconds) };
  const isNotYet = (error: unknown) => error instanceof RequestError && error.code === "PrincipalNotFound";
  return onceAccepted("those with whom it is shared to be known to Power Platform", patience, isNotYet, work);
}
