import type { CheckedResource } from "./resources";

/** For one rule, a program that breaks it and one that keeps it, as the resources that they declare. */
export interface Example {
  /** What the programs are, in the words of the reference. */
  broken: { what: string; resources: CheckedResource[] }[];
  kept: { what: string; resources: CheckedResource[] }[];
}

const urnOf = (type: string, name: string) => `urn:pulumi:prod::keyvault-connector::${type}::${name}`;

function resource(
  type: string,
  name: string,
  props: Record<string, unknown>,
  dependencies: CheckedResource["dependencies"] = {},
): CheckedResource {
  return { urn: urnOf(type, name), type, name, props, dependencies };
}

const vault = (properties: object, tags: object = {}) =>
  resource("azure-native:keyvault:Vault", "kv", { properties, tags });
const secret = (attributes: object) =>
  resource("azure-native:keyvault:Secret", "secret", { properties: { attributes } });
const clientSecret = (endDate?: string) =>
  resource(
    "azuread:index/applicationPassword:ApplicationPassword",
    "client-secret",
    endDate === undefined ? {} : { endDate },
  );

const application = resource("azuread:index/servicePrincipal:ServicePrincipal", "app", {});
const vaultId = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv";
const roleId = (id: string) => `/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/${id}`;
const role = (id: string, scope: string, principal: CheckedResource[] = [application]) =>
  resource("azure-native:authorization:RoleAssignment", "reader", { roleDefinitionId: roleId(id), scope }, { principalId: principal.map(({ urn }) => urn) }); // prettier-ignore
const secretsUser = "4633458b-17de-408a-b874-0445c86b69e6";
const administrator = "00482a5a-887f-4fb3-b363-3b7fe8e74483";

const connector = (schemes: string[], settings: object = {}) =>
  resource("pulumi-nodejs:dynamic/powerPlatform:CustomConnector", "connector", {
    definition: { schemes },
    connectionParameterSets: {
      values: [{ name: "oAuthClientCredentials", parameters: { token: { oAuthSettings: settings } } }],
    },
  });
const asApplication = { grantType: { value: "client_credentials" } };

const diagnosticSetting = (logs: object[]) =>
  resource("azure-native:monitor:DiagnosticSetting", "log", { logs }, { resourceUri: [vault({}).urn] });

/** By the rule's name. The present is 2026-11-01. */
export const examples: Record<string, Example> = {
  "vault-asks-for-roles": {
    broken: [
      { what: "enableRbacAuthorization: false", resources: [vault({ enableRbacAuthorization: false })] },
      { what: "a vault that does not say", resources: [vault({})] },
    ],
    kept: [{ what: "enableRbacAuthorization: true", resources: [vault({ enableRbacAuthorization: true })] }],
  },
  "vault-purge-protection": {
    broken: [
      { what: "no enablePurgeProtection", resources: [vault({})] },
      { what: "enableSoftDelete: false", resources: [vault({ enablePurgeProtection: true, enableSoftDelete: false })] },
    ],
    kept: [{ what: "enablePurgeProtection: true", resources: [vault({ enablePurgeProtection: true })] }],
  },
  "vault-firewall": {
    broken: [{ what: "defaultAction: Allow", resources: [vault({ networkAcls: { defaultAction: "Allow" } })] }],
    kept: [
      { what: "defaultAction: Deny", resources: [vault({ networkAcls: { defaultAction: "Deny" } })] },
      { what: "publicNetworkAccess: Disabled", resources: [vault({ publicNetworkAccess: "Disabled" })] },
    ],
  },
  "reader-only-reads": {
    broken: [
      { what: "Key Vault Administrator for the application", resources: [application, role(administrator, vaultId)] },
      { what: "Key Vault Secrets User on the resource group", resources: [application, role(secretsUser, "/subscriptions/s/resourceGroups/rg")] }, // prettier-ignore
    ],
    kept: [
      {
        what: "Key Vault Secrets User on one secret",
        resources: [application, role(secretsUser, `${vaultId}/secrets/a`)],
      },
      {
        what: "Key Vault Administrator for whoever deploys",
        resources: [application, role(administrator, vaultId, [])],
      },
    ],
  },
  "client-secret-lifetime": {
    broken: [
      { what: "an end in two years", resources: [clientSecret("2028-11-01T00:00:00Z")] },
      { what: "no end", resources: [clientSecret()] },
    ],
    kept: [{ what: "an end in half a year", resources: [clientSecret("2027-04-27T00:00:00Z")] }],
  },
  "https-only": {
    broken: [
      { what: "schemes: http, https", resources: [connector(["http", "https"])] },
      { what: "no schemes", resources: [connector([])] },
    ],
    kept: [{ what: "schemes: https", resources: [connector(["https"])] }],
  },
  "no-on-behalf-of-application": {
    broken: [
      { what: "EnableOnbehalfOfLogin beside client_credentials", resources: [connector(["https"], { customParameters: { ...asApplication, EnableOnbehalfOfLogin: { value: "true" } } })] }, // prettier-ignore
      { what: "IsOnbehalfofLoginSupported beside client_credentials", resources: [connector(["https"], { customParameters: asApplication, properties: { IsOnbehalfofLoginSupported: true } })] }, // prettier-ignore
    ],
    kept: [
      { what: "client_credentials alone", resources: [connector(["https"], { customParameters: asApplication })] },
      { what: "on behalf of users, where users sign in", resources: [connector(["https"], { properties: { IsOnbehalfofLoginSupported: true } })] }, // prettier-ignore
    ],
  },
  "required-tags": {
    broken: [{ what: "a vault without owner", resources: [vault({}, { environment: "prod" })] }],
    kept: [{ what: "environment and owner", resources: [vault({}, { environment: "prod", owner: "platform-team" })] }],
  },
  "vault-audit-log": {
    broken: [
      { what: "no diagnostic setting", resources: [vault({})] },
      { what: "one that is switched off", resources: [vault({}), diagnosticSetting([{ categoryGroup: "audit", enabled: false }])] }, // prettier-ignore
      { what: "one of metrics only", resources: [vault({}), diagnosticSetting([])] },
    ],
    kept: [{ what: "one with categoryGroup audit", resources: [vault({}), diagnosticSetting([{ categoryGroup: "audit", enabled: true }])] }], // prettier-ignore
  },
  "secret-expires": {
    broken: [
      { what: "no end", resources: [secret({ enabled: true })] },
      { what: "an end in the past", resources: [secret({ expires: 1_600_000_000 })] },
    ],
    kept: [{ what: "an end in 2028", resources: [secret({ expires: 1_832_889_600 })] }],
  },
};

/** The present of the examples. */
export const examplesNow = new Date("2026-11-01T00:00:00Z");
