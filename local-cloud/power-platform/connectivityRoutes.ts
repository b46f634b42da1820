import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Cloud } from "../service";
import { callerOf, existing, hostEnvironment, requireConnectivityVersion } from "./access";
import { connections, connectionView } from "./connectionModel";
import { connectors, connectorView } from "./connectorModel";
import { powerPlatformErrors } from "./errors";
import { audiences, type Environment } from "./hosts";
import { roleOf } from "./permissions";

interface Named {
  Params: { environment: string; name: string };
}

/** What the newer API reads. Nobody has seen it write connectors. */
function reader(cloud: Cloud) {
  const enter = async (request: FastifyRequest) => {
    const caller = await callerOf(cloud, request, audiences.powerPlatform);
    requireConnectivityVersion(request);
    return caller;
  };
  const visible = async (request: FastifyRequest, environment: Environment) => {
    const caller = await enter(request);
    return connectors(cloud.store)
      .values()
      .filter((one) => one.environment === environment.name && roleOf(cloud, one, caller));
  };
  return {
    enter,
    list: async (request: FastifyRequest, environment: Environment) => ({
      value: (await visible(request, environment)).map((one) => connectorView(cloud, one)),
    }),
    one: async (request: FastifyRequest<Named>, environment: Environment) => {
      const wanted = request.params.name.toLowerCase();
      const connector = (await visible(request, environment)).find(({ name }) => name === wanted);
      if (!connector) throw powerPlatformErrors.connectorNotFound(request.params.name);
      return connectorView(cloud, connector);
    },
  };
}

/** Connectors at the host of an environment: https://learn.microsoft.com/rest/api/power-platform/connectivity */
export function environmentConnectorRoutes(app: FastifyInstance, cloud: Cloud): void {
  const { list, one } = reader(cloud);
  app.get("/connectivity/connectors", (request) => list(request, hostEnvironment(request)));
  app.get<Named>("/connectivity/connectors/:name", (request) => one(request, hostEnvironment(request)));
}

/** The documented reads at the common host of the Power Platform API. */
export function powerPlatformRoutes(app: FastifyInstance, cloud: Cloud): void {
  const { enter, list, one } = reader(cloud);
  const base = "/connectivity/environments/:environment";
  app.get<Named>(`${base}/connectors`, (request) => list(request, existing(request.params.environment)));
  app.get<Named>(`${base}/connectors/:name`, (request) => one(request, existing(request.params.environment)));
  app.get<Named>(`${base}/connections`, async (request) => {
    const caller = await enter(request);
    const { name } = existing(request.params.environment);
    const own = connections(cloud.store)
      .values()
      .filter((connection) => connection.environment === name && roleOf(cloud, connection, caller));
    return { value: await Promise.all(own.map((connection) => connectionView(cloud, connection))) };
  });
}
