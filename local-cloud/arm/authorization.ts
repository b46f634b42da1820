import { Directory } from "../graph/directory";
import type { Cloud } from "../service";
import type { Collection, Store } from "../store";
import { type RoleDefinition, roleById } from "./roles";

export interface RoleAssignment {
  /** GUID, unique in the tenant. */
  name: string;
  scope: string;
  roleId: string;
  principalId: string;
  principalType: "User" | "Group" | "ServicePrincipal";
  description: string | null;
  condition: string | null;
  conditionVersion: string | null;
  /** Milliseconds since 1970: a fresh assignment may not count yet on the data plane. */
  createdAt: number;
  createdBy: string;
  seeded?: boolean;
}

export const roleAssignments = (store: Store): Collection<RoleAssignment> => store.collection("roleAssignments");

/** Whether an id lies in a scope: equal, or below it on a segment boundary. Case does not count. */
export function isWithin(resourceId: string, scope: string): boolean {
  const resource = resourceId.toLowerCase().replace(/\/+$/, "");
  const outer = scope.toLowerCase().replace(/\/+$/, "");
  return resource === outer || resource.startsWith(`${outer}/`);
}

/** Whether an action matches a pattern in which `*` stands for anything. */
export function matchesAction(action: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(action);
}

/** Which half of a role is asked: the control plane's actions, or the data plane's. */
export type Plane = "control" | "data";

export function roleAllows(role: RoleDefinition, plane: Plane, action: string): boolean {
  const [granted, taken] =
    plane === "control" ? [role.actions, role.notActions] : [role.dataActions, role.notDataActions];
  const holds = (pattern: string) => matchesAction(action, pattern);
  return granted.some(holds) && !taken.some(holds);
}

/** The roles that somebody holds at a place, of his own and through groups, with assignments that have a condition. */
function assignmentsAt(cloud: Cloud, oid: string, resourceId: string): RoleAssignment[] {
  const identities = new Directory(cloud.store).identities(oid);
  return roleAssignments(cloud.store)
    .values()
    .filter(({ principalId, scope }) => identities.includes(principalId) && isWithin(resourceId, scope));
}

/** What somebody may do at a place, role by role, as ARM lists it. */
export function allowedActions(cloud: Cloud, oid: string, resourceId: string): object[] {
  return assignmentsAt(cloud, oid, resourceId).flatMap(({ roleId }) => {
    const role = roleById(roleId);
    if (!role) return [];
    const { actions, notActions, dataActions, notDataActions } = role;
    return [{ actions, notActions, dataActions, notDataActions }];
  });
}

/**
 * Whether somebody may do something somewhere, by the assignments of the one who asks and of the groups that have him.
 * An assignment counts on the data plane only after the set delay. One with a condition is left out: conditions are
 * not evaluated here, and what cannot be evaluated must not grant.
 */
export function isAllowed(cloud: Cloud, oid: string, plane: Plane, action: string, resourceId: string): boolean {
  const delay = plane === "data" ? cloud.knobs.get().roleAssignmentDelaySeconds * 1000 : 0;
  const now = cloud.clock.now().getTime();
  return assignmentsAt(cloud, oid, resourceId).some((assignment) => {
    const role = roleById(assignment.roleId);
    return (
      role !== undefined &&
      assignment.condition === null &&
      roleAllows(role, plane, action) &&
      (assignment.seeded === true || assignment.createdAt + delay <= now)
    );
  });
}
