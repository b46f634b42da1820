import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Cloud } from "../service";
import { admit, type Operation, type VaultAccess } from "./access";
import { keyVaultErrors } from "./errors";
import {
  currentVersion,
  putSecret,
  requireValidName,
  saveSecret,
  type SecretRecord,
  secretOf,
  secretsOf,
  type SecretVersion,
  updateVersion,
} from "./secrets";
import { openBackup, bundle, item, page } from "./views";

const attributes = z
  .object({ enabled: z.boolean().nullish(), nbf: z.number().int().nullish(), exp: z.number().int().nullish() })
  .nullish();
const changesSchema = z.object({
  contentType: z.string().max(255).nullish(),
  attributes,
  tags: z.record(z.string(), z.string()).nullish(),
});
const setSchema = changesSchema.extend({ value: z.string() });

interface SecretRequest {
  Params: { name: string; version: string };
  Querystring: Record<string, string | undefined>;
}

/** @throws KeyVaultError 400 that says what is wrong, never what was sent */
export function parse<T>(request: FastifyRequest, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(request.body ?? {});
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw keyVaultErrors.badParameter(`The request's body is not valid: ${paths.join("; ")}`);
}

const changesOf = (given: z.infer<typeof changesSchema>) => ({
  contentType: given.contentType ?? undefined,
  attributes: given.attributes ?? {},
  tags: given.tags ?? undefined,
});

/** Live secrets: https://learn.microsoft.com/rest/api/keyvault/secrets */
export function secretRoutes(app: FastifyInstance, cloud: Cloud): void {
  const enter = async (request: FastifyRequest<SecretRequest>, operation: Operation) => {
    const access = await admit(cloud, request);
    requireValidName(request.params.name);
    access.require(operation, request.params.name);
    return access;
  };
  const live = ({ vault }: VaultAccess, name: string): SecretRecord => {
    const secret = secretOf(cloud.store, vault.name, name);
    if (!secret || secret.deleted) throw keyVaultErrors.notFound(name);
    return secret;
  };
  const shown = (secret: SecretRecord, version: SecretVersion) => {
    if (!version.attributes.enabled) throw keyVaultErrors.disabled();
    return bundle(cloud, secret, version);
  };

  app.put<SecretRequest>("/secrets/:name", async (request) => {
    const { vault } = await enter(request, "set");
    const given = parse(request, setSchema);
    const secret = putSecret(cloud, vault, request.params.name, { ...changesOf(given), value: given.value });
    return bundle(cloud, secret, currentVersion(secret));
  });
  app.get<SecretRequest>("/secrets/:name", async (request) => {
    const secret = live(await enter(request, "get"), request.params.name);
    return shown(secret, currentVersion(secret));
  });
  app.get<SecretRequest>("/secrets/:name/:version", async (request) => {
    const { name, version } = request.params;
    const secret = live(await enter(request, "get"), name);
    const found = secret.versions.find((one) => one.version === version.toLowerCase());
    if (!found) throw keyVaultErrors.notFound(`${name}/${version}`);
    return shown(secret, found);
  });
  for (const path of ["/secrets/:name", "/secrets/:name/:version"]) {
    app.patch<SecretRequest>(path, async (request) => {
      const secret = live(await enter(request, "update"), request.params.name);
      const version = (request.params.version || currentVersion(secret).version).toLowerCase();
      const changed = updateVersion(cloud, secret, version, changesOf(parse(request, changesSchema)));
      const { value: _value, ...rest } = bundle(
        cloud,
        changed,
        changed.versions.find((one) => one.version === version) ?? currentVersion(changed),
      );
      return rest;
    });
  }

  app.get<SecretRequest>("/secrets", async (request) => {
    const access = await admit(cloud, request);
    access.require("list");
    const all = secretsOf(cloud.store, access.vault.name).filter(({ deleted }) => !deleted);
    const items = all.map((secret) => item(secret, currentVersion(secret)));
    return page(request, items);
  });
  app.get<SecretRequest>("/secrets/:name/versions", async (request) => {
    const secret = live(await enter(request, "list"), request.params.name);
    const items = secret.versions.map((version) => item(secret, version, version.version));
    return page(request, items);
  });

  app.post<SecretRequest>("/secrets/:name/backup", async (request) => {
    const secret = live(await enter(request, "backup"), request.params.name);
    return { value: Buffer.from(cloud.sealer.seal(JSON.stringify(secret))).toString("base64url") };
  });
  app.post("/secrets/restore", async (request) => {
    const access = await admit(cloud, request);
    access.require("restore");
    const secret = openBackup(cloud, parse(request, z.object({ value: z.string() })).value);
    if (secretOf(cloud.store, access.vault.name, secret.name)) throw keyVaultErrors.conflict(secret.name);
    const restored = { ...secret, vault: access.vault.name.toLowerCase() };
    saveSecret(cloud.store, restored);
    return item(restored, currentVersion(restored), currentVersion(restored).version);
  });
}
