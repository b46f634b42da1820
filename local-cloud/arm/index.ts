import crypto from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { seed } from "../seed";
import { type Caller, type Cloud, type ListedResource, type Service, TokenError } from "../service";
import { identify } from "../serviceApp";
import { assignmentRoutes } from "./assignments";
import { roleAssignments } from "./authorization";
import { ArmError, armErrors } from "./errors";
import { metadata } from "./metadata";
import { resourceGroupRoutes, resourceGroups } from "./resourceGroups";
import { roleById } from "./roles";
import { type ArmRoute, requireSubscription } from "./route";
import { simpleResources } from "./simpleModel";
import { simpleRoutes } from "./simpleRoutes";
import { subscriptionRoutes } from "./subscriptions";
import { vaultSecretRoutes } from "./vaultSecrets";
import { vaultRoutes } from "./vaults";
import { deletedVaults, vaults } from "./vaultModel";

const hosts = ["management.azure.com", "management.core.windows.net"];
const audiences = [...hosts.map((host) => `https://${host}`), "797f4846-ba00-4fd7-ba43-dac1f8f63013"];
const allRoutes: ArmRoute[] = [
  ...subscriptionRoutes,
  ...resourceGroupRoutes,
  ...vaultRoutes,
  ...vaultSecretRoutes,
  ...assignmentRoutes,
  ...simpleRoutes,
];
const apiVersionForm = /^20\d\d-\d\d-\d\d(-[a-z]+)?$/i;

async function callerOf(cloud: Cloud, request: FastifyRequest): Promise<Caller> {
  try {
    return await identify(cloud, request, audiences);
  } catch (error) {
    if (error instanceof TokenError) throw armErrors.unauthenticated(seed.tenantId);
    throw error;
  }
}

function apiVersionOf(query: Record<string, string | undefined>): string {
  const version = query["api-version"];
  if (version === undefined || version === "") throw armErrors.missingApiVersion();
  if (!apiVersionForm.test(version)) throw armErrors.invalidApiVersion(version);
  return version;
}

function routes(app: FastifyInstance, cloud: Cloud): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const known =
      error instanceof ArmError
        ? error
        : error.statusCode === undefined
          ? new ArmError(500, "InternalServerError", "The local cloud failed. This is its mistake, not yours.")
          : new ArmError(error.statusCode, "InvalidRequestContent", error.message);
    void reply.code(known.status).headers(known.headers).send(known.body());
  });
  app.addHook("onSend", (_request, reply, _payload, done) => {
    const id = crypto.randomUUID();
    void reply.headers({ "x-ms-request-id": id, "x-ms-correlation-request-id": id, "cache-control": "no-cache" });
    done();
  });

  app.get("/metadata/endpoints", (request) => metadata(apiVersionOf(request.query as Record<string, string>)));
  app.route({
    method: ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"],
    url: "/*",
    handler: async (request, reply) => {
      const query = request.query as Record<string, string | undefined>;
      const path = (request.url.split("?")[0] ?? "").replace(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");
      const caller = await callerOf(cloud, request);
      apiVersionOf(query);
      for (const { method, pattern, handle } of allRoutes) {
        const match = method === request.method ? pattern.exec(path) : null;
        if (!match) continue;
        const params = { ...match.groups };
        requireSubscription(params);
        const answer = await handle({ cloud, caller, method, path, params, query, body: request.body, reply });
        return reply
          .code(answer.status)
          .headers(answer.headers ?? {})
          .send(answer.body);
      }
      throw armErrors.invalidType(path);
    },
  });
}

/** `Microsoft.Insights/actionGroups` → `actionGroup` */
const singular = (type: string) => (type.split("/").pop() ?? type).replace(/s$/, "");

function resources(cloud: Cloud): ListedResource[] {
  const service = "arm";
  const vaultType = "vault";
  return [
    ...resourceGroups(cloud.store)
      .values()
      .map(({ id, name }) => ({ service, type: "resourceGroup", name, id })),
    ...vaults(cloud.store)
      .values()
      .map(({ id, name }) => ({ service, type: vaultType, name, id })),
    ...deletedVaults(cloud)
      .values()
      .map(({ vault: { id, name } }) => ({ service, type: vaultType, name, id, softDeleted: true })),
    ...simpleResources(cloud.store)
      .values()
      .map(({ id, name, type }) => ({ service, type: singular(type), name, id })),
    ...roleAssignments(cloud.store)
      .values()
      .filter(({ seeded }) => !seeded)
      .map(({ name, scope, roleId, principalId }) => ({
        service,
        type: "roleAssignment",
        name: `${roleById(roleId)?.name ?? roleId} of ${principalId}`,
        id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
      })),
  ];
}

/** Azure Resource Manager: groups, vaults, their secrets, and who may do what. */
export const arm: Service = { name: "arm", answersTo: (host) => hosts.includes(host), routes, resources };
