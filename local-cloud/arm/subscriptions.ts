import { seed } from "../seed";
import { armErrors } from "./errors";
import { type ArmRoute, ok, param, path } from "./route";

const subscription = {
  id: `/subscriptions/${seed.subscriptionId}`,
  authorizationSource: "RoleBased",
  managedByTenants: [],
  subscriptionId: seed.subscriptionId,
  tenantId: seed.tenantId,
  displayName: seed.subscriptionName,
  state: "Enabled",
  subscriptionPolicies: {
    locationPlacementId: "Public_2014-09-01",
    quotaId: "PayAsYouGo_2014-09-01",
    spendingLimit: "Off",
  },
};

const tenant = {
  id: `/tenants/${seed.tenantId}`,
  tenantId: seed.tenantId,
  countryCode: "US",
  displayName: seed.tenantName,
  domains: [seed.tenantDomain],
  tenantCategory: "Home",
  defaultDomain: seed.tenantDomain,
  tenantType: "AAD",
};

/** The regions in which the local cloud makes things, by name and as shown. */
export const locations: Record<string, string> = {
  eastus: "East US",
  eastus2: "East US 2",
  westus2: "West US 2",
  westus3: "West US 3",
  centralus: "Central US",
  northeurope: "North Europe",
  westeurope: "West Europe",
  uksouth: "UK South",
  germanywestcentral: "Germany West Central",
  swedencentral: "Sweden Central",
  switzerlandnorth: "Switzerland North",
  francecentral: "France Central",
  australiaeast: "Australia East",
  southeastasia: "Southeast Asia",
  japaneast: "Japan East",
  centralindia: "Central India",
  canadacentral: "Canada Central",
  brazilsouth: "Brazil South",
};

/** A region as ARM keeps it: `East US` → `eastus`. @throws ArmError for regions that do not exist */
export function normalLocation(location: string): string {
  const name = location.toLowerCase().replace(/\s+/g, "");
  if (!(name in locations)) {
    throw armErrors.badRequest(
      `The provided location '${location}' is not available for resource group. List of available regions is '${Object.keys(locations).join(",")}'.`,
      "LocationNotAvailableForResourceGroup",
    );
  }
  return name;
}

const namespaces = [
  "Microsoft.KeyVault",
  "Microsoft.Authorization",
  "Microsoft.Resources",
  "Microsoft.PowerPlatform",
  "Microsoft.Insights",
  "Microsoft.OperationalInsights",
  "Microsoft.EventGrid",
];
/** The types by which `az resource` and the generic clients find the version to ask with. */
const resourceTypes: Record<string, [type: string, versions: string[]][]> = {
  "microsoft.keyvault": [
    ["vaults", ["2024-11-01", "2023-07-01"]],
    ["vaults/secrets", ["2024-11-01", "2023-07-01"]],
    ["deletedVaults", ["2024-11-01", "2023-07-01"]],
  ],
  "microsoft.authorization": [
    ["roleAssignments", ["2022-04-01"]],
    ["roleDefinitions", ["2022-04-01"]],
    ["locks", ["2020-05-01"]],
  ],
  "microsoft.resources": [["resourceGroups", ["2024-03-01", "2021-04-01"]]],
};
const provider = (namespace: string) => ({
  id: `${subscription.id}/providers/${namespace}`,
  namespace,
  registrationState: "Registered",
  registrationPolicy: "RegistrationRequired",
  resourceTypes: (resourceTypes[namespace.toLowerCase()] ?? []).map(([resourceType, apiVersions]) => ({
    resourceType,
    locations: Object.values(locations),
    apiVersions,
    defaultApiVersion: apiVersions[0],
    capabilities: "None",
  })),
});

export const subscriptionRoutes: ArmRoute[] = [
  {
    method: "GET",
    pattern: path("/subscriptions"),
    handle: () => ok({ value: [subscription], count: { type: "Total", value: 1 } }),
  },
  { method: "GET", pattern: path("/subscriptions/{subscription}"), handle: () => ok(subscription) },
  { method: "GET", pattern: path("/tenants"), handle: () => ok({ value: [tenant] }) },
  {
    method: "GET",
    pattern: path("/subscriptions/{subscription}/locations"),
    handle: () =>
      ok({
        value: Object.entries(locations).map(([name, displayName]) => ({
          id: `${subscription.id}/locations/${name}`,
          name,
          displayName,
          regionalDisplayName: displayName,
          metadata: { regionType: "Physical" },
        })),
      }),
  },
  {
    method: "GET",
    pattern: path("/subscriptions/{subscription}/providers"),
    handle: () => ok({ value: namespaces.map(provider) }),
  },
  {
    method: "GET",
    pattern: path("/subscriptions/{subscription}/providers/{namespace}"),
    handle: (request) => ok(provider(param(request, "namespace"))),
  },
  {
    method: "POST",
    pattern: path("/subscriptions/{subscription}/providers/{namespace}/register"),
    handle: (request) => ok(provider(param(request, "namespace"))),
  },
];
