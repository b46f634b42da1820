/** Hosts, versions and token scopes of the public cloud. The one place to change when a service moves. */

/** The Power Apps resource provider: custom connectors. It has no published reference; the portal and paconn use it. */
const resourceProvider = "https://api.powerapps.com/providers/Microsoft.PowerApps";
const resourceProviderVersion = "2016-11-01";
const deleteVersion = "2017-06-01";
const sharingVersion = "2017-06-01";
const connectivityVersion = "1";

export const scopes = {
  powerApps: "https://service.powerapps.com/.default",
  powerPlatform: "https://api.powerplatform.com/.default",
  /** The runtime that executes operations. */
  runtime: "https://apihub.azure.com/.default",
} as const;

/** A request's address and the scope of the token that it needs. */
export interface Endpoint {
  url: string;
  scope: string;
}

const query = (version: string, filter: string) =>
  `api-version=${version}&$filter=${encodeURIComponent(filter).replaceAll("'", "%27")}`;
const inEnvironment = (environmentId: string) => `environment eq '${environmentId}'`;

/**
 * Host of an environment at the Power Platform API: its id without dashes, the last two characters as a label of their own.
 * Source: https://learn.microsoft.com/power-platform/admin/programmability-tutorial-environment-management
 */
export function environmentHost(environmentId: string): string {
  const id = environmentId.replaceAll("-", "").toLowerCase();
  return `https://${id.slice(0, -2)}.${id.slice(-2)}.environment.api.powerplatform.com`;
}

/** Custom connectors of an environment. */
export const connectorEndpoints = {
  list: (environmentId: string): Endpoint => ({
    url: `${resourceProvider}/apis?${query(resourceProviderVersion, `${inEnvironment(environmentId)} and IsCustomApi eq 'True'`)}`,
    scope: scopes.powerApps,
  }),
  create: (environmentId: string): Endpoint => ({
    url: `${resourceProvider}/apis?${query(resourceProviderVersion, inEnvironment(environmentId))}`,
    scope: scopes.powerApps,
  }),
  one: (environmentId: string, name: string): Endpoint => ({
    url: `${resourceProvider}/apis/${encodeURIComponent(name)}?${query(resourceProviderVersion, inEnvironment(environmentId))}`,
    scope: scopes.powerApps,
  }),
  delete: (environmentId: string, name: string): Endpoint => ({
    url: `${resourceProvider}/apis/${encodeURIComponent(name)}?${query(deleteVersion, inEnvironment(environmentId))}`,
    scope: scopes.powerApps,
  }),
};

/** With whom a custom connector is shared. */
export function connectorSharingEndpoint(
  environmentId: string,
  name: string,
  below: "permissions" | "modifyPermissions",
): Endpoint {
  const path = `${resourceProvider}/apis/${encodeURIComponent(name)}/${below}`;
  return { url: `${path}?${query(sharingVersion, inEnvironment(environmentId))}`, scope: scopes.powerApps };
}

/** Gives a place for icons and scripts. */
export const storageEndpoint = (callerId: string): Endpoint => ({
  url: `${resourceProvider}/objectIds/${callerId}/generateResourceStorage?api-version=${resourceProviderVersion}`,
  scope: scopes.powerApps,
});

/** All connections of an environment, for administrators of the Power Platform. */
export const allConnectionsEndpoint = (environmentId: string): Endpoint => ({
  url: `${resourceProvider}/scopes/admin/environments/${environmentId}/connections?api-version=${resourceProviderVersion}`,
  scope: scopes.powerApps,
});

/** One connection, or what stands below it (`permissions`, `modifyPermissions`). */
export function connectionEndpoint(
  { environmentId, connectorName, connectionName }: ConnectionAddress,
  below?: "permissions" | "modifyPermissions",
): Endpoint {
  const names = [connectorName, connectionName].map(encodeURIComponent);
  const path = `/connectivity/connectors/${names[0] ?? ""}/connections/${names[1] ?? ""}${below ? `/${below}` : ""}`;
  return {
    url: `${environmentHost(environmentId)}${path}?${query(connectivityVersion, inEnvironment(environmentId))}`,
    scope: scopes.powerPlatform,
  };
}

/** Where a connection is. */
export interface ConnectionAddress {
  environmentId: string;
  connectorName: string;
  connectionName: string;
}
