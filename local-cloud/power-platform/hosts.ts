import { seed } from "../seed";

/** The hosts, by what they serve. */
export const hosts = {
  businessAppPlatform: /^api\.bap\.microsoft\.com(:\d+)?$/i,
  flow: /^api\.flow\.microsoft\.com(:\d+)?$/i,
  powerApps: /^api\.powerapps\.com(:\d+)?$/i,
  powerPlatform: /^api\.powerplatform\.com(:\d+)?$/i,
  environment: /^((?:default)?[0-9a-f]{30})\.([0-9a-f]{2})\.environment\.api\.powerplatform\.com(:\d+)?$/i,
  storage: /^localcloudconnectors\.blob\.core\.windows\.net(:\d+)?$/i,
  defaultIcons: /^az787822\.vo\.msecnd\.net(:\d+)?$/i,
  runtime: /^[a-z]+-\d{3}\.azure-apim\.net(:\d+)?$/i,
} as const;

export const storageHost = "localcloudconnectors.blob.core.windows.net";

/** Audiences of the tokens that each kind of host accepts. */
export const audiences = {
  powerApps: ["https://service.powerapps.com", "475226c6-020e-4fb2-8a90-7a972cbfc1d4"],
  powerPlatform: ["https://api.powerplatform.com", "8578e004-a5c6-46e7-913e-12f58912df43"],
  runtime: ["https://apihub.azure.com", "fe053c5f-3692-4f14-aef2-ee34fc081cae"],
} as const;

/** A Power Platform environment. */
export interface Environment {
  /** A GUID, or `Default-` and the tenant's id. */
  name: string;
  displayName: string;
  /** The geography, such as unitedstates; part of runtime host names. */
  geo: string;
  isDefault: boolean;
  /** Host of its organization in Dataverse; absent without Dataverse. */
  organizationHost?: string;
}

export const environments: readonly Environment[] = [
  { name: seed.environment.id, displayName: seed.environment.displayName, geo: seed.environment.geo, isDefault: false },
  {
    name: seed.dataverseEnvironment.id,
    displayName: seed.dataverseEnvironment.displayName,
    geo: seed.dataverseEnvironment.geo,
    isDefault: false,
    organizationHost: seed.dataverseEnvironment.host,
  },
  {
    name: `Default-${seed.tenantId}`,
    displayName: `${seed.tenantName} (default)`,
    geo: seed.environment.geo,
    isDefault: true,
  },
];

/** The environment of a name; `~Default` is the tenant's own. */
export function environmentNamed(name: string): Environment | undefined {
  const wanted = name.toLowerCase();
  return environments.find((one) => one.name.toLowerCase() === wanted || (wanted === "~default" && one.isDefault));
}

/** The environment behind a host of the Power Platform API. */
export function environmentOfHost(host: string): Environment | undefined {
  const [, start = "", end = ""] = hosts.environment.exec(host) ?? [];
  const wanted = `${start}${end}`.toLowerCase();
  return environments.find(({ name }) => name.replaceAll("-", "").toLowerCase() === wanted);
}

export const runtimeHost = ({ geo }: Environment): string => `${geo}-002.azure-apim.net`;
