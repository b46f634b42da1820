import crypto from "node:crypto";
import { z } from "zod";
import { armErrors } from "./errors";
import { kind, type SimpleKind } from "./simpleKinds";

/** https://learn.microsoft.com/azure/templates/microsoft.logic/workflows */
const workflow = kind({
  type: "Microsoft.Logic/workflows",
  place: "group",
  versions: ["2016-06-01", "2017-07-01", "2019-05-01"],
  name: /^[\w.()-]{1,80}$/,
  properties: z.looseObject({
    state: z.enum(["Enabled", "Disabled", "NotSpecified", "Completed", "Deleted", "Suspended"]).nullish(),
    definition: z.looseObject({
      $schema: z.string(),
      contentVersion: z.string(),
      parameters: z.record(z.string(), z.looseObject({ type: z.string() })).nullish(),
      triggers: z.record(z.string(), z.looseObject({ type: z.string() })).nullish(),
      actions: z.record(z.string(), z.looseObject({ type: z.string() })).nullish(),
    }),
    parameters: z.record(z.string(), z.looseObject({ value: z.unknown() })).nullish(),
  }),
  kept: ({ properties, old, now }) => {
    const { definition, parameters } = properties;
    const unknown = Object.keys(parameters ?? {}).find((name) => definition.parameters?.[name] === undefined);
    if (unknown !== undefined) {
      throw armErrors.badRequest(
        `The workflow parameters '${unknown}' are not valid; they are not defined in the workflow definition.`,
        "InvalidTemplate",
      );
    }
    const made = old?.properties ?? {};
    return {
      ...properties,
      state: properties.state ?? "Enabled",
      version: crypto.randomUUID().replaceAll("-", ""),
      accessEndpoint:
        made.accessEndpoint ??
        `https://prod-00.westeurope.logic.azure.com:443/workflows/${crypto.randomUUID().replaceAll("-", "")}`,
      createdTime: made.createdTime ?? now,
      changedTime: now,
      provisioningState: "Succeeded",
    };
  },
});

/** https://learn.microsoft.com/azure/templates/microsoft.storage/storageaccounts */
const storageAccount = kind({
  type: "Microsoft.Storage/storageAccounts",
  place: "group",
  versions: ["2022-09-01", "2023-01-01", "2023-05-01", "2024-01-01"],
  name: /^[a-z0-9]{3,24}$/,
  createdStatus: 200,
  properties: z.looseObject({
    accessTier: z.enum(["Hot", "Cool", "Cold", "Premium"]).nullish(),
    allowBlobPublicAccess: z.boolean().nullish(),
    allowSharedKeyAccess: z.boolean().nullish(),
    minimumTlsVersion: z.enum(["TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"]).nullish(),
    publicNetworkAccess: z.enum(["Enabled", "Disabled", "SecuredByPerimeter"]).nullish(),
  }),
  kept: ({ name, properties, old, now }) => ({
    accessTier: "Hot",
    minimumTlsVersion: "TLS1_0",
    supportsHttpsTrafficOnly: true,
    networkAcls: { bypass: "AzureServices", defaultAction: "Allow", ipRules: [], virtualNetworkRules: [] },
    ...properties,
    primaryEndpoints: { blob: `https://${name}.blob.core.windows.net/` },
    primaryLocation: old?.properties.primaryLocation,
    statusOfPrimary: "available",
    creationTime: old?.createdAt ?? now,
    provisioningState: "Succeeded",
  }),
});

const account = "Microsoft.Storage/storageAccounts";
const storageVersions = storageAccount.versions;
const retention = z.looseObject({ enabled: z.boolean(), days: z.number().int().min(1).max(365).nullish() });

/** Versions and deleted blobs of an account: there is one, called default. */
const blobService = kind({
  type: `${account}/blobServices`,
  place: "part",
  partOf: { type: account, path: "blobServices" },
  versions: storageVersions,
  name: /^default$/,
  createdStatus: 200,
  isDeletable: false,
  properties: z.looseObject({
    isVersioningEnabled: z.boolean().nullish(),
    deleteRetentionPolicy: retention.nullish(),
    containerDeleteRetentionPolicy: retention.nullish(),
  }),
  kept: ({ properties }) => ({ cors: { corsRules: [] }, ...properties }),
});

const container = kind({
  type: `${account}/blobServices/containers`,
  place: "part",
  partOf: { type: account, path: "blobServices/default/containers" },
  versions: storageVersions,
  name: /^(?:[a-z0-9]|\$root|\$web)(?:[a-z0-9]|-(?=[a-z0-9])){2,62}$/,
  hasEtag: true,
  properties: z.looseObject({
    publicAccess: z.enum(["None", "Blob", "Container"]).nullish(),
    metadata: z.record(z.string(), z.string()).nullish(),
  }),
  kept: ({ properties, now }) => ({
    publicAccess: "None",
    defaultEncryptionScope: "$account-encryption-key",
    denyEncryptionScopeOverride: false,
    hasImmutabilityPolicy: false,
    hasLegalHold: false,
    ...properties,
    lastModifiedTime: now,
    leaseState: "Available",
    leaseStatus: "Unlocked",
  }),
});

const seconds = (moment: string) => Math.floor(Date.parse(moment) / 1000);

/** The ARM side of a key; a second PUT answers with what is there. https://learn.microsoft.com/rest/api/keyvault/keyvault/keys/create-if-not-exist */
const key = kind({
  type: "Microsoft.KeyVault/vaults/keys",
  place: "part",
  partOf: { type: "Microsoft.KeyVault/vaults", path: "keys" },
  versions: ["2022-07-01", "2023-02-01", "2023-07-01", "2024-11-01", "2026-02-01"],
  name: /^[a-z0-9-]{1,127}$/i,
  createdStatus: 200,
  isDeletable: false,
  properties: z.looseObject({
    kty: z.enum(["RSA", "RSA-HSM", "EC", "EC-HSM"]),
    keySize: z.union([z.literal(2048), z.literal(3072), z.literal(4096)]).nullish(),
    keyOps: z.array(z.string()).nullish(),
  }),
  kept: ({ name, scope, properties, old, now }) => {
    if (old) return old.properties;
    const uri = `https://${scope.split("/").pop()?.toLowerCase() ?? ""}.vault.azure.net/keys/${name}`;
    return {
      keySize: 2048,
      ...properties,
      attributes: { enabled: true, exportable: false, created: seconds(now), updated: seconds(now) },
      keyUri: uri,
      keyUriWithVersion: `${uri}/${crypto.randomUUID().replaceAll("-", "")}`,
    };
  },
});

/** What stands beside the stack: a Logic App that uses its outputs, the account and the key that keep its state. */
export const neighbourKinds: readonly SimpleKind[] = [workflow, storageAccount, blobService, container, key];
