import type { runtime } from "@pulumi/pulumi";

const secretSignature = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"] as const;

/** Whether a value is marked as secret on its way to the engine. */
export function isSecret(value: unknown): value is { value: unknown } {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as Record<string, unknown>)[secretSignature[0]] === secretSignature[1]
  );
}

/** A value without its marks. */
export function inClear(value: unknown): unknown {
  if (isSecret(value)) return inClear(value.value);
  if (Array.isArray(value)) return value.map(inClear);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, inClear(inside)]));
}

export const subscription = "/subscriptions/0f3c4c39-6d1b-4b0e-9d6c-0000000005ab";
export const deployerId = "0f3c4c39-6d1b-4b0e-9d6c-0000000000d2";
export const tenantId = "0f3c4c39-6d1b-4b0e-9d6c-000000000001";
export const clientSecret = "client-Hush";
export const generatedValue = "generated-Hush";

type Inputs = Record<string, string>;

/** What the services answer with beside the inputs, by resource type; enough for the program to go on. */
const answers: Record<string, (inputs: Inputs, name: string) => Record<string, unknown>> = {
  "azuread:index/application:Application": () => ({ clientId: "client-id", objectId: "application-id" }),
  "azuread:index/servicePrincipal:ServicePrincipal": () => ({
    objectId: "service-principal-id",
    applicationTenantId: tenantId,
  }),
  "azuread:index/applicationPassword:ApplicationPassword": ({ endDate = "2099-01-01T00:00:00Z" }) => ({
    value: clientSecret,
    keyId: "key-id",
    endDate,
  }),
  "azure-native:resources:ResourceGroup": (_inputs, name) => ({ name: `${name}-made` }),
  "azure-native:keyvault:Vault": ({ vaultName = "" }) => ({
    name: vaultName,
    id: `${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/${vaultName}`,
    properties: { vaultUri: `https://${vaultName}.vault.azure.net/` },
  }),
  "azure-native:keyvault:Secret": ({ vaultName = "", secretName = "" }) => ({
    id: `${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/${vaultName}/secrets/${secretName}`,
    properties: {
      secretUri: `https://${vaultName}.vault.azure.net/secrets/${secretName}`,
      secretUriWithVersion: `https://${vaultName}.vault.azure.net/secrets/${secretName}/${"a".repeat(32)}`,
    },
  }),
  "azure-native:authorization:RoleAssignment": ({ scope = "", roleAssignmentName = "" }) => ({
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${roleAssignmentName}`,
  }),
  "random:index/randomId:RandomId": () => ({ hex: "0badcafe" }),
  "random:index/randomPassword:RandomPassword": () => ({ result: generatedValue }),
  "pulumi-nodejs:dynamic/powerPlatform:CustomConnector": () => ({
    connectorId: "/providers/Microsoft.PowerApps/apis/shared_made",
    internalName: "shared_made",
    dataverseId: "",
    redirectUrl: "https://global.consent.azure-apim.net/redirect/made",
    runtimeUrl: "https://runtime.example/apim/made",
    status: "Ready",
  }),
  "pulumi-nodejs:dynamic/powerPlatform:Connection": () => ({
    connectionId: "/providers/Microsoft.PowerApps/apis/shared_made/connections/made",
    status: "Connected",
    secretParametersHash: "hash",
  }),
  "pulumi-nodejs:dynamic/powerPlatform:OperationProof": () => ({ result: "proven", reason: "", httpStatus: 200 }),
};

/** The engine's answers, as the real services would give them; what was asked for goes into `seen`. */
export function services(seen: (args: runtime.MockResourceArgs) => void): runtime.Mocks {
  return {
    newResource: (args) => {
      seen(args);
      const inputs = args.inputs as Inputs;
      const state = answers[args.type]?.(inputs, args.name) ?? {};
      const id = typeof state.id === "string" ? state.id : `${args.name}-id`;
      return { id, state: { ...inputs, ...state } };
    },
    call: () => ({ objectId: deployerId, tenantId, clientId: "deployer-client-id", subscriptionId: "subscription" }),
  };
}
