// Where a team keeps its state: blobs that have versions, and a key that never leaves its vault. Run once, by hand, with a state of its
// own that is moved into the new place afterwards (docs/how-to/share-state.md).
import { getClientConfigOutput } from "@pulumi/azure-native/authorization/getClientConfig";
import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment";
import { Key } from "@pulumi/azure-native/keyvault/key";
import { Vault } from "@pulumi/azure-native/keyvault/vault";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup";
import { BlobContainer } from "@pulumi/azure-native/storage/blobContainer";
import { BlobServiceProperties } from "@pulumi/azure-native/storage/blobServiceProperties";
import { StorageAccount } from "@pulumi/azure-native/storage/storageAccount";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const { tenantId, subscriptionId } = getClientConfigOutput();
const group = new ResourceGroup("state-rg");

// Everybody signs in with Entra ID: the account's own keys, which open everything, are switched off.
const account = new StorageAccount(
  "state-account",
  {
    accountName: config.require("accountName"),
    resourceGroupName: group.name,
    kind: "StorageV2",
    sku: { name: "Standard_ZRS" },
    allowBlobPublicAccess: false,
    allowSharedKeyAccess: false,
    allowCrossTenantReplication: false,
    defaultToOAuthAuthentication: true,
    minimumTlsVersion: "TLS1_2",
  },
  { protect: true },
);
const inAccount = { resourceGroupName: group.name, accountName: account.name };
// What was overwritten or deleted comes back for ninety days.
new BlobServiceProperties(
  "state-versions",
  {
    ...inAccount,
    blobServicesName: "default",
    isVersioningEnabled: true,
    deleteRetentionPolicy: { enabled: true, days: 90 },
    containerDeleteRetentionPolicy: { enabled: true, days: 90 },
  },
  { deletedWith: account },
);
const container = new BlobContainer(
  "state-container",
  { ...inAccount, containerName: "state" },
  { deletedWith: account },
);

// Without this key no secret of any state can be read again: its vault cannot be purged.
const vault = new Vault(
  "state-vault",
  {
    resourceGroupName: group.name,
    vaultName: config.require("vaultName"),
    properties: {
      tenantId,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
      enablePurgeProtection: true,
      publicNetworkAccess: "Enabled",
      networkAcls: { bypass: "None", defaultAction: "Allow" },
    },
  },
  { protect: true },
);
const key = new Key(
  "state-key",
  {
    resourceGroupName: group.name,
    vaultName: vault.name,
    keyName: "pulumi",
    properties: { kty: "RSA", keySize: 3072, keyOps: ["encrypt", "decrypt"] },
  },
  { deletedWith: vault, protect: true },
);

/** Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const roles = {
  blobs: { id: "ba92f5b4-2d11-453d-a403-e96b0029c9fe", scope: container.id }, // Storage Blob Data Contributor
  key: { id: "12338af0-0e69-4776-bea7-57ae8d297424", scope: key.id }, // Key Vault Crypto User
};
for (const [index, principalId] of config.requireObject<string[]>("deployerIds").entries()) {
  for (const [what, { id, scope }] of Object.entries(roles)) {
    new RoleAssignment(`state-${what}-${index}`, {
      scope,
      principalId,
      principalType: config.get("deployerType") ?? "Group",
      roleDefinitionId: pulumi.interpolate`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${id}`,
    });
  }
}

/** For `pulumi login`. */
export const backend = pulumi.interpolate`azblob://${container.name}?storage_account=${account.name}`;
/** For `pulumi stack init --secrets-provider`. */
export const secretsProvider = pulumi.interpolate`azurekeyvault://${vault.name}.vault.azure.net/keys/${key.name}`;
