import crypto from "node:crypto";
import type { FastifyInstance } from "fastify";
import { handOnWhatIsDue } from "../dataverse/sync";
import type { Cloud, ListedResource, Service } from "../service";
import { environmentConnectionRoutes, powerAppsConnectionRoutes } from "./connectionRoutes";
import { connectionId, connections } from "./connectionModel";
import { connectorId, connectors } from "./connectorModel";
import { connectorRoutes } from "./connectorRoutes";
import { environmentConnectorRoutes, powerPlatformRoutes } from "./connectivityRoutes";
import { defaultIconRoutes } from "./defaultIcon";
import { dataPolicyRoutes } from "./dataPolicyRoutes";
import { businessAppPlatformRoutes, flowRoutes, powerAppsEnvironmentRoutes } from "./environmentRoutes";
import { PowerPlatformError } from "./errors";
import { hosts } from "./hosts";
import { runtimeRoutes } from "./runtimeRoutes";
import { storageRoutes } from "./storage";

type Routes = (app: FastifyInstance, cloud: Cloud) => void;

const routesByHost: readonly (readonly [RegExp, ...Routes[]])[] = [
  [hosts.businessAppPlatform, businessAppPlatformRoutes, dataPolicyRoutes],
  [hosts.flow, flowRoutes],
  [hosts.powerApps, powerAppsEnvironmentRoutes, connectorRoutes, powerAppsConnectionRoutes],
  [hosts.powerPlatform, powerPlatformRoutes],
  [hosts.environment, environmentConnectorRoutes, environmentConnectionRoutes],
  [hosts.storage, storageRoutes],
  [hosts.defaultIcons, defaultIconRoutes],
  [hosts.runtime, runtimeRoutes],
];

function routes(app: FastifyInstance, cloud: Cloud): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const known =
      error instanceof PowerPlatformError
        ? error
        : error.statusCode === undefined
          ? new PowerPlatformError(
              500,
              "InternalServerError",
              "The local cloud failed. This is its mistake, not yours.",
            )
          : new PowerPlatformError(error.statusCode, "InvalidRequestContent", error.message);
    void reply.code(known.status).send(known.body());
  });
  // A route that does not exist is answered without a body.
  app.setNotFoundHandler((_request, reply) => {
    void reply.code(404).send();
  });
  app.addHook("onSend", (_request, reply, _payload, done) => {
    const id = crypto.randomUUID();
    if (!reply.hasHeader("x-ms-request-id")) void reply.header("x-ms-request-id", id);
    void reply.headers({ "x-ms-correlation-request-id": id, "cache-control": "no-cache" });
    done();
  });
  // Rows of Dataverse become connectors some time after they are written.
  app.addHook("preHandler", (_request, _reply, done) => {
    handOnWhatIsDue(cloud);
    done();
  });
  for (const [host, ...groups] of routesByHost) {
    for (const register of groups) {
      void app.register((scope, _options, done) => {
        scope.addHook("onRoute", (route) => {
          route.constraints = { ...route.constraints, host };
        });
        register(scope, cloud);
        done();
      });
    }
  }
}

function resources(cloud: Cloud): ListedResource[] {
  return [
    ...connectors(cloud.store)
      .values()
      .map(({ name, displayName }) => ({ type: "connector", name: displayName, id: connectorId(name) })),
    ...connections(cloud.store)
      .values()
      .map((connection) => ({ type: "connection", name: connection.displayName, id: connectionId(connection) })),
  ].map((resource) => ({ service: "power-platform", ...resource }));
}

/** Environments, custom connectors, connections, and the runtime that executes operations. */
export const powerPlatform: Service = {
  name: "power-platform",
  answersTo: (host) => Object.values(hosts).some((pattern) => pattern.test(host)),
  routes,
  resources,
};
