import { z } from "zod";
import { appRoleAssignments, type Directory, type ServicePrincipal } from "../graph/directory";
import { servicePrincipalView } from "../graph/views";
import type { Cloud } from "../service";

/** Well-known first-party resources: names under which tokens are asked for, and what the `aud` claim then is. */
const firstParty: { names: string[]; clientId: string }[] = [
  { names: ["https://vault.azure.net"], clientId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093" },
  { names: ["https://graph.microsoft.com"], clientId: "00000003-0000-0000-c000-000000000000" },
  {
    names: ["https://management.azure.com", "https://management.core.windows.net"],
    clientId: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
  },
  { names: ["https://service.powerapps.com"], clientId: "475226c6-020e-4fb2-8a90-7a972cbfc1d4" },
  { names: ["https://service.flow.microsoft.com"], clientId: "7df0a125-d3be-4c96-aa54-591f83ff541c" },
  { names: ["https://api.powerplatform.com"], clientId: "8578e004-a5c6-46e7-913e-12f58912df43" },
  { names: ["https://apihub.azure.com"], clientId: "fe053c5f-3692-4f14-aef2-ee34fc081cae" },
  { names: ["https://api.bap.microsoft.com"], clientId: "0000000f-0000-0000-c000-000000000000" },
];
const hostPatterns = [/^https:\/\/[a-z0-9-]+\.vault\.azure\.net$/, /^https:\/\/[a-z0-9-]+\.crm\d*\.dynamics\.com$/];

/** The audience of a token for a resource, or undefined when nobody in the tenant is called so. */
export function audienceOf(resource: string, directory: Directory): string | undefined {
  const name = resource.replace(/\/+$/, "").toLowerCase();
  const known = firstParty.some(({ names, clientId }) => names.includes(name) || clientId === name);
  if (known || hostPatterns.some((pattern) => pattern.test(name))) return resource;
  const application = directory.applications.values().find(({ appId, properties }) => {
    const identifiers = Array.isArray(properties.identifierUris) ? properties.identifierUris : [];
    return appId === name || identifiers.some((identifier) => String(identifier).toLowerCase() === name);
  });
  return application && resource;
}

/** The service principal of a resource, by any of its names. First-party ones that nobody looks up have none here. */
export function resourcePrincipal(audience: string, directory: Directory): ServicePrincipal | undefined {
  const name = audience.replace(/\/+$/, "").toLowerCase();
  const clientId =
    firstParty.find(({ names, clientId: id }) => names.includes(name) || id === name)?.clientId ??
    directory.applications.values().find((application) => {
      const { identifierUris } = application.properties;
      const identifiers = Array.isArray(identifierUris) ? identifierUris.map((one) => String(one).toLowerCase()) : [];
      return application.appId === name || identifiers.includes(name);
    })?.appId;
  return clientId === undefined ? undefined : directory.servicePrincipalByClientId(clientId);
}

/** Whether the resource's application asks for tokens of version 2 (`api.requestedAccessTokenVersion`). */
export function wantsVersion2({ appId }: ServicePrincipal, directory: Directory): boolean {
  const api = directory.applicationByClientId(appId)?.properties.api as {
    requestedAccessTokenVersion?: unknown;
  } | null;
  return api?.requestedAccessTokenVersion === 2;
}

const appRoles = z.array(z.object({ id: z.string(), value: z.string().nullish() }));

/** The application roles that somebody was given on a resource, as the claim `roles` names them. */
export function grantedRoles(
  cloud: Cloud,
  directory: Directory,
  principal: ServicePrincipal,
  resource: ServicePrincipal,
): string[] {
  const declared = appRoles.safeParse(servicePrincipalView(resource, directory).appRoles).data ?? [];
  return appRoleAssignments(cloud.store)
    .values()
    .filter(({ principalId, resourceId }) => principalId === principal.id && resourceId === resource.id)
    .flatMap(({ appRoleId }) => declared.filter(({ id }) => id === appRoleId).map(({ value }) => value ?? ""))
    .filter((value) => value !== "");
}

/** Splits a scope list: what is asked for beside OpenID Connect's own scopes, and whether an id token is wanted. */
export function parseScopes(scope: string): { resourceScope: string | undefined; openId: boolean } {
  const scopes = scope.split(/\s+/).filter(Boolean);
  const own = new Set(["openid", "profile", "offline_access", "email"]);
  return { resourceScope: scopes.find((one) => !own.has(one)), openId: scopes.includes("openid") };
}

/** The resource in a scope: `https://vault.azure.net/.default` → `https://vault.azure.net`. */
export function resourceOfScope(scope: string): string {
  return scope.replace(/\/[^/]*$/, "");
}
