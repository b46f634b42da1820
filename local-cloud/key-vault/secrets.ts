import crypto from "node:crypto";
import type { Vault } from "../arm/vaultModel";
import type { Sealed } from "../sealing";
import type { Cloud } from "../service";
import type { Collection, Store } from "../store";
import { keyVaultErrors } from "./errors";

export interface SecretAttributes {
  enabled: boolean;
  nbf?: number;
  exp?: number;
  /** Seconds since 1970. */
  created: number;
  updated: number;
  recoveryLevel: string;
  recoverableDays: number;
}

export interface SecretVersion {
  /** 32 hexadecimal digits. */
  version: string;
  value: Sealed;
  contentType?: string;
  attributes: SecretAttributes;
  tags?: Record<string, string>;
}

export interface SecretRecord {
  vault: string;
  name: string;
  /** Oldest first; the last one is the current version. */
  versions: SecretVersion[];
  /** Seconds since 1970; set while the secret is deleted and recoverable. */
  deleted?: { deletedDate: number; scheduledPurgeDate: number };
}

/** What a caller may say of a version. Undefined leaves it as it is, or at the default. */
export interface SecretChanges {
  contentType?: string | undefined;
  attributes?: { enabled?: boolean | null; nbf?: number | null; exp?: number | null } | null;
  tags?: Record<string, string> | undefined;
}

/** The form of every name in a path: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates */
const validName = /^[0-9a-zA-Z-]{1,127}$/;
const largestValue = 25 * 1024;
const daySeconds = 24 * 60 * 60;

const records = (store: Store): Collection<SecretRecord> => store.collection("secrets");
const key = (vault: string, name: string) => `${vault.toLowerCase()}/${name.toLowerCase()}`;

export const secretOf = (store: Store, vault: string, name: string): SecretRecord | undefined =>
  records(store).get(key(vault, name));

export const secretsOf = (store: Store, vault: string): SecretRecord[] =>
  records(store)
    .values()
    .filter((secret) => secret.vault === vault.toLowerCase());

export const allSecrets = (store: Store): SecretRecord[] => records(store).values();

export const saveSecret = (store: Store, secret: SecretRecord): void => {
  records(store).put(key(secret.vault, secret.name), secret);
};

export function currentVersion(secret: SecretRecord): SecretVersion {
  const version = secret.versions.at(-1);
  if (!version) throw new Error(`The secret ${secret.name} has no version.`);
  return version;
}

/** How a vault's protection shows on its secrets. */
function recovery(vault: Vault) {
  const { enablePurgeProtection, softDeleteRetentionInDays } = vault.properties;
  return {
    recoveryLevel: enablePurgeProtection ? "Recoverable" : "Recoverable+Purgeable",
    recoverableDays: softDeleteRetentionInDays,
  };
}

/** Times that are set; null and undefined take a time away. */
function window(attributes: SecretChanges["attributes"]) {
  return {
    ...(typeof attributes?.nbf === "number" ? { nbf: attributes.nbf } : {}),
    ...(typeof attributes?.exp === "number" ? { exp: attributes.exp } : {}),
  };
}

/** @throws KeyVaultError 400 */
export function requireValidName(name: string): void {
  if (!validName.test(name)) throw keyVaultErrors.badParameter(`The request URI contains an invalid name: ${name}`);
}

/** Adds a version, the first or another. @throws KeyVaultError */
export function putSecret(
  cloud: Cloud,
  vault: Vault,
  name: string,
  given: SecretChanges & { value: string },
): SecretRecord {
  requireValidName(name);
  if (Buffer.byteLength(given.value) > largestValue) {
    throw keyVaultErrors.badParameter(`Secret value size is too large: at most ${String(largestValue)} bytes.`);
  }
  const existing = secretOf(cloud.store, vault.name, name);
  if (existing?.deleted) throw keyVaultErrors.deletedButRecoverable(name);
  const now = cloud.clock.seconds();
  const version: SecretVersion = {
    version: crypto.randomBytes(16).toString("hex"),
    value: cloud.sealer.seal(given.value),
    ...(given.contentType === undefined ? {} : { contentType: given.contentType }),
    attributes: {
      enabled: given.attributes?.enabled ?? true,
      ...window(given.attributes),
      created: now,
      updated: now,
      ...recovery(vault),
    },
    ...(given.tags ? { tags: given.tags } : {}),
  };
  const secret: SecretRecord = {
    vault: vault.name.toLowerCase(),
    name: existing?.name ?? name,
    versions: [...(existing?.versions ?? []), version],
  };
  saveSecret(cloud.store, secret);
  return secret;
}

/** Changes what is said of a version, never its value. @throws KeyVaultError when there is no such version */
export function updateVersion(
  cloud: Cloud,
  secret: SecretRecord,
  version: string,
  changes: SecretChanges,
): SecretRecord {
  if (!secret.versions.some((one) => one.version === version)) {
    throw keyVaultErrors.notFound(`${secret.name}/${version}`);
  }
  const versions = secret.versions.map((one) =>
    one.version === version
      ? {
          ...one,
          ...(changes.contentType === undefined ? {} : { contentType: changes.contentType }),
          ...(changes.tags === undefined ? {} : { tags: changes.tags }),
          attributes: {
            ...one.attributes,
            enabled: changes.attributes?.enabled ?? one.attributes.enabled,
            ...window(changes.attributes),
            updated: cloud.clock.seconds(),
          },
        }
      : one,
  );
  const changed = { ...secret, versions };
  saveSecret(cloud.store, changed);
  return changed;
}

/** Deletes a secret for now. */
export function softDelete(cloud: Cloud, vault: Vault, secret: SecretRecord): SecretRecord {
  const deletedDate = cloud.clock.seconds();
  const scheduledPurgeDate = deletedDate + vault.properties.softDeleteRetentionInDays * daySeconds;
  const deleted = { ...secret, deleted: { deletedDate, scheduledPurgeDate } };
  saveSecret(cloud.store, deleted);
  return deleted;
}

export function recover(store: Store, secret: SecretRecord): SecretRecord {
  const { deleted: _deleted, ...live } = secret;
  saveSecret(store, live);
  return live;
}

export function purge(store: Store, secret: SecretRecord): void {
  records(store).delete(key(secret.vault, secret.name));
}

/** Everything of a vault that is purged. */
export function purgeSecrets(store: Store, vault: string): void {
  for (const secret of secretsOf(store, vault)) purge(store, secret);
}
