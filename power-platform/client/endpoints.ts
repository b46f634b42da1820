import { type Cloud, clouds } from "./clouds";

/** Paths, versions and token scopes of all calls. The one place to change when a service moves; hosts are in clouds.ts. */

const resourceProviderVersion = "2016-11-01";
const deleteVersion = "2017-06-01";
const sharingVersion = "2017-06-01";
const connectivityVersion = "1";
const environmentVersion = "2023-06-01";
const dataverseVersion = "v9.2";

/** The runtime that executes operations; its resource in national clouds is not known. */
export const runtimeScope = "https://apihub.azure.com/.default";

/** A request's address and the scope of the token that it needs. */
export interface Endpoint {
  url: string;
  scope: string;
}

/** Where a connection is. */
export interface ConnectionAddress {
  environmentId: string;
  connectorName: string;
  connectionName: string;
}

const query = (version: string, filter: string) =>
  `api-version=${version}&$filter=${encodeURIComponent(filter).replaceAll("'", "%27")}`;
const inEnvironment = (environmentId: string) => `environment eq '${environmentId}'`;

/**
 * Host of an environment at the Power Platform API: its id without dashes, the last two characters as a label of their own.
 * Source: https://learn.microsoft.com/power-platform/admin/programmability-tutorial-environment-management
 */
export function environmentHost(environmentId: string, powerPlatform = clouds.public.powerPlatform): string {
  const id = environmentId.replaceAll("-", "").toLowerCase();
  return `https://${id.slice(0, -2)}.${id.slice(-2)}.environment.${powerPlatform}`;
}

/** The calls of a cloud. */
export class Endpoints {
  /** Of tokens for the Power Apps services. */
  readonly powerAppsScope: string;
  private readonly apps: string;

  constructor(private readonly cloud: Cloud) {
    this.powerAppsScope = `${clouds[cloud].powerAppsResource}/.default`;
    this.apps = `${clouds[cloud].powerApps}/providers/Microsoft.PowerApps`;
  }

  private atPowerApps(path: string, version: string, filter?: string): Endpoint {
    const search = filter === undefined ? `api-version=${version}` : query(version, filter);
    return { url: `${this.apps}/${path}?${search}`, scope: this.powerAppsScope };
  }

  environment(environmentId: string): Endpoint {
    const path = `/providers/Microsoft.BusinessAppPlatform/environments/${encodeURIComponent(environmentId)}`;
    const { businessApps } = clouds[this.cloud];
    return { url: `${businessApps}${path}?api-version=${environmentVersion}`, scope: this.powerAppsScope };
  }

  /** An environment with what the caller may do in it. */
  environmentPermissions(environmentId: string): Endpoint {
    const { url, scope } = this.atPowerApps(
      `environments/${encodeURIComponent(environmentId)}`,
      resourceProviderVersion,
    );
    return { url: `${url}&$expand=permissions`, scope };
  }

  /** The data policies of the tenant, or one of them with its rules for custom connectors. */
  dataPolicies(name?: string): Endpoint {
    const path = `/providers/PowerPlatform.Governance/v2/policies${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
    return { url: `${clouds[this.cloud].businessApps}${path}`, scope: this.powerAppsScope };
  }

  customConnectors(environmentId: string): Endpoint {
    const filter = `${inEnvironment(environmentId)} and IsCustomApi eq 'True'`;
    return this.atPowerApps("apis", resourceProviderVersion, filter);
  }

  createConnector(environmentId: string): Endpoint {
    return this.atPowerApps("apis", resourceProviderVersion, inEnvironment(environmentId));
  }

  connector(environmentId: string, name: string): Endpoint {
    return this.atPowerApps(`apis/${encodeURIComponent(name)}`, resourceProviderVersion, inEnvironment(environmentId));
  }

  deleteConnector(environmentId: string, name: string): Endpoint {
    return this.atPowerApps(`apis/${encodeURIComponent(name)}`, deleteVersion, inEnvironment(environmentId));
  }

  /** With whom a custom connector is shared. */
  connectorSharing(environmentId: string, name: string, below: "permissions" | "modifyPermissions"): Endpoint {
    return this.atPowerApps(`apis/${encodeURIComponent(name)}/${below}`, sharingVersion, inEnvironment(environmentId));
  }

  /** Gives a place for icons and scripts. */
  resourceStorage(callerId: string): Endpoint {
    return this.atPowerApps(`objectIds/${callerId}/generateResourceStorage`, resourceProviderVersion);
  }

  /** All connections of an environment, for administrators of the Power Platform. */
  allConnections(environmentId: string): Endpoint {
    return this.atPowerApps(`scopes/admin/environments/${environmentId}/connections`, resourceProviderVersion);
  }

  /** One connection, or what stands below it. */
  connection(address: ConnectionAddress, below?: "permissions" | "modifyPermissions"): Endpoint {
    const { environmentId, connectorName, connectionName } = address;
    const names = [connectorName, connectionName].map(encodeURIComponent);
    const path = `/connectivity/connectors/${names[0] ?? ""}/connections/${names[1] ?? ""}${below ? `/${below}` : ""}`;
    const { powerPlatform } = clouds[this.cloud];
    return {
      url: `${environmentHost(environmentId, powerPlatform)}${path}?${query(connectivityVersion, inEnvironment(environmentId))}`,
      scope: `https://${powerPlatform}/.default`,
    };
  }
}

/**
 * The Web API of an organization in Dataverse.
 * Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview
 * @param below path and query, such as "connectors?$top=1"
 */
export function dataverseEndpoint(organizationUrl: string, below: string): Endpoint {
  const { origin } = new URL(organizationUrl);
  return { url: `${origin}/api/data/${dataverseVersion}/${below}`, scope: `${origin}/.default` };
}
