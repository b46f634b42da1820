import crypto from "node:crypto";
import type { FastifyInstance } from "fastify";
import { vaults } from "../arm/vaultModel";
import type { Cloud, ListedResource, Service } from "../service";
import { vaultNameOf } from "./access";
import { deletedSecretRoutes } from "./deletedSecrets";
import { KeyVaultError } from "./errors";
import { secretRoutes } from "./secretRoutes";
import { allSecrets } from "./secrets";

function routes(app: FastifyInstance, cloud: Cloud): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const known =
      error instanceof KeyVaultError
        ? error
        : error.statusCode === undefined
          ? new KeyVaultError(500, "InternalServerError", "The local cloud failed. This is its mistake, not yours.")
          : new KeyVaultError(error.statusCode, "BadParameter", error.message);
    void reply.code(known.status).headers(known.headers).send(known.body());
  });
  app.setNotFoundHandler((request, reply) => {
    const error = new KeyVaultError(
      404,
      "NotFound",
      `The request URI is not valid: ${request.url.split("?")[0] ?? ""}`,
    );
    void reply.code(404).send(error.body());
  });
  app.addHook("onSend", (_request, reply, _payload, done) => {
    void reply.headers({
      "cache-control": "no-cache",
      "x-ms-request-id": crypto.randomUUID(),
      "x-ms-keyvault-service-version": "1.9.0.0",
    });
    done();
  });
  secretRoutes(app, cloud);
  deletedSecretRoutes(app, cloud);
}

function resources(cloud: Cloud): ListedResource[] {
  return allSecrets(cloud.store).map(({ vault, name, deleted }) => ({
    service: "key-vault",
    type: "secret",
    name: `${vault}/${name}`,
    id: `https://${vault}.vault.azure.net/secrets/${name}`,
    // A secret goes with its vault: it is recoverable while the vault is.
    ...(deleted || !vaults(cloud.store).get(vault) ? { softDeleted: true } : {}),
  }));
}

/** The data plane of every vault. A vault that is not there has no host, as in DNS. */
export const keyVault: Service = {
  name: "key-vault",
  answersTo: (host, { store }) => vaults(store).get(vaultNameOf(host) ?? "") !== undefined,
  routes,
  resources,
};
