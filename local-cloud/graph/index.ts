import type { FastifyInstance } from "fastify";
import type { Cloud, ListedResource, Service } from "../service";
import { applicationRoutes } from "./applications";
import { batchRoutes } from "./batch";
import { GraphContext } from "./context";
import { Directory, nameOf } from "./directory";
import { GraphError } from "./errors";
import { grantRoutes } from "./grants";
import { groupRoutes } from "./groups";
import { peopleRoutes } from "./people";
import { servicePrincipalRoutes } from "./servicePrincipals";

function routes(app: FastifyInstance, cloud: Cloud): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const known =
      error instanceof GraphError
        ? error
        : error.statusCode === undefined
          ? new GraphError(500, "InternalServerError", "The local cloud failed. This is its mistake, not yours.")
          : new GraphError(error.statusCode, "BadRequest", error.message);
    void reply.code(known.status).send(known.body(cloud.clock.now()));
  });
  app.setNotFoundHandler((request, reply) => {
    const segment = request.url.split("?")[0]?.split("/")[2] ?? "";
    const error = new GraphError(400, "BadRequest", `Resource not found for the segment '${segment}'.`);
    void reply.code(400).send(error.body(cloud.clock.now()));
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (typeof payload === "string" && payload.startsWith("{")) {
      void reply.header(
        "content-type",
        "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8",
      );
    }
    done(null, payload);
  });

  for (const version of ["v1.0", "beta"]) {
    const context = new GraphContext(cloud, version);
    applicationRoutes(app, context);
    servicePrincipalRoutes(app, context);
    grantRoutes(app, context);
    peopleRoutes(app, context);
    groupRoutes(app, context);
    batchRoutes(app, context);
  }
}

function resources(cloud: Cloud): ListedResource[] {
  const directory = new Directory(cloud.store);
  const service = "graph";
  const live = directory.applications.values().filter(({ seeded }) => !seeded);
  const deleted = cloud.store.collection<{ application: (typeof live)[number] }>("deletedApplications").values();
  return [
    ...live.map(({ id, properties }) => ({ service, type: "application", name: nameOf(properties, id), id })),
    ...deleted.map(({ application: { id, properties } }) => ({
      service,
      type: "application",
      name: nameOf(properties, id),
      id,
      softDeleted: true,
    })),
    ...directory.groups
      .values()
      .filter(({ createdDateTime }) => createdDateTime !== undefined)
      .map(({ id, displayName }) => ({ service, type: "group", name: displayName, id })),
    ...directory.servicePrincipals
      .values()
      .filter(({ seeded }) => !seeded)
      .map(({ id, appId }) => ({
        service,
        type: "servicePrincipal",
        name: directory.principal(id)?.displayName ?? appId,
        id,
      })),
  ];
}

/** Microsoft Graph: applications, service principals, and the people of the tenant. */
export const graph: Service = { name: "graph", answersTo: (host) => host === "graph.microsoft.com", routes, resources };
