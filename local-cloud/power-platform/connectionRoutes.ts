import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Caller, Cloud } from "../service";
import {
  callerOf,
  existing,
  filteredEnvironment,
  hostEnvironment,
  personOf,
  requireConnectivityVersion,
  requireDatedVersion,
} from "./access";
import { parseBody } from "./body";
import {
  acceptedValues,
  type Connection,
  connectionId,
  connectionKey,
  connections,
  connectionView,
  declaredParameters,
  signInSettings,
} from "./connectionModel";
import { type Connector, connectors } from "./connectorModel";
import { powerPlatformErrors } from "./errors";
import { audiences, type Environment } from "./hosts";
import { mayEdit, modified, permissionViews, roleOf } from "./permissions";

const bodySchema = z.object({
  properties: z.object({
    displayName: z.string().max(200).optional(),
    environment: z.looseObject({ name: z.string() }).optional(),
    connectionParametersSet: z
      .object({ name: z.string(), values: z.record(z.string(), z.object({ value: z.string() })).default({}) })
      .optional(),
    connectionParameters: z.record(z.string(), z.string()).optional(),
  }),
});

interface Named {
  Params: { connector: string; name: string };
}

/** Where connections are served: below these paths, for tokens of this audience. */
interface Place {
  connections: string;
  audience: readonly string[];
  /** Path of the list of all connections of the environment, where there is one. */
  list?: string;
  requireVersion(request: FastifyRequest): void;
  environment(request: FastifyRequest): Environment;
}

const powerApps: Place = {
  connections: "/providers/Microsoft.PowerApps/apis/:connector/connections",
  audience: audiences.powerApps,
  requireVersion: requireDatedVersion,
  environment: filteredEnvironment,
};

const environmentHost: Place = {
  connections: "/connectivity/connectors/:connector/connections",
  list: "/connectivity/connections",
  audience: audiences.powerPlatform,
  requireVersion: requireConnectivityVersion,
  environment: (request) => {
    const environment = hostEnvironment(request);
    if (filteredEnvironment(request).name === environment.name) return environment;
    throw powerPlatformErrors.invalid("The filter names another environment than the host.", "EnvironmentMismatch");
  },
};

function routesAt(place: Place, app: FastifyInstance, cloud: Cloud): void {
  const all = connections(cloud.store);
  const enter = async (request: FastifyRequest): Promise<Caller> => {
    const caller = await callerOf(cloud, request, place.audience);
    place.requireVersion(request);
    return caller;
  };
  const find = (request: FastifyRequest<Named>): Connection => {
    const { connector, name } = request.params;
    const connection = all.get(connectionKey(connector, name));
    if (connection?.environment === place.environment(request).name) return connection;
    throw powerPlatformErrors.connectionNotFound(name, connector);
  };
  const require = (connection: Connection, caller: Caller, edit: boolean): Connection => {
    const role = roleOf(cloud, connection, caller);
    if (edit ? mayEdit(role) : role !== undefined) return connection;
    throw powerPlatformErrors.connectionForbidden(caller.oid, connection.name, connection.connector);
  };
  const connectorOf = (name: string): Connector | undefined => connectors(cloud.store).get(name.toLowerCase());

  app.put<Named>(`${place.connections}/:name`, async (request, reply) => {
    const caller = await enter(request);
    const environment = place.environment(request);
    const { name } = request.params;
    const connector = connectorOf(request.params.connector);
    if (connector?.environment !== environment.name) {
      throw powerPlatformErrors.connectorNotFound(request.params.connector);
    }
    if (!/^[0-9a-z-]{1,64}$/i.test(name)) throw powerPlatformErrors.invalid(`'${name}' is not a connection's name.`);
    const before = all.get(connectionKey(connector.name, name));
    if (before) require(before, caller, true);
    else if (!roleOf(cloud, connector, caller))
      throw powerPlatformErrors.connectorForbidden(caller.oid, connector.name);
    const { properties } = parseBody(request, bodySchema);
    const { connectionParametersSet: set, connectionParameters = {} } = properties;
    const declared = declaredParameters(connector, set?.name);
    const given = set
      ? Object.fromEntries(Object.entries(set.values).map(([key, { value }]) => [key, value]))
      : connectionParameters;
    const metadata = connector.connectionParameterSets?.values.find((one) => one.name === set?.name)?.metadata;
    const settings = signInSettings(declared);
    const now = cloud.clock.now().toISOString();
    const person = personOf(cloud, caller);
    const connection: Connection = {
      name: before?.name ?? name,
      connector: connector.name,
      environment: environment.name,
      displayName: properties.displayName ?? before?.displayName ?? connector.displayName,
      ...(set ? { parameterSet: set.name } : {}),
      ...acceptedValues(cloud, declared, given),
      ...(settings ? { signIn: settings } : {}),
      allowSharing: metadata?.allowSharing ?? true,
      createdBy: before?.createdBy ?? person,
      createdTime: before?.createdTime ?? now,
      lastModifiedTime: now,
      permissions: before?.permissions ?? [{ principalId: caller.oid, principalType: person.type, roleName: "Owner" }],
    };
    all.put(connectionKey(connector.name, name), connection);
    return reply.code(before ? 200 : 201).send(await connectionView(cloud, connection, connector));
  });

  app.get<Named>(`${place.connections}/:name`, async (request) => {
    const connection = require(find(request), await enter(request), false);
    return connectionView(cloud, connection, connectorOf(connection.connector));
  });

  app.delete<Named>(`${place.connections}/:name`, async (request, reply) => {
    const caller = await enter(request);
    const connection = require(find(request), caller, true);
    all.delete(connectionKey(connection.connector, connection.name));
    return reply.code(200).send();
  });

  app.get<Named>(`${place.connections}/:name/permissions`, async (request) => {
    const caller = await enter(request);
    const connection = require(find(request), caller, false);
    return permissionViews(connectionId(connection), connection.permissions, cloud);
  });

  app.post<Named>(`${place.connections}/:name/modifyPermissions`, async (request, reply) => {
    const caller = await enter(request);
    const connection = require(find(request), caller, true);
    if (!connection.allowSharing) {
      throw powerPlatformErrors.invalid(
        "Sharing is disabled for this kind of connection.",
        "ConnectionSharingDisabled",
      );
    }
    const permissions = modified(cloud, request, connection);
    all.put(connectionKey(connection.connector, connection.name), { ...connection, permissions });
    return reply.code(200).send({});
  });

  const list = async (request: FastifyRequest, environment: Environment, connector?: string) => {
    const caller = await enter(request);
    const visible = all
      .values()
      .filter((one) => one.environment === environment.name && roleOf(cloud, one, caller))
      .filter((one) => connector === undefined || one.connector === connector.toLowerCase());
    const value = await Promise.all(visible.map((one) => connectionView(cloud, one, connectorOf(one.connector))));
    return { value };
  };
  app.get<Named>(place.connections, (request) => list(request, place.environment(request), request.params.connector));
  if (place.list !== undefined) app.get(place.list, (request) => list(request, hostEnvironment(request)));
}

/** Connections at the Power Apps resource provider; of everybody for the administrators. */
export function powerAppsConnectionRoutes(app: FastifyInstance, cloud: Cloud): void {
  routesAt(powerApps, app, cloud);
  const path = "/providers/Microsoft.PowerApps/scopes/admin/environments/:environment/connections";
  app.get<{ Params: { environment: string } }>(path, async (request) => {
    const caller = await callerOf(cloud, request, audiences.powerApps);
    requireDatedVersion(request);
    if (caller.idtyp !== "app") throw powerPlatformErrors.notRegistered(caller.oid, request.url.split("?")[0] ?? "");
    const { name } = existing(request.params.environment);
    const ofEnvironment = connections(cloud.store)
      .values()
      .filter(({ environment }) => environment === name);
    const connectorOf = (connector: string) => connectors(cloud.store).get(connector.toLowerCase());
    const value = ofEnvironment.map((one) => connectionView(cloud, one, connectorOf(one.connector)));
    return { value: await Promise.all(value) };
  });
}

/** Connections at the Power Platform API's host of an environment. */
export function environmentConnectionRoutes(app: FastifyInstance, cloud: Cloud): void {
  routesAt(environmentHost, app, cloud);
}
