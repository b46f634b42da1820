import crypto from "node:crypto";
import type { FastifyInstance } from "fastify";
import { type GraphContext, type GraphRequest, noContent } from "./context";
import type { ServicePrincipal } from "./directory";
import { graphErrors } from "./errors";
import { addPassword, removePassword } from "./passwords";
import { patched } from "./query";
import { graphTime, servicePrincipalView } from "./views";

const readOnly = ["id", "appId", "createdDateTime", "displayName", "passwordCredentials", "appOwnerOrganizationId"];

/** Service principals: https://learn.microsoft.com/graph/api/resources/serviceprincipal */
export function servicePrincipalRoutes(app: FastifyInstance, context: GraphContext): void {
  const { directory, cloud } = context;
  const base = `/${context.version}/servicePrincipals`;

  const find = (request: GraphRequest): ServicePrincipal => {
    const { id } = request.params;
    const byClientId = /^\(appId='([^']*)'\)$/i.exec(id)?.[1];
    const found = byClientId
      ? directory.servicePrincipalByClientId(byClientId)
      : directory.servicePrincipals.get(id.toLowerCase());
    if (!found) throw graphErrors.notFound(byClientId ?? id);
    return found;
  };
  const view = (principal: ServicePrincipal) => servicePrincipalView(principal, directory);
  const save = (principal: ServicePrincipal) => {
    directory.servicePrincipals.put(principal.id, principal);
  };

  app.get(base, async (request: GraphRequest) => {
    await context.caller(request);
    return context.list(directory.servicePrincipals.values().map(view), "servicePrincipals", request);
  });
  app.get(`${base}/$count`, async (request: GraphRequest) => {
    await context.caller(request);
    return context.count(directory.servicePrincipals.values().map(view), "servicePrincipals", request);
  });
  app.post(base, async (request: GraphRequest, reply) => {
    const caller = await context.maker(request);
    const { appId, "owners@odata.bind": owners, ...properties } = context.body(request);
    if (typeof appId !== "string" || !directory.applicationByClientId(appId)) {
      throw graphErrors.badRequest(
        `The appId '${String(appId)}' of the service principal does not reference a valid application object.`,
      );
    }
    if (directory.servicePrincipalByClientId(appId)) throw graphErrors.conflict("servicePrincipalNames");
    const now = cloud.clock.now();
    const principal: ServicePrincipal = {
      id: crypto.randomUUID(),
      appId,
      createdDateTime: graphTime(now),
      createdAt: now.getTime(),
      properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !name.includes("@odata"))),
      ownerIds: [...new Set([...context.boundIds(owners), caller.oid])],
      passwords: [],
    };
    save(principal);
    return reply.code(201).send(context.one(view(principal), "servicePrincipals", request));
  });

  // Both `/servicePrincipals/{id}` and `/servicePrincipals(appId='…')`.
  for (const path of [`${base}/:id`, `${base}:id`]) {
    app.get(path, async (request: GraphRequest) => {
      await context.caller(request);
      return context.one(view(find(request)), "servicePrincipals", request);
    });
    app.patch(path, async (request: GraphRequest, reply) => {
      await context.writer(request, () => find(request).ownerIds);
      const principal = find(request);
      const patch = Object.entries(context.body(request)).filter(([name]) => !readOnly.includes(name));
      save({ ...principal, properties: patched(principal.properties, Object.fromEntries(patch)) });
      return noContent(reply);
    });
    app.delete(path, async (request: GraphRequest, reply) => {
      await context.writer(request, () => find(request).ownerIds);
      const principal = find(request);
      if (principal.seeded) throw graphErrors.denied();
      directory.servicePrincipals.delete(principal.id);
      return noContent(reply);
    });
  }

  app.get(`${base}/:id/owners`, async (request: GraphRequest) => {
    await context.caller(request);
    return context.list(context.objects(find(request).ownerIds), "directoryObjects", request);
  });
  app.post(`${base}/:id/owners/$ref`, async (request: GraphRequest, reply) => {
    await context.writer(request, () => find(request).ownerIds);
    const principal = find(request);
    const owners = context.boundIds([context.body(request)["@odata.id"]]);
    save({ ...principal, ownerIds: [...new Set([...principal.ownerIds, ...owners])] });
    return noContent(reply);
  });
  app.delete(`${base}/:id/owners/:other/$ref`, async (request: GraphRequest, reply) => {
    await context.writer(request, () => find(request).ownerIds);
    const principal = find(request);
    if (!principal.ownerIds.includes(request.params.other)) throw graphErrors.notFound(request.params.other);
    save({ ...principal, ownerIds: principal.ownerIds.filter((owner) => owner !== request.params.other) });
    return noContent(reply);
  });

  app.post(`${base}/:id/addPassword`, async (request: GraphRequest) => {
    await context.writer(request, () => find(request).ownerIds);
    const principal = find(request);
    const { password, answer } = addPassword(cloud, request.body);
    save({ ...principal, passwords: [...principal.passwords, password] });
    return answer;
  });
  app.post(`${base}/:id/removePassword`, async (request: GraphRequest, reply) => {
    await context.writer(request, () => find(request).ownerIds);
    const principal = find(request);
    save({ ...principal, passwords: removePassword(principal.passwords, request.body) });
    return noContent(reply);
  });
}
