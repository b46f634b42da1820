import { z } from "zod";
import { currentVersion, putSecret, type SecretRecord, secretOf, secretsOf, updateVersion } from "../key-vault/secrets";
import { KeyVaultError } from "../key-vault/errors";
import { armErrors } from "./errors";
import { type ArmRequest, type ArmRoute, bodyOf, ok, param, path, requireAction } from "./route";
import { vaultOf } from "./vaults";
import type { Vault } from "./vaultModel";

const attributes = z
  .object({ enabled: z.boolean().nullish(), nbf: z.number().int().nullish(), exp: z.number().int().nullish() })
  .nullish();
const bodySchema = z.object({
  tags: z.record(z.string(), z.string()).nullish(),
  properties: z.object({ value: z.string().nullish(), contentType: z.string().nullish(), attributes }),
});

/** A secret as ARM shows it: never with its value. */
function view(vault: Vault, secret: SecretRecord): Record<string, unknown> {
  const version = currentVersion(secret);
  const uri = `https://${vault.name.toLowerCase()}.vault.azure.net/secrets/${secret.name}`;
  return {
    id: `${vault.id}/secrets/${secret.name}`,
    name: secret.name,
    type: "Microsoft.KeyVault/vaults/secrets",
    location: vault.location,
    ...(version.tags ? { tags: version.tags } : {}),
    properties: {
      ...(version.contentType === undefined ? {} : { contentType: version.contentType }),
      attributes: version.attributes,
      secretUri: uri,
      secretUriWithVersion: `${uri}/${version.version}`,
    },
  };
}

function liveSecret(request: ArmRequest, vault: Vault): SecretRecord {
  const name = param(request, "secret");
  const secret = secretOf(request.cloud.store, vault.name, name);
  if (!secret || secret.deleted) {
    throw armErrors.resourceNotFound(
      "Microsoft.KeyVault/vaults/secrets",
      `${vault.name}/${name}`,
      param(request, "group"),
    );
  }
  return secret;
}

/** ARM words the vault's own refusals in its own envelope. */
function asArm<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof KeyVaultError && error.status === 409) throw armErrors.conflict(error.code, error.message);
    if (error instanceof KeyVaultError) throw armErrors.badRequest(error.message, error.code);
    throw error;
  }
}

const one = path(
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}/secrets/{secret}",
);
const action = "Microsoft.KeyVault/vaults/secrets";

/** Secrets through ARM: written without regard to the vault's firewall, never deleted, never shown. */
export const vaultSecretRoutes: ArmRoute[] = [
  {
    method: "PUT",
    pattern: one,
    handle: (request) => {
      const vault = vaultOf(request);
      requireAction(request, `${action}/write`, vault.id);
      const { properties, tags } = bodyOf(request, bodySchema);
      const name = param(request, "secret");
      const { value } = properties;
      if (value === undefined || value === null) throw armErrors.badRequest("The property 'value' is required.");
      const existed = secretOf(request.cloud.store, vault.name, name) !== undefined;
      const secret = asArm(() =>
        putSecret(request.cloud, vault, name, {
          value,
          contentType: properties.contentType ?? undefined,
          attributes: properties.attributes ?? {},
          tags: tags ?? undefined,
        }),
      );
      return { status: existed ? 200 : 201, body: view(vault, secret) };
    },
  },
  {
    method: "PATCH",
    pattern: one,
    handle: (request) => {
      const vault = vaultOf(request);
      requireAction(request, `${action}/write`, vault.id);
      const { properties, tags } = bodyOf(request, bodySchema);
      const secret = liveSecret(request, vault);
      const changed = asArm(() =>
        updateVersion(request.cloud, secret, currentVersion(secret).version, {
          contentType: properties.contentType ?? undefined,
          attributes: properties.attributes ?? {},
          tags: tags ?? undefined,
        }),
      );
      return ok(view(vault, changed));
    },
  },
  {
    method: "GET",
    pattern: one,
    handle: (request) => {
      const vault = vaultOf(request);
      requireAction(request, `${action}/read`, vault.id);
      return ok(view(vault, liveSecret(request, vault)));
    },
  },
  {
    method: "GET",
    pattern: path(
      "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}/secrets",
    ),
    handle: (request) => {
      const vault = vaultOf(request);
      requireAction(request, `${action}/read`, vault.id);
      const live = secretsOf(request.cloud.store, vault.name).filter(({ deleted }) => !deleted);
      return ok({ value: live.map((secret) => view(vault, secret)) });
    },
  },
  {
    method: "DELETE",
    pattern: one,
    handle: () => {
      throw armErrors.badRequest(
        "The operation 'DELETE' is disallowed on this resource. Use the data plane of the vault to delete a secret.",
        "DisallowedResourceOperation",
      );
    },
  },
];
