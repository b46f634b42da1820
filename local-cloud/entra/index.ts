import crypto from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { seed } from "../seed";
import type { Cloud, Service } from "../service";
import { discoveryRoutes, signInHosts } from "./discovery";
import { EntraError, entraErrors } from "./errors";
import { grant } from "./grants";

const guid = z.guid();
const formSchema = z.record(z.string(), z.string());
const anyTenant = ["common", "organizations", "consumers"];

const tenantForm = /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?:[a-z0-9-]+\.)+[a-z]{2,})$/;

/** The id of the tenant that a path names by id or domain. @throws EntraError AADSTS90002 or AADSTS900023 */
function tenantIdOf(tenant: string): string {
  const wanted = tenant.toLowerCase();
  if (wanted === seed.tenantId || wanted === seed.tenantDomain || anyTenant.includes(wanted)) return seed.tenantId;
  throw tenantForm.test(wanted) ? entraErrors.unknownTenant(tenant) : entraErrors.malformedTenant(tenant);
}

function routes(app: FastifyInstance, cloud: Cloud): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const known =
      error instanceof EntraError
        ? error
        : new EntraError(
            error.statusCode ?? 500,
            "invalid_request",
            9002313,
            "Invalid request. Request is malformed or invalid.",
          );
    const clientRequestId = guid.safeParse(request.headers["client-request-id"]).data;
    void reply
      .code(known.status)
      .headers({
        "cache-control": "no-store, no-cache",
        "x-ms-request-id": crypto.randomUUID(),
        ...(clientRequestId === undefined ? {} : { "client-request-id": clientRequestId }),
      })
      .send(known.body(cloud.clock.now(), clientRequestId));
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send());

  for (const version of [1, 2] as const) {
    const path = version === 2 ? "/:tenant/oauth2/v2.0" : "/:tenant/oauth2";
    app.post<{ Params: { tenant: string } }>(`${path}/token`, async (request, reply) => {
      const isForm = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
      const form = formSchema.safeParse(isForm ? request.body : {});
      if (!form.success) throw entraErrors.missingParameter("grant_type");
      void reply.headers({ "cache-control": "no-store, no-cache", pragma: "no-cache" });
      return grant(cloud, {
        tenantId: tenantIdOf(request.params.tenant),
        tenantNamed: !anyTenant.includes(request.params.tenant.toLowerCase()),
        form: form.data,
        authorization: request.headers.authorization,
        version,
      });
    });
    app.route({
      method: ["GET", "PUT", "PATCH", "DELETE"],
      url: `${path}/token`,
      handler: (request) => {
        throw entraErrors.wrongMethod(request.method);
      },
    });
    app.post(`${path}/devicecode`, () => ({
      user_code: crypto.randomBytes(5).toString("hex").toUpperCase(),
      device_code: crypto.randomBytes(32).toString("base64url"),
      verification_uri: "https://microsoft.com/devicelogin",
      verification_url: "https://microsoft.com/devicelogin",
      expires_in: version === 2 ? 900 : "900",
      interval: version === 2 ? 5 : "5",
      message: "The local cloud has no page to sign in: use a user's name and password instead.",
    }));
  }
  discoveryRoutes(app, cloud, tenantIdOf);
}

/** Microsoft Entra ID: sign-in endpoints of the one tenant. */
export const entra: Service = { name: "entra", answersTo: (host) => signInHosts.includes(host), routes };
