import type { FastifyRequest } from "fastify";
import type { Collection, Store } from "../store";
import { Directory } from "../graph/directory";
import { seed } from "../seed";
import { type Caller, type Cloud, TokenError } from "../service";
import { hostOf, identify } from "../serviceApp";
import { powerPlatformErrors } from "./errors";
import { type Environment, environmentNamed, environmentOfHost } from "./hosts";

/** Applications that a user has registered as administrators of the Power Platform, by client id. */
export const adminApplications = (store: Store): Collection<{ applicationId: string; createdTime: string }> =>
  store.collection("powerPlatformAdminApplications");

const queryOf = (request: FastifyRequest) => request.query as Record<string, string | undefined>;

/** @throws PowerPlatformError 401, or 403 for an application that no administrator has registered */
export async function callerOf(cloud: Cloud, request: FastifyRequest, audiences: readonly string[]): Promise<Caller> {
  let caller: Caller;
  try {
    caller = await identify(cloud, request, audiences);
  } catch (error) {
    throw error instanceof TokenError ? powerPlatformErrors.unauthenticated() : error;
  }
  const registered = caller.appid === seed.deployer.clientId || adminApplications(cloud.store).get(caller.appid);
  if (caller.idtyp === "app" && !registered) {
    throw powerPlatformErrors.notRegistered(caller.appid, request.url.split("?")[0] ?? "");
  }
  return caller;
}

/** @throws PowerPlatformError 400 */
export function requireDatedVersion(request: FastifyRequest): void {
  const version = queryOf(request)["api-version"];
  const known = /^20\d\d-\d\d-\d\d$/.test(version ?? "") && version !== undefined;
  if (!known || version < "2015-02-01" || version > "2025-04-01") throw powerPlatformErrors.apiVersion(version);
}

/** Versions of the Power Platform API: `1` on the hosts of environments, dates elsewhere. @throws PowerPlatformError 400 */
export function requireConnectivityVersion(request: FastifyRequest): void {
  const version = queryOf(request)["api-version"];
  if (!/^(1|20\d\d-\d\d-\d\d(-preview)?)$/.test(version ?? "")) throw powerPlatformErrors.apiVersion(version);
}

/** The environment in `$filter`. @throws PowerPlatformError when it is not said, or there is none of that name */
export function filteredEnvironment(request: FastifyRequest): Environment {
  const name = /(?:^|\band\s+)environment\s+eq\s+'([^']+)'/i.exec(queryOf(request).$filter ?? "")?.[1];
  if (name === undefined) throw powerPlatformErrors.missingFilter();
  return existing(name);
}

/** The environment of the host, which the filter must name too where it is required. */
export function hostEnvironment(request: FastifyRequest): Environment {
  const environment = environmentOfHost(hostOf(request));
  if (!environment) throw powerPlatformErrors.environmentNotFound(hostOf(request), seed.tenantId);
  return environment;
}

/** @throws PowerPlatformError 404 */
export function existing(name: string): Environment {
  const environment = environmentNamed(name);
  if (!environment) throw powerPlatformErrors.environmentNotFound(name, seed.tenantId);
  return environment;
}

/** Who made or changed something, as the services show it. */
export interface Person {
  id: string;
  displayName: string;
  email: string | null;
  type: "User" | "ServicePrincipal";
  tenantId: string;
  userPrincipalName: string | null;
}

export function personOf(cloud: Cloud, caller: Caller): Person {
  const principal = new Directory(cloud.store).principal(caller.oid);
  const upn = caller.upn ?? null;
  return {
    id: caller.oid,
    displayName: principal?.displayName ?? caller.oid,
    email: upn,
    type: caller.idtyp === "app" ? "ServicePrincipal" : "User",
    tenantId: seed.tenantId,
    userPrincipalName: upn,
  };
}
