/** How a kind of ARM resource looks in the SDK and on the wire. */
export interface ArmKind {
  token: string;
  /** Id with the SDK's names of its parameters. */
  path: string;
  apiVersion: string;
  /** Inputs that go into the body. */
  inputs: readonly string[];
  /** The SDK shows the members of the wire's `properties` at the top level; these alone stay beside it. */
  envelope?: readonly string[];
  /** Inputs whose members are in a `properties` of their own on the wire, but for these. */
  flattened?: Record<string, readonly string[]>;
  /** The parameter that is named automatically, and how the real plugin does that. */
  autoName: { parameter: string; way: "unique" | "copy" | "uuid" };
  /** Inputs that cannot be changed in place, besides the parameters of the path. */
  replaceOn?: readonly string[];
  /** Nested outputs that are no inputs. */
  readOnly?: readonly string[];
  /** Outputs (paths) that change with every update. */
  volatile?: readonly string[];
  /** Path parameters with the expression that they must match. */
  patterns?: Record<string, RegExp>;
  /** `properties.accessPolicies`: sent empty on create and unchanged on update where the program does not set it. */
  preserved?: string;
}

const resourceGroup = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}";

const storage = `${resourceGroup}/providers/Microsoft.Storage/storageAccounts/{accountName}`;

/** Paths and versions of azure-native 3.28: what its SDK documents for each resource. */
export const armKinds: readonly ArmKind[] = [
  {
    token: "azure-native:resources:ResourceGroup",
    path: resourceGroup,
    apiVersion: "2024-03-01",
    inputs: ["location", "managedBy", "tags"],
    autoName: { parameter: "resourceGroupName", way: "unique" },
    replaceOn: ["location"],
    readOnly: ["properties"],
    patterns: { resourceGroupName: /^[-\w._()]{1,90}$/ },
  },
  {
    token: "azure-native:keyvault:Vault",
    path: `${resourceGroup}/providers/Microsoft.KeyVault/vaults/{vaultName}`,
    apiVersion: "2024-11-01",
    inputs: ["location", "properties", "tags"],
    autoName: { parameter: "vaultName", way: "unique" },
    readOnly: [
      "properties.hsmPoolResourceId",
      "properties.privateEndpointConnections",
      "properties.provisioningState",
      "properties.vaultUri",
    ],
    patterns: { vaultName: /^[a-zA-Z0-9-]{3,24}$/ },
    preserved: "properties.accessPolicies",
  },
  {
    token: "azure-native:keyvault:Secret",
    path: `${resourceGroup}/providers/Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}`,
    apiVersion: "2024-11-01",
    inputs: ["properties", "tags"],
    autoName: { parameter: "secretName", way: "copy" },
    readOnly: [
      "properties.secretUri",
      "properties.secretUriWithVersion",
      "properties.attributes.created",
      "properties.attributes.updated",
    ],
    volatile: ["properties.secretUriWithVersion", "properties.attributes.updated"],
    patterns: { vaultName: /^[a-zA-Z0-9-]{3,24}$/, secretName: /^[a-zA-Z0-9-]{1,127}$/ },
  },
  {
    token: "azure-native:authorization:RoleAssignment",
    path: "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
    apiVersion: "2022-04-01",
    inputs: [
      "condition",
      "conditionVersion",
      "delegatedManagedIdentityResourceId",
      "description",
      "principalId",
      "principalType",
      "roleDefinitionId",
    ],
    envelope: ["systemData"],
    autoName: { parameter: "roleAssignmentName", way: "uuid" },
    replaceOn: ["principalId"],
    volatile: ["updatedOn", "updatedBy"],
  },
  {
    token: "azure-native:authorization:ManagementLockByScope",
    path: "/{scope}/providers/Microsoft.Authorization/locks/{lockName}",
    apiVersion: "2020-05-01",
    inputs: ["level", "notes", "owners"],
    envelope: ["systemData"],
    autoName: { parameter: "lockName", way: "copy" },
  },
  {
    token: "azure-native:monitor:DiagnosticSetting",
    path: "/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
    apiVersion: "2021-05-01-preview",
    inputs: [
      "eventHubAuthorizationRuleId",
      "eventHubName",
      "logAnalyticsDestinationType",
      "logs",
      "marketplacePartnerId",
      "metrics",
      "serviceBusRuleId",
      "storageAccountId",
      "workspaceId",
    ],
    envelope: ["systemData"],
    autoName: { parameter: "name", way: "copy" },
  },
  {
    token: "azure-native:operationalinsights:Workspace",
    path: `${resourceGroup}/providers/Microsoft.OperationalInsights/workspaces/{workspaceName}`,
    apiVersion: "2023-09-01",
    inputs: [
      "defaultDataCollectionRuleResourceId",
      "features",
      "forceCmkForQuery",
      "identity",
      "location",
      "publicNetworkAccessForIngestion",
      "publicNetworkAccessForQuery",
      "retentionInDays",
      "sku",
      "tags",
      "workspaceCapping",
    ],
    envelope: ["location", "tags", "identity", "systemData", "etag"],
    autoName: { parameter: "workspaceName", way: "unique" },
    readOnly: ["sku.lastSkuUpdate", "workspaceCapping.dataIngestionStatus", "workspaceCapping.quotaNextResetTime"],
    volatile: ["modifiedDate", "etag"],
  },
  {
    token: "azure-native:monitor:ActionGroup",
    path: `${resourceGroup}/providers/Microsoft.Insights/actionGroups/{actionGroupName}`,
    apiVersion: "2024-10-01-preview",
    inputs: [
      "armRoleReceivers",
      "automationRunbookReceivers",
      "azureAppPushReceivers",
      "azureFunctionReceivers",
      "emailReceivers",
      "enabled",
      "eventHubReceivers",
      "groupShortName",
      "identity",
      "incidentReceivers",
      "itsmReceivers",
      "location",
      "logicAppReceivers",
      "smsReceivers",
      "tags",
      "voiceReceivers",
      "webhookReceivers",
    ],
    envelope: ["location", "tags", "identity", "systemData"],
    autoName: { parameter: "actionGroupName", way: "unique" },
  },
  {
    token: "azure-native:monitor:ScheduledQueryRule",
    path: `${resourceGroup}/providers/Microsoft.Insights/scheduledQueryRules/{ruleName}`,
    apiVersion: "2025-01-01-preview",
    inputs: [
      "actions",
      "autoMitigate",
      "checkWorkspaceAlertsStorageConfigured",
      "criteria",
      "description",
      "displayName",
      "enabled",
      "evaluationFrequency",
      "identity",
      "kind",
      "location",
      "muteActionsDuration",
      "overrideQueryTimeRange",
      "resolveConfiguration",
      "scopes",
      "severity",
      "skipQueryValidation",
      "tags",
      "targetResourceTypes",
      "windowSize",
    ],
    envelope: ["location", "tags", "identity", "kind", "systemData", "etag"],
    autoName: { parameter: "ruleName", way: "unique" },
    volatile: ["etag"],
  },
  {
    token: "azure-native:eventgrid:EventSubscription",
    path: "/{scope}/providers/Microsoft.EventGrid/eventSubscriptions/{eventSubscriptionName}",
    apiVersion: "2025-02-15",
    inputs: [
      "deadLetterDestination",
      "deadLetterWithResourceIdentity",
      "deliveryWithResourceIdentity",
      "destination",
      "eventDeliverySchema",
      "expirationTimeUtc",
      "filter",
      "labels",
      "retryPolicy",
    ],
    envelope: ["systemData"],
    flattened: { destination: ["endpointType"] },
    autoName: { parameter: "eventSubscriptionName", way: "copy" },
  },
  {
    token: "azure-native:logic:Workflow",
    path: `${resourceGroup}/providers/Microsoft.Logic/workflows/{workflowName}`,
    apiVersion: "2019-05-01",
    inputs: ["accessControl", "definition", "identity", "location", "parameters", "state", "tags"],
    envelope: ["location", "tags", "identity"],
    autoName: { parameter: "workflowName", way: "unique" },
    readOnly: ["identity.principalId", "identity.tenantId"],
    volatile: ["version", "changedTime"],
  },
  {
    // Without inputs that the SDK calls otherwise than the wire, such as enableHttpsTrafficOnly.
    token: "azure-native:storage:StorageAccount",
    path: storage,
    apiVersion: "2024-01-01",
    inputs: [
      "accessTier",
      "allowBlobPublicAccess",
      "allowCrossTenantReplication",
      "allowSharedKeyAccess",
      "defaultToOAuthAuthentication",
      "kind",
      "location",
      "minimumTlsVersion",
      "publicNetworkAccess",
      "sku",
      "tags",
    ],
    envelope: ["location", "tags", "kind", "sku", "identity", "systemData"],
    autoName: { parameter: "accountName", way: "unique" },
  },
  {
    token: "azure-native:storage:BlobServiceProperties",
    path: `${storage}/blobServices/{blobServicesName}`,
    apiVersion: "2024-01-01",
    inputs: ["containerDeleteRetentionPolicy", "deleteRetentionPolicy", "isVersioningEnabled"],
    envelope: ["sku", "systemData"],
    autoName: { parameter: "blobServicesName", way: "copy" },
  },
  {
    token: "azure-native:storage:BlobContainer",
    path: `${storage}/blobServices/default/containers/{containerName}`,
    apiVersion: "2024-01-01",
    inputs: ["metadata", "publicAccess"],
    envelope: ["etag", "systemData"],
    autoName: { parameter: "containerName", way: "copy" },
    volatile: ["etag", "lastModifiedTime"],
  },
  {
    token: "azure-native:keyvault:Key",
    path: `${resourceGroup}/providers/Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}`,
    apiVersion: "2024-11-01",
    inputs: ["properties", "tags"],
    envelope: ["location", "tags", "systemData"],
    autoName: { parameter: "keyName", way: "copy" },
  },
];

/** A function of the SDK that is one GET. */
export interface ArmFunction {
  token: string;
  /** Id with the SDK's names of its arguments. */
  path: string;
  apiVersion: string;
}

export const armFunctions: readonly ArmFunction[] = [
  {
    token: "azure-native:keyvault:getSecret",
    path: `${resourceGroup}/providers/Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}`,
    apiVersion: "2024-11-01",
  },
];
