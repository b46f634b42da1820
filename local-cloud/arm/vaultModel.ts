import { purgeSecrets } from "../key-vault/secrets";
import type { Caller, Cloud } from "../service";
import type { Collection, Store } from "../store";
import { isWithin, roleAssignments } from "./authorization";
import { dropSimpleResources } from "./simpleModel";

/** The properties of a vault as ARM shows them, after defaults: https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/get */
export interface VaultProperties {
  sku: { family: string; name: string };
  tenantId: string;
  accessPolicies: AccessPolicy[];
  networkAcls?: NetworkAcls;
  enabledForDeployment: boolean;
  enabledForDiskEncryption?: boolean;
  enabledForTemplateDeployment?: boolean;
  enableSoftDelete: true;
  softDeleteRetentionInDays: number;
  enableRbacAuthorization: boolean;
  enablePurgeProtection?: true;
  publicNetworkAccess: string;
}

export interface AccessPolicy {
  tenantId: string;
  objectId: string;
  permissions: { secrets?: string[]; keys?: string[]; certificates?: string[]; storage?: string[] };
}

export interface NetworkAcls {
  bypass: string;
  defaultAction: string;
  ipRules: { value: string }[];
  virtualNetworkRules: { id: string }[];
}

export interface Vault {
  id: string;
  name: string;
  location: string;
  tags: Record<string, string>;
  properties: VaultProperties;
  createdBy: string;
  createdAt: string;
  modifiedBy: string;
  modifiedAt: string;
}

export interface DeletedVault {
  vault: Vault;
  deletionDate: string;
  scheduledPurgeDate: string;
}

const day = 24 * 60 * 60 * 1000;

/** Vaults by lower-case name: names are unique in the whole cloud. */
export const vaults = (store: Store): Collection<Vault> => store.collection("vaults");
const allDeleted = (store: Store): Collection<DeletedVault> => store.collection("deletedVaults");

/** The vaults that can still be recovered. Those whose time is over are purged here. */
export function deletedVaults(cloud: Cloud): Collection<DeletedVault> {
  const deleted = allDeleted(cloud.store);
  for (const { vault, scheduledPurgeDate } of deleted.values()) {
    if (Date.parse(scheduledPurgeDate) <= cloud.clock.now().getTime()) purgeVault(cloud, vault.name);
  }
  return deleted;
}

/** Deletes a vault for now: it keeps its secrets and loses its role assignments and diagnostic settings. */
export function softDeleteVault(cloud: Cloud, vault: Vault): void {
  const now = cloud.clock.now().getTime();
  const retention = vault.properties.softDeleteRetentionInDays * day;
  vaults(cloud.store).delete(vault.name.toLowerCase());
  allDeleted(cloud.store).put(vault.name.toLowerCase(), {
    vault,
    deletionDate: new Date(now).toISOString(),
    scheduledPurgeDate: new Date(now + retention).toISOString(),
  });
  const assignments = roleAssignments(cloud.store);
  for (const { name, scope } of assignments.values()) if (isWithin(scope, vault.id)) assignments.delete(name);
  dropSimpleResources(cloud.store, vault.id);
}

/** Brings a deleted vault back, with its secrets and without role assignments. */
export function recoverVault(cloud: Cloud, { vault }: DeletedVault, changes: Partial<Vault> = {}): Vault {
  const recovered = { ...vault, ...changes };
  allDeleted(cloud.store).delete(vault.name.toLowerCase());
  vaults(cloud.store).put(vault.name.toLowerCase(), recovered);
  return recovered;
}

/** Deletes a deleted vault and its secrets for good. */
export function purgeVault(cloud: Cloud, name: string): void {
  allDeleted(cloud.store).delete(name.toLowerCase());
  purgeSecrets(cloud.store, name);
}

/** A vault as ARM answers it. */
export function vaultView(vault: Vault): Record<string, unknown> {
  const { createdBy, createdAt, modifiedBy, modifiedAt, properties, ...rest } = vault;
  return {
    ...rest,
    type: "Microsoft.KeyVault/vaults",
    systemData: {
      createdBy,
      createdByType: "Application",
      createdAt,
      lastModifiedBy: modifiedBy,
      lastModifiedByType: "Application",
      lastModifiedAt: modifiedAt,
    },
    properties: {
      ...properties,
      vaultUri: `https://${vault.name.toLowerCase()}.vault.azure.net/`,
      provisioningState: "Succeeded",
    },
  };
}

/** Marks who changed a vault, and when. */
export function stamp(cloud: Cloud, caller: Caller): { modifiedBy: string; modifiedAt: string } {
  return { modifiedBy: caller.appid, modifiedAt: cloud.clock.now().toISOString() };
}
