import { z } from "zod";
import { Directory } from "../graph/directory";
import { seed } from "../seed";
import { isWithin, type RoleAssignment, roleAssignments } from "./authorization";
import { armErrors, ArmError } from "./errors";
import { resourceGroups } from "./resourceGroups";
import { type ArmRequest, type ArmRoute, bodyOf, ok, param, requireAction, underScope } from "./route";
import { builtInRoles, roleById, type RoleDefinition } from "./roles";

const types = ["User", "Group", "ServicePrincipal"] as const;
const bodySchema = z.object({
  properties: z.object({
    roleDefinitionId: z.string().min(1),
    principalId: z.guid(),
    principalType: z.enum(types).nullish(),
    description: z.string().nullish(),
    condition: z.string().nullish(),
    conditionVersion: z.string().nullish(),
  }),
});
const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const action = "Microsoft.Authorization/roleAssignments";

function view(assignment: RoleAssignment): Record<string, unknown> {
  const { name, scope, roleId, principalId, principalType, description, condition, conditionVersion } = assignment;
  const time = new Date(assignment.createdAt).toISOString();
  return {
    id: `${scope}/providers/${action}/${name}`,
    name,
    type: action,
    properties: {
      roleDefinitionId: `/subscriptions/${seed.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`,
      principalId,
      principalType,
      scope,
      description,
      condition,
      conditionVersion,
      createdOn: time,
      updatedOn: time,
      createdBy: assignment.createdBy,
      updatedBy: assignment.createdBy,
      delegatedManagedIdentityResourceId: null,
    },
  };
}

function find(request: ArmRequest): RoleAssignment | undefined {
  const found = roleAssignments(request.cloud.store).get(param(request, "name").toLowerCase());
  return found?.scope.toLowerCase() === param(request, "scope").toLowerCase() ? found : undefined;
}

function notFound(name: string): ArmError {
  return new ArmError(404, "RoleAssignmentNotFound", `The role assignment '${name}' is not found.`);
}

/** Without a type ARM asks the directory, and a fresh principal may not be there yet. */
function principalTypeOf(request: ArmRequest, id: string, said: (typeof types)[number] | null | undefined) {
  const principal = new Directory(request.cloud.store).principal(id);
  if (said && principal && principal.type !== said) {
    throw armErrors.badRequest(
      `The PrincipalId '${id}' has type '${principal.type}' , which is different from specified PrinciaplType '${said}'.`,
      "UnmatchedPrincipalType",
    );
  }
  if (!said && !principal) {
    throw armErrors.badRequest(
      `Principal ${id.replaceAll("-", "")} does not exist in the directory ${seed.tenantId}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.`,
      "PrincipalNotFound",
    );
  }
  return said ?? principal?.type ?? "ServicePrincipal";
}

function put(request: ArmRequest) {
  const { cloud, caller } = request;
  const name = param(request, "name").toLowerCase();
  const scope = param(request, "scope");
  requireAction(request, `${action}/write`, scope);
  const [, group] = /\/resourceGroups\/([^/]+)/i.exec(scope) ?? [];
  if (group !== undefined && !resourceGroups(cloud.store).get(group.toLowerCase()))
    throw armErrors.groupNotFound(group);
  if (!guid.test(name)) {
    throw armErrors.badRequest(
      `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`,
      "InvalidRoleAssignmentId",
    );
  }
  const { properties } = bodyOf(request, bodySchema);
  const role = roleById(properties.roleDefinitionId);
  if (!role) {
    throw armErrors.badRequest(
      `The specified role definition with ID '${properties.roleDefinitionId.split("/").pop() ?? ""}' does not exist.`,
      "RoleDefinitionDoesNotExist",
    );
  }
  const principalId = properties.principalId.toLowerCase();
  const principalType = principalTypeOf(request, principalId, properties.principalType);
  const all = roleAssignments(cloud.store);
  const existing = all.get(name);
  const same = (one: RoleAssignment) =>
    one.scope.toLowerCase() === scope.toLowerCase() && one.principalId === principalId && one.roleId === role.id;
  if (existing && !same(existing)) {
    throw armErrors.badRequest(
      "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
      "RoleAssignmentUpdateNotPermitted",
    );
  }
  if (!existing && all.values().some(same)) {
    throw armErrors.conflict("RoleAssignmentExists", "The role assignment already exists.");
  }
  const assignment: RoleAssignment = {
    name,
    scope: existing?.scope ?? scope,
    roleId: role.id,
    principalId,
    principalType,
    description: properties.description ?? null,
    condition: properties.condition ?? null,
    conditionVersion: properties.conditionVersion ?? null,
    createdAt: existing?.createdAt ?? cloud.clock.now().getTime(),
    createdBy: existing?.createdBy ?? caller.oid,
  };
  all.put(name, assignment);
  return { status: existing ? 200 : 201, body: view(assignment) };
}

/** Lists at a scope: those above and at it, and, without `atScope()`, those below. */
function list(request: ArmRequest) {
  const scope = param(request, "scope") || "/";
  requireAction(request, `${action}/read`, scope);
  const filter = request.query.$filter ?? "";
  const wanted = /(?:principalId eq|assignedTo\()\s*'([^']+)'/i.exec(filter)?.[1]?.toLowerCase();
  const identities = wanted === undefined ? [] : new Directory(request.cloud.store).identities(wanted);
  const accepted = /assignedTo/i.test(filter) ? identities : [wanted];
  const below = !/atScope\(\)/i.test(filter);
  const found = roleAssignments(request.cloud.store)
    .values()
    .filter((one) => isWithin(scope, one.scope) || (below && isWithin(one.scope, scope)))
    .filter(({ principalId }) => wanted === undefined || accepted.includes(principalId));
  return ok({ value: found.map(view) });
}

function roleView(role: RoleDefinition): Record<string, unknown> {
  const { id, name, description, ...permissions } = role;
  return {
    id: `/subscriptions/${seed.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${id}`,
    name: id,
    type: "Microsoft.Authorization/roleDefinitions",
    properties: {
      roleName: name,
      type: "BuiltInRole",
      description,
      assignableScopes: ["/"],
      permissions: [permissions],
    },
  };
}

/**
 * What the caller may do at a scope, an entry for each assignment that reaches it. An assignment with a condition is left
 * out, as it is when something is done.
 */
function permissions({ cloud, caller, params }: ArmRequest) {
  const scope = decodeURIComponent(params.scope ?? "") || "/";
  const identities = new Directory(cloud.store).identities(caller.oid);
  const reaching = roleAssignments(cloud.store)
    .values()
    .filter((one) => identities.includes(one.principalId) && one.condition === null && isWithin(scope, one.scope));
  const value = reaching.flatMap(({ roleId }) => {
    const role = roleById(roleId);
    if (!role) return [];
    const { actions, notActions, dataActions, notDataActions } = role;
    return [{ actions, notActions, dataActions, notDataActions }];
  });
  return ok({ value });
}

const one = underScope(`/providers/${action}/{name}`);

export const assignmentRoutes: ArmRoute[] = [
  { method: "PUT", pattern: one, handle: put },
  {
    method: "GET",
    pattern: one,
    handle: (request) => {
      requireAction(request, `${action}/read`, param(request, "scope"));
      const found = find(request);
      if (!found) throw notFound(param(request, "name"));
      return ok(view(found));
    },
  },
  {
    method: "DELETE",
    pattern: one,
    handle: (request) => {
      requireAction(request, `${action}/delete`, param(request, "scope"));
      const found = find(request);
      if (!found) return { status: 204 };
      roleAssignments(request.cloud.store).delete(found.name);
      return ok(view(found));
    },
  },
  { method: "GET", pattern: underScope(`/providers/${action}`), handle: list },
  // Source: https://learn.microsoft.com/rest/api/authorization/permissions
  { method: "GET", pattern: underScope("/providers/Microsoft.Authorization/permissions"), handle: permissions },
  {
    method: "GET",
    pattern: underScope("/providers/Microsoft.Authorization/roleDefinitions"),
    handle: (request) => {
      const name = /roleName eq '([^']+)'/i.exec(request.query.$filter ?? "")?.[1]?.toLowerCase();
      const found = builtInRoles.filter((role) => name === undefined || role.name.toLowerCase() === name);
      return ok({ value: found.map(roleView) });
    },
  },
  {
    method: "GET",
    pattern: underScope("/providers/Microsoft.Authorization/roleDefinitions/{name}"),
    handle: (request) => {
      const role = roleById(param(request, "name"));
      if (!role) {
        throw new ArmError(
          404,
          "RoleDefinitionDoesNotExist",
          `The specified role definition with ID '${param(request, "name")}' does not exist.`,
        );
      }
      return ok(roleView(role));
    },
  },
];
