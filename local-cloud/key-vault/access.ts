import type { FastifyRequest } from "fastify";
import { isAllowed } from "../arm/authorization";
import { type Vault, vaults } from "../arm/vaultModel";
import { seed } from "../seed";
import { type Caller, type Cloud, TokenError } from "../service";
import { hostOf, identify } from "../serviceApp";
import { KeyVaultError, keyVaultErrors } from "./errors";
import { callerText, checkNetwork } from "./network";

const suffix = ".vault.azure.net";
const clientId = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";
const challenge = `Bearer authorization="https://login.microsoftonline.com/${seed.tenantId}", resource="https://vault.azure.net"`;
const apiVersions = /^(7\.[0-9]+(-preview\.\d+)?|20\d\d-\d\d-\d\d(-preview)?)$/i;

/** What may be done with secrets: the data action of Azure RBAC, and the permission of an access policy. */
export const operations = {
  get: { action: "secrets/getSecret/action", permission: "get" },
  list: { action: "secrets/readMetadata/action", permission: "list" },
  set: { action: "secrets/setSecret/action", permission: "set" },
  update: { action: "secrets/update/action", permission: "set" },
  delete: { action: "secrets/delete", permission: "delete" },
  recover: { action: "secrets/recover/action", permission: "recover" },
  backup: { action: "secrets/backup/action", permission: "backup" },
  restore: { action: "secrets/restore/action", permission: "restore" },
  purge: { action: "secrets/purge/action", permission: "purge" },
} as const;
export type Operation = keyof typeof operations;

/** The vault's name in a host name of the data plane, or undefined for other hosts. */
export function vaultNameOf(host: string): string | undefined {
  const name = host.endsWith(suffix) ? host.slice(0, -suffix.length) : "";
  return /^[a-z0-9-]{3,24}$/.test(name) ? name : undefined;
}

function unauthorized(reason: TokenError): KeyVaultError {
  const headers = { "www-authenticate": challenge };
  if (reason.reason === "missing") {
    return new KeyVaultError(
      401,
      "Unauthorized",
      "AKV10000: Request is missing a Bearer or PoP token.",
      undefined,
      headers,
    );
  }
  const message =
    reason.reason === "audience"
      ? `AKV10022: Invalid audience. Expected https://vault.azure.net, found: ${reason.found ?? ""}.`
      : "AKV10001: The token is invalid or expired.";
  const detail = reason.reason === "audience" ? `${challenge}, error="invalid_token"` : challenge;
  return new KeyVaultError(401, "Unauthorized", message, undefined, { "www-authenticate": detail });
}

/** A request to a vault that has shown who it is and passed the network rules. */
export interface VaultAccess {
  vault: Vault;
  caller: Caller;
  /** @throws KeyVaultError 403 unless the caller may do this with the secret, or with all of them. */
  require(operation: Operation, secretName?: string): void;
}

/** Checks, in the service's order: token, api-version, network. @throws KeyVaultError */
export async function admit(cloud: Cloud, request: FastifyRequest): Promise<VaultAccess> {
  const host = hostOf(request);
  const vault = vaults(cloud.store).get(vaultNameOf(host) ?? "");
  if (!vault) throw new KeyVaultError(404, "VaultNotFound", `There is no vault behind ${host}.`);
  let caller: Caller;
  try {
    caller = await identify(cloud, request, ["https://vault.azure.net", `https://${host}`, clientId]);
  } catch (error) {
    throw error instanceof TokenError ? unauthorized(error) : error;
  }
  const version = (request.query as Record<string, string | undefined>)["api-version"];
  if (!version) throw keyVaultErrors.badParameter("api-version must be specified");
  if (!apiVersions.test(version))
    throw keyVaultErrors.badParameter(`The specified version (${version}) is not recognized.`);
  checkNetwork(vault, caller, request.ip);
  return {
    vault,
    caller,
    require: (operation, secretName) => {
      requirePermission(cloud, vault, caller, operation, secretName);
    },
  };
}

function requirePermission(
  cloud: Cloud,
  vault: Vault,
  caller: Caller,
  operation: Operation,
  secretName?: string,
): void {
  const { action, permission } = operations[operation];
  const resource = secretName === undefined ? vault.id : `${vault.id}/secrets/${secretName}`;
  const where = `Vault: ${vault.name};location=${vault.location}`;
  if (!vault.properties.enableRbacAuthorization) {
    const granted = vault.properties.accessPolicies
      .filter(({ objectId }) => objectId === caller.oid)
      .flatMap(({ permissions }) => permissions.secrets ?? [])
      .map((one) => one.toLowerCase());
    if (granted.includes(permission) || granted.includes("all")) return;
    throw new KeyVaultError(
      403,
      "Forbidden",
      `The user, group or application '${callerText(caller)}' does not have secrets ${permission} permission on key vault '${vault.name};location=${vault.location}'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287`,
      "ForbiddenByPolicy",
    );
  }
  const full = `Microsoft.KeyVault/vaults/${action}`;
  if (isAllowed(cloud, caller.oid, "data", full, resource)) return;
  throw new KeyVaultError(
    403,
    "Forbidden",
    `Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\nCaller: ${callerText(caller)}\r\nAction: '${full}'\r\nResource: '${resource.toLowerCase()}'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: 'DeniedWithNoValidRBAC' \r\n${where}\r\n`,
    "ForbiddenByRbac",
  );
}
