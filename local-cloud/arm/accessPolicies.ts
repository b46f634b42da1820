import { z } from "zod";
import { armErrors } from "./errors";
import { type ArmRequest, type ArmRoute, bodyOf, ok, param, path, requireAction } from "./route";
import { accessPolicySchema, vaultOf } from "./vaults";
import { type AccessPolicy, stamp, vaults } from "./vaultModel";

const bodySchema = z.object({ properties: z.object({ accessPolicies: z.array(accessPolicySchema) }) });
const kinds = ["secrets", "keys", "certificates", "storage"] as const;

/** A principal's permissions with others put in (`add`) or taken out (`remove`), kind by kind. */
function changed(old: AccessPolicy | undefined, given: AccessPolicy, operation: string): AccessPolicy {
  const permissions = kinds.flatMap((kind) => {
    const before = old?.permissions[kind] ?? [];
    const named = given.permissions[kind] ?? [];
    const left =
      operation === "add" ? [...new Set([...before, ...named])] : before.filter((one) => !named.includes(one));
    return left.length > 0 ? [[kind, left] as const] : [];
  });
  return { ...given, permissions: Object.fromEntries(permissions) };
}

/** Adds, replaces or removes permissions of the named principals. */
function update(request: ArmRequest) {
  const vault = vaultOf(request);
  requireAction(request, "Microsoft.KeyVault/vaults/accessPolicies/write", vault.id);
  const operation = param(request, "operation").toLowerCase();
  if (!["add", "replace", "remove"].includes(operation)) {
    throw armErrors.badRequest(`'${operation}' is no operation on access policies: add, replace or remove.`);
  }
  const given = bodyOf(request, bodySchema).properties.accessPolicies;
  const old = vault.properties.accessPolicies;
  const others = old.filter(({ objectId }) => !given.some((one) => one.objectId === objectId));
  const named = given.map((policy) =>
    operation === "replace"
      ? policy
      : changed(
          old.find(({ objectId }) => objectId === policy.objectId),
          policy,
          operation,
        ),
  );
  const accessPolicies = [...others, ...named.filter(({ permissions }) => Object.keys(permissions).length > 0)];
  vaults(request.cloud.store).put(vault.name.toLowerCase(), {
    ...vault,
    properties: { ...vault.properties, accessPolicies },
    ...stamp(request.cloud, request.caller),
  });
  return ok({
    id: `${vault.id}/accessPolicies/`,
    name: vault.name,
    type: "Microsoft.KeyVault/vaults/accessPolicies",
    properties: { accessPolicies },
  });
}

/** https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/update-access-policy */
export const accessPolicyRoutes: ArmRoute[] = [
  {
    method: "PUT",
    pattern: path(
      "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}/accessPolicies/{operation}",
    ),
    handle: update,
  },
];
