import crypto from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type Entity, type GraphContext, type GraphRequest, noContent } from "./context";
import type { Group } from "./directory";
import { graphErrors } from "./errors";

const newGroupSchema = z.object({
  displayName: z.string().min(1).max(256),
  mailNickname: z.string().min(1).max(64),
  mailEnabled: z.boolean(),
  securityEnabled: z.boolean(),
  description: z.string().nullish(),
});
const changesSchema = newGroupSchema.partial();

function groupView({ id, displayName, ...group }: Group): Entity {
  return {
    id,
    displayName,
    description: group.description ?? null,
    securityEnabled: true,
    mailEnabled: false,
    groupTypes: [],
    mailNickname: group.mailNickname ?? displayName.toLowerCase(),
    createdDateTime: group.createdDateTime ?? "2026-01-01T00:00:00Z",
  };
}

/** Security groups and their members: https://learn.microsoft.com/graph/api/resources/group */
export function groupRoutes(app: FastifyInstance, context: GraphContext): void {
  const { directory, cloud } = context;
  const base = `/${context.version}/groups`;

  const find = (request: GraphRequest): Group => {
    const group = directory.groups.get(request.params.id.toLowerCase());
    if (!group) throw graphErrors.notFound(request.params.id);
    return group;
  };
  const save = (group: Group) => {
    directory.groups.put(group.id, group);
  };
  const changesOf = <T>(request: GraphRequest, schema: z.ZodType<T>): T => {
    const parsed = schema.safeParse(request.body);
    if (parsed.success) return parsed.data;
    const names = parsed.error.issues.map(({ path }) => `'${path.join(".")}'`).join(", ");
    throw graphErrors.badRequest(`A value is missing or invalid for property ${names} of resource 'Group'.`);
  };

  app.get(base, async (request: GraphRequest) => {
    await context.caller(request);
    return context.list(directory.groups.values().map(groupView), "groups", request);
  });
  app.get(`${base}/$count`, async (request: GraphRequest) => {
    await context.caller(request);
    return context.count(directory.groups.values().map(groupView), "groups", request);
  });
  app.post(base, async (request: GraphRequest, reply) => {
    await context.writer(request);
    const { displayName, mailNickname, mailEnabled, securityEnabled, description } = changesOf(request, newGroupSchema);
    if (mailEnabled || !securityEnabled) {
      throw graphErrors.badRequest("The service does not currently support writes of mail-enabled groups.");
    }
    const createdDateTime = cloud.clock
      .now()
      .toISOString()
      .replace(/\.\d{3}Z$/, "Z");
    const group: Group = {
      id: crypto.randomUUID(),
      displayName,
      mailNickname,
      description: description ?? null,
      createdDateTime,
      memberIds: [],
    };
    save(group);
    return reply.code(201).send(context.one(groupView(group), "groups", request));
  });
  app.get(`${base}/:id`, async (request: GraphRequest) => {
    await context.caller(request);
    return context.one(groupView(find(request)), "groups", request);
  });
  app.patch(`${base}/:id`, async (request: GraphRequest, reply) => {
    await context.writer(request);
    const { displayName, mailNickname, description } = changesOf(request, changesSchema);
    const group = find(request);
    save({
      ...group,
      displayName: displayName ?? group.displayName,
      ...(mailNickname === undefined ? {} : { mailNickname }),
      ...(description === undefined ? {} : { description }),
    });
    return noContent(reply);
  });
  app.delete(`${base}/:id`, async (request: GraphRequest, reply) => {
    await context.writer(request);
    directory.groups.delete(find(request).id);
    return noContent(reply);
  });

  app.get(`${base}/:id/members`, async (request: GraphRequest) => {
    await context.caller(request);
    return context.list(context.objects(find(request).memberIds), "directoryObjects", request);
  });
  app.post(`${base}/:id/members/$ref`, async (request: GraphRequest, reply) => {
    await context.writer(request);
    const group = find(request);
    const [member = ""] = context.boundIds([context.body(request)["@odata.id"]]);
    if (group.memberIds.includes(member)) {
      throw graphErrors.badRequest(
        "One or more added object references already exist for the following modified properties: 'members'.",
      );
    }
    save({ ...group, memberIds: [...group.memberIds, member] });
    return noContent(reply);
  });
  app.delete(`${base}/:id/members/:other/$ref`, async (request: GraphRequest, reply) => {
    await context.writer(request);
    const group = find(request);
    const { other } = request.params;
    if (!group.memberIds.includes(other)) throw graphErrors.notFound(other);
    save({ ...group, memberIds: group.memberIds.filter((id) => id !== other) });
    return noContent(reply);
  });

  for (const kind of ["servicePrincipals", "users", "groups"]) {
    for (const relation of ["memberOf", "transitiveMemberOf"]) {
      app.get(`/${context.version}/${kind}/:id/${relation}`, async (request: GraphRequest) => {
        await context.caller(request);
        const { id } = request.params;
        if (!directory.principal(id)) throw graphErrors.notFound(id);
        const groups = directory.groups.values().filter(({ memberIds }) => memberIds.includes(id));
        const shown = groups.map((group) => ({ "@odata.type": "#microsoft.graph.group", ...groupView(group) }));
        return context.list(shown, "directoryObjects", request);
      });
    }
  }
}
