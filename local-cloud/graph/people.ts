import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { seed } from "../seed";
import { type Entity, type GraphContext, type GraphRequest, noContent } from "./context";
import type { Application, User } from "./directory";
import { graphErrors } from "./errors";
import { applicationView } from "./views";

function userView({ id, displayName, userPrincipalName }: User): Entity {
  const [givenName, surname] = displayName.split(" ");
  return {
    id,
    displayName,
    givenName,
    surname,
    userPrincipalName,
    mail: userPrincipalName,
    accountEnabled: true,
    userType: "Member",
  };
}

interface DeletedApplication {
  application: Application;
  deletedDateTime: string;
}

/** Users, the organization, objects by id, and what was deleted. */
export function peopleRoutes(app: FastifyInstance, context: GraphContext): void {
  const { directory, cloud } = context;
  const base = `/${context.version}`;
  const deleted = cloud.store.collection<DeletedApplication>("deletedApplications");

  const findUser = (id: string): User => {
    const user = directory.users.get(id.toLowerCase()) ?? directory.userByName(id);
    if (!user) throw graphErrors.notFound(id);
    return user;
  };
  app.get(`${base}/me`, async (request: GraphRequest) => {
    const caller = await context.caller(request);
    if (caller.idtyp === "app")
      throw graphErrors.badRequest("/me request is only valid with delegated authentication flow.");
    return context.one(userView(findUser(caller.oid)), "users", request);
  });
  app.get(`${base}/users`, async (request: GraphRequest) => {
    await context.caller(request);
    return context.list(directory.users.values().map(userView), "users", request);
  });
  app.get(`${base}/users/$count`, async (request: GraphRequest) => {
    await context.caller(request);
    return context.count(directory.users.values().map(userView), "users", request);
  });
  app.get(`${base}/users/:id`, async (request: GraphRequest) => {
    await context.caller(request);
    return context.one(userView(findUser(request.params.id)), "users", request);
  });
  app.get(`${base}/organization`, async (request: GraphRequest) => {
    await context.caller(request);
    const verifiedDomains = [{ name: seed.tenantDomain, isDefault: true, isInitial: true, type: "Managed" }];
    return context.list(
      [{ id: seed.tenantId, displayName: seed.tenantName, verifiedDomains }],
      "organization",
      request,
    );
  });

  app.get(`${base}/directoryObjects/:id`, async (request: GraphRequest) => {
    await context.caller(request);
    const [found] = context.objects([request.params.id.toLowerCase()]);
    if (!found) throw graphErrors.notFound(request.params.id);
    return context.one(found, "directoryObjects", request);
  });
  app.post(`${base}/directoryObjects/getByIds`, async (request: GraphRequest) => {
    await context.caller(request);
    const parsed = z.object({ ids: z.array(z.string()) }).safeParse(request.body);
    if (!parsed.success) throw graphErrors.badRequest("A list 'ids' is expected.");
    return context.list(context.objects(parsed.data.ids), "directoryObjects", request);
  });

  const items = `${base}/directory/deletedItems`;
  const deletedView = ({ application, deletedDateTime }: DeletedApplication) => ({
    "@odata.type": "#microsoft.graph.application",
    ...applicationView(application),
    deletedDateTime,
  });
  // The name of the type may be given with and without its namespace's first part.
  for (const type of ["microsoft.graph.application", "graph.application"]) {
    app.get(`${items}/${type}`, async (request: GraphRequest) => {
      await context.caller(request);
      return context.list(deleted.values().map(deletedView), "applications", request);
    });
  }
  app.get(`${items}/:id`, async (request: GraphRequest) => {
    await context.caller(request);
    const found = deleted.get(request.params.id.toLowerCase());
    if (!found) throw graphErrors.notFound(request.params.id);
    return context.one(deletedView(found), "directoryObjects", request);
  });
  app.delete(`${items}/:id`, async (request: GraphRequest, reply) => {
    await context.writer(request);
    if (!deleted.delete(request.params.id.toLowerCase())) throw graphErrors.notFound(request.params.id);
    return noContent(reply);
  });
  app.post(`${items}/:id/restore`, async (request: GraphRequest) => {
    await context.writer(request);
    const found = deleted.get(request.params.id.toLowerCase());
    if (!found) throw graphErrors.notFound(request.params.id);
    deleted.delete(found.application.id);
    directory.applications.put(found.application.id, found.application);
    return context.one(applicationView(found.application), "directoryObjects", request);
  });
}
