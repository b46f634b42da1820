// What the stack registers by default, in one plain file: no components, no settings, no outputs beside the ids. Plugins and
// engine have the same to do.
"use strict";

const pulumi = require("@pulumi/pulumi");
const { getClientConfigOutput } = require("@pulumi/azure-native/authorization/getClientConfig");
const { RoleAssignment } = require("@pulumi/azure-native/authorization/roleAssignment");
const { Secret } = require("@pulumi/azure-native/keyvault/secret");
const { Vault } = require("@pulumi/azure-native/keyvault/vault");
const { ResourceGroup } = require("@pulumi/azure-native/resources/resourceGroup");
const { Application } = require("@pulumi/azuread/application");
const { ApplicationPassword } = require("@pulumi/azuread/applicationPassword");
const { ServicePrincipal } = require("@pulumi/azuread/servicePrincipal");
const { RandomId } = require("@pulumi/random/randomId");
const { RandomPassword } = require("@pulumi/random/randomPassword");

/** A dynamic resource whose provider is the project's own, called by five functions. */
const lives = {
  customConnector: {
    check: async (...a) => require("@keyvault-connector/power-platform/provider").customConnector.check(...a),
    diff: async (...a) => require("@keyvault-connector/power-platform/provider").customConnector.diff(...a),
    create: async (...a) => require("@keyvault-connector/power-platform/provider").customConnector.create(...a),
    read: async (...a) => require("@keyvault-connector/power-platform/provider").customConnector.read(...a),
    update: async (...a) => require("@keyvault-connector/power-platform/provider").customConnector.update(...a),
    delete: async (...a) => require("@keyvault-connector/power-platform/provider").customConnector.delete(...a),
  },
  connection: {
    diff: async (...a) => require("@keyvault-connector/power-platform/provider").connection.diff(...a),
    create: async (...a) => require("@keyvault-connector/power-platform/provider").connection.create(...a),
    read: async (...a) => require("@keyvault-connector/power-platform/provider").connection.read(...a),
    update: async (...a) => require("@keyvault-connector/power-platform/provider").connection.update(...a),
    delete: async (...a) => require("@keyvault-connector/power-platform/provider").connection.delete(...a),
  },
  operationProof: {
    diff: async (...a) => require("@keyvault-connector/power-platform/provider").operationProof.diff(...a),
    create: async (...a) => require("@keyvault-connector/power-platform/provider").operationProof.create(...a),
    read: async (...a) => require("@keyvault-connector/power-platform/provider").operationProof.read(...a),
    update: async (...a) => require("@keyvault-connector/power-platform/provider").operationProof.update(...a),
    delete: async (...a) => require("@keyvault-connector/power-platform/provider").operationProof.delete(...a),
  },
  clientSecretAcceptance: {
    diff: async (...a) => require("@keyvault-connector/power-platform/provider").clientSecretAcceptance.diff(...a),
    create: async (...a) => require("@keyvault-connector/power-platform/provider").clientSecretAcceptance.create(...a),
    read: async (...a) => require("@keyvault-connector/power-platform/provider").clientSecretAcceptance.read(...a),
    update: async (...a) => require("@keyvault-connector/power-platform/provider").clientSecretAcceptance.update(...a),
    delete: async (...a) => require("@keyvault-connector/power-platform/provider").clientSecretAcceptance.delete(...a),
  },
};

class PowerPlatform extends pulumi.dynamic.Resource {
  constructor(life, name, props, opts) {
    super(lives[life], name, props, opts, "powerPlatform", life[0].toUpperCase() + life.slice(1));
  }
}

const environmentId = new pulumi.Config().require("environmentId");
const location = new pulumi.Config("azure-native").require("location");
const deployer = getClientConfigOutput();

const group = new ResourceGroup("rg", { location });
const suffix = new RandomId("suffix", { byteLength: 4 });
const vault = new Vault("vault", {
  resourceGroupName: group.name,
  vaultName: pulumi.interpolate`kv-floor-${suffix.hex}`,
  location,
  properties: {
    tenantId: deployer.tenantId,
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
    enableSoftDelete: true,
    softDeleteRetentionInDays: 7,
    publicNetworkAccess: "Enabled",
    networkAcls: { bypass: "None", defaultAction: "Allow", ipRules: [], virtualNetworkRules: [] },
  },
});
const roleDefinition = (id) => pulumi.interpolate`${vault.id}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
const deployerRole = new RoleAssignment("deployer", {
  scope: vault.id,
  principalId: deployer.objectId,
  principalType: "ServicePrincipal",
  roleDefinitionId: roleDefinition("00482a5a-887f-4fb3-b363-3b7fe8e74483"),
  roleAssignmentName: "0f3c4c39-6d1b-4b0e-9d6c-0c1d2e3f4a51",
});
const value = new RandomPassword("value", { length: 32, special: false });
const secret = new Secret(
  "secret",
  {
    resourceGroupName: group.name,
    vaultName: vault.name,
    secretName: "ppsecret1",
    properties: { value: value.result, attributes: { enabled: true } },
  },
  { dependsOn: [deployerRole], deletedWith: vault },
);

const application = new Application("application", {
  displayName: "Key Vault connector (floor)",
  signInAudience: "AzureADMyOrg",
  owners: [deployer.objectId],
});
const { clientId } = application;
const servicePrincipal = new ServicePrincipal("service-principal", { clientId, owners: [deployer.objectId] });
const tenantId = servicePrincipal.applicationTenantId;
const [password] = ["a", "b"].map(
  (slot) =>
    new ApplicationPassword(`client-secret-${slot}`, {
      applicationId: application.id,
      displayName: `slot ${slot}`,
      endDate: "2030-01-01T00:00:00Z",
    }),
);
const clientSecret = password.value;
const authority = "https://login.microsoftonline.com";
const resource = "https://vault.azure.net";
const acceptance = new PowerPlatform(
  "clientSecretAcceptance",
  "acceptance",
  { authority, tenantId, clientId, clientSecret, resource, deadlineSeconds: 300 },
  { dependsOn: [servicePrincipal] },
);
const reader = new RoleAssignment("reader", {
  scope: secret.id,
  principalId: servicePrincipal.objectId,
  principalType: "ServicePrincipal",
  roleDefinitionId: roleDefinition("4633458b-17de-408a-b874-0445c86b69e6"),
  roleAssignmentName: "0f3c4c39-6d1b-4b0e-9d6c-0c1d2e3f4a52",
});

const hidden = ["token:clientId", "token:clientSecret", "token:TenantId"];
const connector = new PowerPlatform(
  "customConnector",
  "connector",
  {
    cloud: "public",
    route: "auto",
    environmentId,
    definition: {
      swagger: "2.0",
      info: {
        title: "KeyVaultFloor",
        description: "Reads a secret of a key vault as a service principal",
        version: "1.0",
      },
      host: vault.properties.apply(({ vaultUri }) => vaultUri.replace(/^https:\/\/|\/$/g, "")),
      basePath: "/",
      schemes: ["https"],
      paths: {
        "/secrets/ppsecret1": {
          get: {
            operationId: "GetSecret",
            summary: "GetSecret",
            parameters: [{ name: "api-version", in: "query", required: true, type: "string", default: "7.4" }],
            responses: { default: { description: "default", schema: { type: "object" } } },
          },
        },
      },
    },
    connectionParameterSets: {
      uiDefinition: { displayName: "Authentication type", description: "How to sign in" },
      values: [
        {
          name: "oAuthClientCredentials",
          uiDefinition: { displayName: "Service principal", description: "Signs in as an application" },
          parameters: Object.fromEntries(
            hidden.map((name) => [name, { type: name.endsWith("Secret") ? "securestring" : "string" }]),
          ),
        },
      ],
    },
    connectionParameters: {},
    oauthClientSecret: clientSecret,
    iconBrandColor: "#007ee5",
    capabilities: [],
    policies: [],
    scriptOperations: [],
    shareWith: [],
    deleteWhileUsed: false,
    identity: "floor",
    signInRevision: "1",
    internalName: undefined,
    runtimeUrl: undefined,
    chosenRoute: undefined,
  },
  { dependsOn: [acceptance] },
);
const connectionName = "d4e4a6ff9a67492aa1f6de854528668d";
const connection = new PowerPlatform(
  "connection",
  "connection",
  {
    cloud: "public",
    environmentId,
    connectorName: connector.internalName,
    connectorIdentity: "floor",
    connectorRoute: "auto",
    connectorChosenRoute: connector.chosenRoute,
    signInRevision: "1",
    connectionName,
    displayName: "KeyVaultFloor",
    parameterSet: "oAuthClientCredentials",
    parameters: { "token:clientId": clientId, "token:TenantId": tenantId },
    secretParameters: pulumi.secret({ "token:clientSecret": clientSecret }),
    shareWith: [],
    statusDeadlineSeconds: 300,
    secretParametersHash: undefined,
  },
  { dependsOn: [acceptance] },
);
new PowerPlatform(
  "operationProof",
  "proof",
  {
    mode: "direct",
    cloud: "public",
    connectionName,
    connectionRevision: connection.secretParametersHash,
    runtimeUrl: connector.runtimeUrl,
    backendUrl: vault.properties.apply(({ vaultUri }) => vaultUri.replace(/\/$/, "")),
    operationPath: "/secrets/ppsecret1?api-version=7.4",
    authority,
    tenantId,
    clientId,
    resource,
    clientSecret,
    expectedValue: value.result,
    valueProperty: "value",
    deadlineSeconds: 600,
    result: undefined,
  },
  { dependsOn: [reader] },
);

module.exports = { vaultId: vault.id, connectorName: connector.internalName };
