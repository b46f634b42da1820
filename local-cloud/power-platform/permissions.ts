import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { Directory } from "../graph/directory";
import type { Caller, Cloud } from "../service";
import { seed } from "../seed";
import { parseBody } from "./body";
import { powerPlatformErrors } from "./errors";

const roles = ["CanView", "CanViewWithShare", "CanEdit", "Owner"] as const;
export type Role = (typeof roles)[number];

/** What somebody may do with a connector or a connection. */
export interface Permission {
  principalId: string;
  principalType: "User" | "Group" | "ServicePrincipal" | "Tenant";
  roleName: Role;
}

/** Something that is shared. */
export interface Shared {
  createdBy: { id: string };
  permissions: Permission[];
}

/** The best role that a caller has, himself or through a group; undefined for none. */
export function roleOf(cloud: Cloud, shared: Shared, caller: Caller): Role | undefined {
  const identities = new Directory(cloud.store).identities(caller.oid);
  const found = shared.permissions
    .filter(({ principalId, principalType }) => principalType === "Tenant" || identities.includes(principalId))
    .map(({ roleName }) => roles.indexOf(roleName));
  return found.length > 0 ? roles[Math.max(...found)] : undefined;
}

export const mayEdit = (role: Role | undefined): boolean => role === "CanEdit" || role === "Owner";

/** Permissions as the services list them. `resourceId` is that of the connector or connection. */
export function permissionViews(resourceId: string, permissions: readonly Permission[], cloud: Cloud) {
  const directory = new Directory(cloud.store);
  const value = permissions.map(({ principalId, principalType, roleName }) => ({
    name: principalId,
    id: `${resourceId}/permissions/${principalId}`,
    type: `${resourceId.includes("/connections/") ? "Microsoft.PowerApps/apis/connections" : "Microsoft.PowerApps/apis"}/permissions`,
    properties: {
      roleName,
      principal: {
        id: principalId,
        displayName: directory.principal(principalId)?.displayName ?? principalId,
        type: principalType,
        tenantId: seed.tenantId,
      },
      notifyShareTargetOption: "NotSpecified",
      inviteGuestToTenant: false,
    },
  }));
  return { value };
}

const modification = z.object({
  put: z
    .array(
      z.object({
        properties: z.object({
          roleName: z.enum(["CanView", "CanViewWithShare", "CanEdit"]),
          principal: z.object({
            id: z.string().min(1),
            type: z.enum(["User", "Group", "ServicePrincipal", "Tenant"]),
          }),
        }),
      }),
    )
    .default([]),
  delete: z.array(z.object({ id: z.string() })).default([]),
});

/**
 * The permissions after a `modifyPermissions` request. The owner stays the owner.
 * @throws PowerPlatformError 400 for a body of another shape, or a principal that the tenant does not have
 */
export function modified(cloud: Cloud, request: FastifyRequest, shared: Shared): Permission[] {
  const { put, delete: removed } = parseBody(request, modification);
  const directory = new Directory(cloud.store);
  const removedIds = removed.map(({ id }) => id.split("/").at(-1));
  const owner = (permission: Permission) => permission.roleName === "Owner";
  let permissions = shared.permissions.filter((one) => owner(one) || !removedIds.includes(one.principalId));
  for (const { properties } of put) {
    const { principal, roleName } = properties;
    const known = principal.type === "Tenant" || directory.principal(principal.id)?.type === principal.type;
    if (!known) {
      throw powerPlatformErrors.invalid(
        `The ${principal.type.toLowerCase()} '${principal.id}' could not be found in the tenant.`,
        "PrincipalNotFound",
      );
    }
    if (permissions.some((one) => owner(one) && one.principalId === principal.id)) continue;
    permissions = [
      ...permissions.filter(({ principalId }) => principalId !== principal.id),
      { principalId: principal.id, principalType: principal.type, roleName },
    ];
  }
  return permissions;
}
