import crypto from "node:crypto";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { type Entity, type GraphContext, type GraphRequest, noContent } from "./context";
import { type AppRoleAssignment, appRoleAssignments } from "./directory";
import { graphErrors } from "./errors";

const assignmentSchema = z.object({ principalId: z.guid(), resourceId: z.guid(), appRoleId: z.guid() });
const grantSchema = z.object({
  clientId: z.guid(),
  resourceId: z.guid(),
  consentType: z.enum(["AllPrincipals", "Principal"]),
  principalId: z.guid().nullish(),
  scope: z.string().nullish(),
});

const shown = (assignments: AppRoleAssignment[]): Entity[] => assignments.map((one) => ({ ...one }));

/** App role assignments and delegated permission grants: what is consented to whom. */
export function grantRoutes(app: FastifyInstance, context: GraphContext): void {
  const { cloud, directory } = context;
  const assignments = appRoleAssignments(cloud.store);
  const grants = cloud.store.collection<Entity>("oauth2PermissionGrants");
  const resource = `/${context.version}/servicePrincipals/:id/appRoleAssignedTo`;
  const permissionGrants = `/${context.version}/oauth2PermissionGrants`;

  app.get(resource, async (request: GraphRequest) => {
    await context.caller(request);
    const found = assignments.values().filter(({ resourceId }) => resourceId === request.params.id);
    return context.list(shown(found), "appRoleAssignments", request);
  });
  app.get(`/${context.version}/servicePrincipals/:id/appRoleAssignments`, async (request: GraphRequest) => {
    await context.caller(request);
    const found = assignments.values().filter(({ principalId }) => principalId === request.params.id);
    return context.list(shown(found), "appRoleAssignments", request);
  });
  const give = async (request: GraphRequest, reply: FastifyReply) => {
    await context.writer(request);
    const parsed = assignmentSchema.safeParse(request.body);
    if (!parsed.success)
      throw graphErrors.badRequest("An appRoleAssignment needs principalId, resourceId and appRoleId.");
    const principal = directory.principal(parsed.data.principalId);
    const target = directory.principal(parsed.data.resourceId);
    if (!principal) throw graphErrors.notFound(parsed.data.principalId);
    if (!target) throw graphErrors.notFound(parsed.data.resourceId);
    const same = assignments
      .values()
      .some((one) =>
        (["principalId", "resourceId", "appRoleId"] as const).every((name) => one[name] === parsed.data[name]),
      );
    if (same) throw graphErrors.badRequest("Permission being assigned already exists on the object");
    const assignment = {
      ...parsed.data,
      id: crypto.randomBytes(32).toString("base64url"),
      createdDateTime: cloud.clock.now().toISOString(),
      principalType: principal.type,
      principalDisplayName: principal.displayName,
      resourceDisplayName: target.displayName,
    };
    assignments.put(assignment.id, assignment);
    return reply.code(201).send(context.one({ ...assignment }, "appRoleAssignments", request));
  };
  // From either side: of the one who is given the role, and of the resource that has it.
  app.post(resource, give);
  app.post(`/${context.version}/servicePrincipals/:id/appRoleAssignments`, give);
  app.get(`${resource}/:other`, async (request: GraphRequest) => {
    await context.caller(request);
    const found = assignments.get(request.params.other);
    if (!found) throw graphErrors.notFound(request.params.other);
    return context.one({ ...found }, "appRoleAssignments", request);
  });
  app.delete(`${resource}/:other`, async (request: GraphRequest, reply) => {
    await context.writer(request);
    if (!assignments.delete(request.params.other)) throw graphErrors.notFound(request.params.other);
    return noContent(reply);
  });

  app.get(permissionGrants, async (request: GraphRequest) => {
    await context.caller(request);
    return context.list(grants.values(), "oauth2PermissionGrants", request);
  });
  app.post(permissionGrants, async (request: GraphRequest, reply) => {
    await context.writer(request);
    const parsed = grantSchema.safeParse(request.body);
    if (!parsed.success)
      throw graphErrors.badRequest("An oauth2PermissionGrant needs clientId, resourceId and consentType.");
    const grant = { principalId: null, scope: null, ...parsed.data, id: crypto.randomBytes(32).toString("base64url") };
    grants.put(grant.id, grant);
    return reply.code(201).send(context.one(grant, "oauth2PermissionGrants", request));
  });
  app.get(`${permissionGrants}/:id`, async (request: GraphRequest) => {
    await context.caller(request);
    const found = grants.get(request.params.id);
    if (!found) throw graphErrors.notFound(request.params.id);
    return context.one(found, "oauth2PermissionGrants", request);
  });
  app.patch(`${permissionGrants}/:id`, async (request: GraphRequest, reply) => {
    await context.writer(request);
    const found = grants.get(request.params.id);
    if (!found) throw graphErrors.notFound(request.params.id);
    grants.put(request.params.id, { ...found, scope: context.body(request).scope });
    return noContent(reply);
  });
  app.delete(`${permissionGrants}/:id`, async (request: GraphRequest, reply) => {
    await context.writer(request);
    if (!grants.delete(request.params.id)) throw graphErrors.notFound(request.params.id);
    return noContent(reply);
  });
}
