import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Cloud } from "../service";
import { admit, type Operation, type VaultAccess } from "./access";
import { keyVaultErrors } from "./errors";
import {
  currentVersion,
  purge,
  recover,
  requireValidName,
  type SecretRecord,
  secretOf,
  secretsOf,
  softDelete,
} from "./secrets";
import { bundle, deletedItem, item, page } from "./views";

interface DeletedRequest {
  Params: { name: string };
}

/** Deletion and what follows it: https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview */
export function deletedSecretRoutes(app: FastifyInstance, cloud: Cloud): void {
  const enter = async (request: FastifyRequest<DeletedRequest>, operation: Operation) => {
    const access = await admit(cloud, request);
    requireValidName(request.params.name);
    access.require(operation, request.params.name);
    return access;
  };
  const deletedIn = ({ vault }: VaultAccess, name: string): SecretRecord => {
    const secret = secretOf(cloud.store, vault.name, name);
    if (secret?.deleted && secret.deleted.scheduledPurgeDate <= cloud.clock.seconds()) purge(cloud.store, secret);
    else if (secret?.deleted) return secret;
    throw keyVaultErrors.deletedNotFound(name);
  };
  const withoutValue = (secret: SecretRecord) => {
    const { value: _value, ...rest } = bundle(cloud, secret, currentVersion(secret));
    return deletedItem(secret, rest);
  };

  app.delete<DeletedRequest>("/secrets/:name", async (request) => {
    const access = await enter(request, "delete");
    const secret = secretOf(cloud.store, access.vault.name, request.params.name);
    if (!secret || secret.deleted) throw keyVaultErrors.notFound(request.params.name);
    return withoutValue(softDelete(cloud, access.vault, secret));
  });
  app.get("/deletedsecrets", async (request) => {
    const access = await admit(cloud, request);
    access.require("list");
    const deleted = secretsOf(cloud.store, access.vault.name).filter((secret) => secret.deleted);
    return page(
      request,
      deleted.map((secret) => deletedItem(secret, item(secret, currentVersion(secret)))),
    );
  });
  app.get<DeletedRequest>("/deletedsecrets/:name", async (request) => {
    return withoutValue(deletedIn(await enter(request, "list"), request.params.name));
  });
  app.post<DeletedRequest>("/deletedsecrets/:name/recover", async (request) => {
    const live = recover(cloud.store, deletedIn(await enter(request, "recover"), request.params.name));
    return item(live, currentVersion(live), currentVersion(live).version);
  });
  app.delete<DeletedRequest>("/deletedsecrets/:name", async (request, reply) => {
    const access = await enter(request, "purge");
    const secret = deletedIn(access, request.params.name);
    if (access.vault.properties.enablePurgeProtection) throw keyVaultErrors.purgeProtected(secret.name);
    purge(cloud.store, secret);
    return reply.code(204).send();
  });
}
