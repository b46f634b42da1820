import { z } from "zod";
import { seed } from "../seed";
import { isWithin } from "./authorization";
import { armErrors } from "./errors";
import { groupOf } from "./resourceGroups";
import { type ArmRequest, type ArmRoute, bodyOf, ok, param, path, requireAction } from "./route";
import { normalLocation } from "./subscriptions";
import {
  deletedVaults,
  type DeletedVault,
  purgeVault,
  recoverVault,
  softDeleteVault,
  stamp,
  type Vault,
  type VaultProperties,
  vaults,
  vaultView,
} from "./vaultModel";

const flag = z.boolean().nullish();
const tags = z.record(z.string(), z.string()).nullish();
export const accessPolicySchema = z.object({
  tenantId: z.guid(),
  objectId: z.string(),
  permissions: z.object({
    secrets: z.array(z.string()).optional(),
    keys: z.array(z.string()).optional(),
    certificates: z.array(z.string()).optional(),
    storage: z.array(z.string()).optional(),
  }),
});
const propertiesSchema = z.object({
  tenantId: z.guid(),
  sku: z.object({ family: z.string(), name: z.enum(["standard", "premium"]) }),
  accessPolicies: z.array(accessPolicySchema).nullish(),
  networkAcls: z
    .object({
      bypass: z.enum(["AzureServices", "None"]).default("AzureServices"),
      defaultAction: z.enum(["Allow", "Deny"]).default("Allow"),
      ipRules: z.array(z.object({ value: z.string() })).nullish(),
      virtualNetworkRules: z.array(z.object({ id: z.string() })).nullish(),
    })
    .nullish(),
  enabledForDeployment: flag,
  enabledForDiskEncryption: flag,
  enabledForTemplateDeployment: flag,
  enableSoftDelete: flag,
  softDeleteRetentionInDays: z.number().int().nullish(),
  enableRbacAuthorization: flag,
  enablePurgeProtection: flag,
  publicNetworkAccess: z.string().nullish(),
  createMode: z.enum(["default", "recover"]).nullish(),
});
const vaultSchema = z.object({ location: z.string().min(1), tags, properties: propertiesSchema });
const patchSchema = z.object({ tags, properties: propertiesSchema.partial().nullish() });
const nameSchema = z.object({ name: z.string(), type: z.string().optional() });
const validName = /^[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]$/i;

type GivenProperties = Partial<z.infer<typeof propertiesSchema>>;

/** The properties after a PUT or PATCH: what is given, over what was, over the service's defaults. @throws ArmError */
function merged(given: GivenProperties, old: VaultProperties | undefined, location: string): VaultProperties {
  if (given.enablePurgeProtection === false) {
    throw armErrors.badRequest(
      'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.',
    );
  }
  if (given.enableSoftDelete === false) {
    throw armErrors.badRequest('The property "enableSoftDelete" can be set to false only for creating new vault.');
  }
  const retention = given.softDeleteRetentionInDays ?? old?.softDeleteRetentionInDays ?? 90;
  if (retention < 7 || retention > 90) {
    throw armErrors.badRequest('The property "softDeleteRetentionInDays" must be between 7 and 90.');
  }
  if (old && retention !== old.softDeleteRetentionInDays) {
    throw armErrors.badRequest(
      'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.',
    );
  }
  const acls = given.networkAcls ?? old?.networkAcls;
  const protectedNow = given.enablePurgeProtection === true || old?.enablePurgeProtection === true;
  const sku = given.sku ?? old?.sku;
  const tenantId = given.tenantId ?? old?.tenantId;
  if (!sku || !tenantId)
    throw armErrors.badRequest(`The vault in '${location}' needs the properties sku and tenantId.`);
  return {
    sku,
    tenantId,
    ...(acls
      ? { networkAcls: { ...acls, ipRules: acls.ipRules ?? [], virtualNetworkRules: acls.virtualNetworkRules ?? [] } }
      : {}),
    accessPolicies: given.accessPolicies ?? old?.accessPolicies ?? [],
    enabledForDeployment: given.enabledForDeployment ?? old?.enabledForDeployment ?? false,
    enabledForDiskEncryption: given.enabledForDiskEncryption ?? old?.enabledForDiskEncryption ?? false,
    enabledForTemplateDeployment: given.enabledForTemplateDeployment ?? old?.enabledForTemplateDeployment ?? false,
    enableSoftDelete: true,
    softDeleteRetentionInDays: retention,
    enableRbacAuthorization: given.enableRbacAuthorization ?? old?.enableRbacAuthorization ?? false,
    ...(protectedNow ? { enablePurgeProtection: true as const } : {}),
    publicNetworkAccess: given.publicNetworkAccess ?? old?.publicNetworkAccess ?? "Enabled",
  };
}

/** The vault that a path names, in its group. @throws ArmError 404 */
export function vaultOf(request: ArmRequest): Vault {
  const group = groupOf(request);
  const name = param(request, "vault");
  const vault = vaults(request.cloud.store).get(name.toLowerCase());
  if (!vault || !isWithin(vault.id, group.id)) {
    throw armErrors.resourceNotFound("Microsoft.KeyVault/vaults", name, group.name);
  }
  return vault;
}

function put(request: ArmRequest) {
  const { cloud, caller } = request;
  const group = groupOf(request);
  const name = param(request, "vault");
  const id = `${group.id}/providers/Microsoft.KeyVault/vaults/${name}`;
  requireAction(request, "Microsoft.KeyVault/vaults/write", id);
  const body = bodyOf(request, vaultSchema);
  if (!validName.test(name)) {
    throw armErrors.badRequest(
      `The vault name '${name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must begin with a letter, end with a letter or digit, and not contain consecutive hyphens.`,
      "VaultNameNotValid",
    );
  }
  const existing = vaults(cloud.store).get(name.toLowerCase());
  if (existing && !isWithin(existing.id, group.id)) {
    throw armErrors.conflict(
      "VaultAlreadyExists",
      `The vault name '${name}' is already in use. Vault names are globally unique so it is possible that the name is already taken.`,
    );
  }
  const location = existing?.location ?? normalLocation(body.location);
  const deleted = deletedVaults(cloud).get(name.toLowerCase());
  const changed = stamp(cloud, caller);
  if (body.properties.createMode === "recover") {
    if (!deleted)
      throw armErrors.badRequest(
        `A deleted vault with the name '${name}' does not exist.`,
        "SoftDeletedVaultDoesNotExist",
      );
    return { status: 200, body: vaultView(recoverVault(cloud, deleted, { id, ...changed })) };
  }
  if (deleted) {
    throw armErrors.conflict(
      "ConflictError",
      `A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.`,
    );
  }
  const vault: Vault = {
    id: existing?.id ?? id,
    name: existing?.name ?? name,
    location,
    tags: body.tags ?? {},
    properties: merged(body.properties, existing?.properties, location),
    createdBy: existing?.createdBy ?? caller.appid,
    createdAt: existing?.createdAt ?? changed.modifiedAt,
    ...changed,
  };
  vaults(cloud.store).put(name.toLowerCase(), vault);
  return { status: existing ? 200 : 201, body: vaultView(vault) };
}

function deletedView({ vault, deletionDate, scheduledPurgeDate }: DeletedVault) {
  return {
    id: `/subscriptions/${seed.subscriptionId}/providers/Microsoft.KeyVault/locations/${vault.location}/deletedVaults/${vault.name}`,
    name: vault.name,
    type: "Microsoft.KeyVault/deletedVaults",
    properties: {
      vaultId: vault.id,
      location: vault.location,
      tags: vault.tags,
      deletionDate,
      scheduledPurgeDate,
      ...(vault.properties.enablePurgeProtection ? { purgeProtectionEnabled: true } : {}),
    },
  };
}

function deletedOf(request: ArmRequest): DeletedVault {
  const name = param(request, "vault");
  const deleted = deletedVaults(request.cloud).get(name.toLowerCase());
  if (!deleted) throw armErrors.resourceNotFound("Microsoft.KeyVault/deletedVaults", name, param(request, "location"));
  return deleted;
}

const read = "Microsoft.KeyVault/vaults/read";
const subscriptionId = `/subscriptions/${seed.subscriptionId}`;
const one = path("/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}");
const oneDeleted =
  "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{vault}";

export const vaultRoutes: ArmRoute[] = [
  { method: "PUT", pattern: one, handle: put },
  {
    method: "GET",
    pattern: one,
    handle: (request) => {
      const vault = vaultOf(request);
      requireAction(request, read, vault.id);
      return ok(vaultView(vault));
    },
  },
  {
    method: "PATCH",
    pattern: one,
    handle: (request) => {
      const vault = vaultOf(request);
      requireAction(request, "Microsoft.KeyVault/vaults/write", vault.id);
      const body = bodyOf(request, patchSchema);
      const changed: Vault = {
        ...vault,
        tags: body.tags ?? vault.tags,
        properties: merged(body.properties ?? {}, vault.properties, vault.location),
        ...stamp(request.cloud, request.caller),
      };
      vaults(request.cloud.store).put(vault.name.toLowerCase(), changed);
      return ok(vaultView(changed));
    },
  },
  {
    method: "DELETE",
    pattern: one,
    handle: (request) => {
      const group = groupOf(request);
      const vault = vaults(request.cloud.store).get(param(request, "vault").toLowerCase());
      if (!vault || !isWithin(vault.id, group.id)) return { status: 204 };
      requireAction(request, "Microsoft.KeyVault/vaults/delete", vault.id);
      softDeleteVault(request.cloud, vault);
      return { status: 200 };
    },
  },
  {
    method: "GET",
    pattern: path("/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults"),
    handle: (request) => {
      const group = groupOf(request);
      requireAction(request, read, group.id);
      const inside = vaults(request.cloud.store)
        .values()
        .filter(({ id }) => isWithin(id, group.id));
      return ok({ value: inside.map(vaultView) });
    },
  },
  {
    method: "GET",
    pattern: path("/subscriptions/{subscription}/providers/Microsoft.KeyVault/vaults"),
    handle: (request) => {
      requireAction(request, read, subscriptionId);
      return ok({ value: vaults(request.cloud.store).values().map(vaultView) });
    },
  },
  {
    method: "GET",
    pattern: path("/subscriptions/{subscription}/providers/Microsoft.KeyVault/deletedVaults"),
    handle: (request) => {
      requireAction(request, "Microsoft.KeyVault/deletedVaults/read", subscriptionId);
      return ok({ value: deletedVaults(request.cloud).values().map(deletedView) });
    },
  },
  {
    method: "GET",
    pattern: path(oneDeleted),
    handle: (request) => {
      requireAction(request, "Microsoft.KeyVault/locations/deletedVaults/read", subscriptionId);
      return ok(deletedView(deletedOf(request)));
    },
  },
  {
    method: "POST",
    pattern: path(`${oneDeleted}/purge`),
    handle: (request) => {
      requireAction(request, "Microsoft.KeyVault/locations/deletedVaults/purge/action", subscriptionId);
      const { vault } = deletedOf(request);
      if (vault.properties.enablePurgeProtection) {
        throw armErrors.badRequest(
          `Operation "purge" is not allowed because purge protection is enabled for vault '${vault.name}'.`,
          "MethodNotAllowed",
        );
      }
      purgeVault(request.cloud, vault.name);
      return { status: 200 };
    },
  },
  {
    method: "POST",
    pattern: path("/subscriptions/{subscription}/providers/Microsoft.KeyVault/checkNameAvailability"),
    handle: (request) => {
      const { name } = bodyOf(request, nameSchema);
      const taken =
        vaults(request.cloud.store).get(name.toLowerCase()) ?? deletedVaults(request.cloud).get(name.toLowerCase());
      if (!validName.test(name)) {
        return ok({ nameAvailable: false, reason: "AccountNameInvalid", message: "The vault name is invalid." });
      }
      if (taken)
        return ok({
          nameAvailable: false,
          reason: "AlreadyExists",
          message: `The vault name '${name}' is already in use.`,
        });
      return ok({ nameAvailable: true });
    },
  },
];
