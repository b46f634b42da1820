import crypto from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { seed } from "../seed";
import { type Caller, type Cloud, type ListedResource, type Service, TokenError } from "../service";
import { identify } from "../serviceApp";
import { accessPolicyRoutes } from "./accessPolicies";
import { assignmentRoutes } from "./assignments";
import { roleAssignments } from "./authorization";
import { ArmError, armErrors } from "./errors";
import { listingRoutes } from "./listings";
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
  ...accessPolicyRoutes,
  ...vaultSecretRoutes,
  ...listingRoutes,
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

/** The route of a request; HEAD is answered by what answers GET. @throws ArmError 404, or 405 for another method */
function routeOf(method: string, path: string): { route: ArmRoute; params: Record<string, string> } {
  const matching = allRoutes.flatMap((route) => {
    const match = route.pattern.exec(path);
    return match ? [{ route, params: { ...match.groups } }] : [];
  });
  const found =
    matching.find(({ route }) => route.method === method) ??
    (method === "HEAD" ? matching.find(({ route }) => route.method === "GET") : undefined);
  if (found) return found;
  throw matching.length > 0 ? armErrors.methodNotAllowed(method) : armErrors.invalidType(path);
}

/** Stable and preview versions of the Key Vault resource provider: https://learn.microsoft.com/azure/templates/microsoft.keyvault/vaults */
const keyVaultVersions = [
  ...["2015-06-01", "2016-10-01", "2018-02-14-preview", "2018-02-14", "2019-09-01", "2020-04-01-preview"],
  ...[
    "2021-04-01-preview",
    "2021-06-01-preview",
    "2021-10-01",
    "2021-11-01-preview",
    "2022-02-01-preview",
    "2022-07-01",
  ],
  ...["2022-11-01", "2023-02-01", "2023-07-01", "2023-08-01-preview", "2024-04-01-preview", "2024-11-01"],
  ...["2024-12-01-preview", "2025-05-01", "2026-02-01", "2026-03-01-preview"],
];

/** @throws ArmError 400 for a version that vaults never had; those newer than this list are taken, up to the present day */
function requireKnownVersion(path: string, version: string, today: string): void {
  const [, tail = ""] = /\/providers\/Microsoft\.KeyVault\/(.*)$/i.exec(path) ?? [];
  if (!/^vaults(\/|$)/i.test(tail) || /\/providers\//i.test(tail)) return;
  const isNewer = version > (keyVaultVersions.at(-1) ?? "") && version.slice(0, 10) <= today.slice(0, 10);
  if (isNewer || keyVaultVersions.includes(version.toLowerCase())) return;
  throw armErrors.unsupportedVersion("Microsoft.KeyVault/vaults", version, keyVaultVersions);
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
      const apiVersion = apiVersionOf(query);
      const { route, params } = routeOf(request.method, path);
      requireSubscription(params);
      requireKnownVersion(path, apiVersion, cloud.clock.now().toISOString());
      const { method } = route;
      const answer = await route.handle({ cloud, caller, method, path, params, query, body: request.body, reply });
      // Whether something exists is told by 204 and 404.
      const isHead = request.method === "HEAD";
      return reply
        .code(isHead && answer.status === 200 ? 204 : answer.status)
        .headers(answer.headers ?? {})
        .send(isHead ? undefined : answer.body);
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
