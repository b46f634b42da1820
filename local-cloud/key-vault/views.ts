import type { FastifyRequest } from "fastify";
import type { Sealed } from "../sealing";
import type { Cloud } from "../service";
import { hostOf } from "../serviceApp";
import { keyVaultErrors } from "./errors";
import type { SecretRecord, SecretVersion } from "./secrets";

const pageSize = 25;

const uri = ({ vault, name }: SecretRecord) => `https://${vault}.vault.azure.net/secrets/${name}`;

/** A version with its value. */
export function bundle(cloud: Cloud, secret: SecretRecord, version: SecretVersion): Record<string, unknown> {
  return { value: cloud.sealer.open(version.value), ...item(secret, version, version.version) };
}

/** A secret in a list: without its value, and without its version unless it is a list of versions. */
export function item(secret: SecretRecord, version: SecretVersion, shownVersion?: string): Record<string, unknown> {
  return {
    ...(version.contentType === undefined ? {} : { contentType: version.contentType }),
    id: shownVersion === undefined ? uri(secret) : `${uri(secret)}/${shownVersion}`,
    attributes: version.attributes,
    tags: version.tags ?? {},
  };
}

/** A secret in the deleted state. */
export function deletedItem(secret: SecretRecord, shown: Record<string, unknown>): Record<string, unknown> {
  return {
    recoveryId: `https://${secret.vault}.vault.azure.net/deletedsecrets/${secret.name}`,
    deletedDate: secret.deleted?.deletedDate,
    scheduledPurgeDate: secret.deleted?.scheduledPurgeDate,
    ...shown,
  };
}

/** One page of a list: https://learn.microsoft.com/azure/key-vault/general/versions (maxresults up to 25, nextLink) */
export function page(request: FastifyRequest, items: Record<string, unknown>[]) {
  const query = request.query as Record<string, string | undefined>;
  const wanted = Number(query.maxresults ?? pageSize);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > pageSize) {
    throw keyVaultErrors.badParameter(`maxresults must be between 1 and ${String(pageSize)}.`);
  }
  const start = query.$skiptoken === undefined ? 0 : Number(Buffer.from(query.$skiptoken, "base64url").toString());
  if (!Number.isInteger(start) || start < 0) throw keyVaultErrors.badParameter("The $skiptoken is not valid.");
  const end = start + wanted;
  const next = new URLSearchParams({
    "api-version": query["api-version"] ?? "",
    $skiptoken: Buffer.from(String(end)).toString("base64url"),
    maxresults: String(wanted),
  });
  const path = request.url.split("?")[0] ?? "";
  const nextLink = end < items.length ? `https://${hostOf(request)}${path}?${next.toString()}` : null;
  return { value: items.slice(start, end), nextLink };
}

/** The secret in a backup. @throws KeyVaultError when it is not one of this cloud's */
export function openBackup(cloud: Cloud, backup: string): SecretRecord {
  try {
    return JSON.parse(cloud.sealer.open(Buffer.from(backup, "base64url").toString() as Sealed)) as SecretRecord;
  } catch {
    throw keyVaultErrors.badParameter("Backup blob is invalid or was made in another cloud.");
  }
}
