import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Caller, Cloud } from "../service";
import { callerOf, filteredEnvironment, personOf, requireDatedVersion } from "./access";
import { parseBody } from "./body";
import { type Connector, connectorId, connectors, connectorView, internalName } from "./connectorModel";
import { bodySchema, described } from "./connectorWrite";
import { definitionProblems, definitionSchema, definitionWarnings, serviceUrlProblem } from "./definition";
import { powerPlatformErrors } from "./errors";
import { audiences, type Environment } from "./hosts";
import { mayEdit, modified, permissionViews, roleOf } from "./permissions";
import { newContainer } from "./storage";

const base = "/providers/Microsoft.PowerApps";
interface Named {
  Params: { name: string };
}

/** Checks what create and update have in common. @throws PowerPlatformError 400 */
function checked(request: FastifyRequest, environment: Environment) {
  const { properties } = parseBody(request, bodySchema);
  const { environment: said, backendService, openApiDefinition } = properties;
  if (said.name.toLowerCase() !== environment.name.toLowerCase()) {
    throw powerPlatformErrors.invalid(`The body names environment '${said.name}', the filter '${environment.name}'.`);
  }
  const problems = definitionProblems(openApiDefinition);
  if (problems.length > 0) throw powerPlatformErrors.invalid(problems.join("\r\n"), "InvalidOpenApiDefinition");
  const definition = definitionSchema.parse(openApiDefinition);
  const mismatch = serviceUrlProblem(backendService.serviceUrl, definition);
  if (mismatch !== undefined) throw powerPlatformErrors.invalid(mismatch, "InvalidBackendServiceUrl");
  return { properties, definition };
}

/** Custom connectors at the Power Apps resource provider, as the portal and `paconn` use it. */
export function connectorRoutes(app: FastifyInstance, cloud: Cloud): void {
  const all = connectors(cloud.store);
  const enter = async (request: FastifyRequest): Promise<Caller> => {
    const caller = await callerOf(cloud, request, audiences.powerApps);
    requireDatedVersion(request);
    return caller;
  };
  const find = (request: FastifyRequest<Named>, environment: Environment): Connector => {
    const connector = all.get(request.params.name.toLowerCase());
    if (connector?.environment === environment.name) return connector;
    throw powerPlatformErrors.connectorNotFound(request.params.name);
  };
  const require = (connector: Connector, caller: Caller, edit: boolean): Connector => {
    const role = roleOf(cloud, connector, caller);
    if (edit ? mayEdit(role) : role !== undefined) return connector;
    throw powerPlatformErrors.connectorForbidden(caller.oid, connector.name);
  };

  app.post(`${base}/apis`, async (request, reply) => {
    const caller = await enter(request);
    const environment = filteredEnvironment(request);
    const { properties, definition } = checked(request, environment);
    if (properties.displayName === undefined) throw powerPlatformErrors.invalid("properties.displayName is required.");
    if (cloud.knobs.get().strictPortalRules) {
      const warnings = definitionWarnings(definition);
      if (warnings.length > 0) throw powerPlatformErrors.invalid(warnings.join("\r\n"), "InvalidOpenApiDefinition");
    }
    const name = internalName(properties.displayName, environment.name);
    if (all.get(name)) throw powerPlatformErrors.connectorExists(properties.displayName);
    const person = personOf(cloud, caller);
    const now = cloud.clock.now().toISOString();
    const connector: Connector = {
      name,
      environment: environment.name,
      displayName: properties.displayName,
      definition,
      ...described(cloud, name, properties),
      createdBy: person,
      modifiedBy: person,
      createdTime: now,
      changedTime: now,
      permissions: [{ principalId: caller.oid, principalType: person.type, roleName: "Owner" }],
    };
    all.put(name, connector);
    return reply.code(201).send(connectorView(cloud, connector));
  });

  app.get(`${base}/apis`, async (request) => {
    const caller = await enter(request);
    const environment = filteredEnvironment(request);
    const visible = all
      .values()
      .filter((connector) => connector.environment === environment.name && roleOf(cloud, connector, caller));
    return { value: visible.map((connector) => connectorView(cloud, connector)) };
  });

  app.get<Named>(`${base}/apis/:name`, async (request) => {
    const caller = await enter(request);
    return connectorView(cloud, require(find(request, filteredEnvironment(request)), caller, false));
  });

  app.patch<Named>(`${base}/apis/:name`, async (request) => {
    const caller = await enter(request);
    const environment = filteredEnvironment(request);
    const connector = require(find(request, environment), caller, true);
    const { properties, definition } = checked(request, environment);
    if (properties.displayName !== undefined) {
      throw powerPlatformErrors.invalid("The display name of an API cannot be updated.", "CannotUpdateApiDisplayName");
    }
    if (properties.stackOwner !== undefined) {
      throw powerPlatformErrors.invalid("The property 'stackOwner' cannot be updated.", "CannotUpdateApiStackOwner");
    }
    const changed: Connector = {
      ...connector,
      definition,
      ...described(cloud, connector.name, properties, connector),
      modifiedBy: personOf(cloud, caller),
      changedTime: cloud.clock.now().toISOString(),
    };
    all.put(connector.name, changed);
    return connectorView(cloud, changed);
  });

  app.delete<Named>(`${base}/apis/:name`, async (request, reply) => {
    const caller = await enter(request);
    const connector = require(find(request, filteredEnvironment(request)), caller, true);
    all.delete(connector.name);
    return reply.code(200).send();
  });

  app.get<Named>(`${base}/apis/:name/permissions`, async (request) => {
    const caller = await enter(request);
    const connector = require(find(request, filteredEnvironment(request)), caller, false);
    return permissionViews(connectorId(connector.name), connector.permissions, cloud);
  });
  app.post<Named>(`${base}/apis/:name/modifyPermissions`, async (request, reply) => {
    const caller = await enter(request);
    const connector = require(find(request, filteredEnvironment(request)), caller, true);
    all.put(connector.name, { ...connector, permissions: modified(cloud, request, connector) });
    return reply.code(200).send();
  });

  for (const owner of ["objectIds/:oid", "objectIds"]) {
    app.post(`${base}/${owner}/validateApiSwagger`, async (request, reply) => {
      await enter(request);
      const problems = definitionProblems(request.body);
      const certify = (request.query as Record<string, string>).enableConnectorCertificationRules === "true";
      const warnings = certify && problems.length === 0 ? definitionWarnings(definitionSchema.parse(request.body)) : [];
      return reply.type("application/json").send(JSON.stringify([...problems, ...warnings].join("\r\n")));
    });
    app.post(`${base}/${owner}/generateResourceStorage`, async (request) => {
      await enter(request);
      parseBody(request, z.object({ environment: z.looseObject({ name: z.string() }) }));
      return { sharedAccessSignature: newContainer(cloud) };
    });
  }
}
