import crypto from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type Entity, type GraphContext, type GraphRequest, noContent } from "./context";
import type { Application, FederatedIdentityCredential } from "./directory";
import { graphErrors } from "./errors";
import { addPassword, removePassword } from "./passwords";
import { patched } from "./query";
import { applicationView, graphTime } from "./views";

/** Properties that a client may not set. */
const readOnly = ["id", "appId", "createdDateTime", "deletedDateTime", "publisherDomain", "passwordCredentials"];
const credentialSchema = z.object({
  name: z.string().regex(/^[a-z0-9][\w-]{2,119}$/i),
  issuer: z.string().min(1).max(600),
  subject: z.string().min(1).max(600),
  audiences: z.array(z.string().max(600)).length(1),
  description: z.string().nullish(),
});

function settable(body: Entity): Entity {
  const entries = Object.entries(body).filter(([name]) => !readOnly.includes(name) && !name.includes("@odata"));
  return Object.fromEntries(entries);
}

function check(properties: Entity): void {
  const { displayName } = properties;
  if (
    displayName !== undefined &&
    (typeof displayName !== "string" || displayName.length === 0 || displayName.length > 256)
  ) {
    throw graphErrors.badRequest("Invalid value specified for property 'displayName' of resource 'Application'.");
  }
}

/** Application registrations: https://learn.microsoft.com/graph/api/resources/application */
export function applicationRoutes(app: FastifyInstance, context: GraphContext): void {
  const { directory, cloud } = context;
  const base = `/${context.version}/applications`;

  /** By object id, or by client id in the key form `(appId='…')`. */
  const find = (request: GraphRequest): Application => {
    const { id } = request.params;
    const byClientId = /^\(appId='([^']*)'\)$/i.exec(id)?.[1];
    const found = byClientId
      ? directory.applicationByClientId(byClientId)
      : directory.applications.get(id.toLowerCase());
    if (!found) throw graphErrors.notFound(byClientId ?? id);
    return found;
  };
  const save = (application: Application) => {
    directory.applications.put(application.id, application);
  };

  app.get(base, async (request: GraphRequest) => {
    await context.caller(request);
    return context.list(directory.applications.values().map(applicationView), "applications", request);
  });
  app.get(`${base}/$count`, async (request: GraphRequest) => {
    await context.caller(request);
    return context.count(directory.applications.values().map(applicationView), "applications", request);
  });
  app.post(base, async (request: GraphRequest, reply) => {
    const caller = await context.maker(request);
    const body = context.body(request);
    if (!body.displayName)
      throw graphErrors.badRequest("A value is required for property 'displayName' of resource 'Application'.");
    const properties = settable(body);
    check(properties);
    const now = cloud.clock.now();
    const owners = new Set([...context.boundIds(body["owners@odata.bind"]), caller.oid]);
    const application: Application = {
      id: crypto.randomUUID(),
      appId: crypto.randomUUID(),
      createdDateTime: graphTime(now),
      properties,
      ownerIds: [...owners],
      passwords: [],
      federatedIdentityCredentials: [],
    };
    save(application);
    return reply.code(201).send(context.one(applicationView(application), "applications", request));
  });

  // Both `/applications/{id}` and `/applications(appId='…')`.
  for (const path of [`${base}/:id`, `${base}:id`]) {
    app.get(path, async (request: GraphRequest) => {
      await context.caller(request);
      return context.one(applicationView(find(request)), "applications", request);
    });
    app.patch(path, async (request: GraphRequest, reply) => {
      await context.writer(request, () => find(request).ownerIds);
      const application = find(request);
      const patch = settable(context.body(request));
      check(patch);
      save({ ...application, properties: patched(application.properties, patch) });
      return noContent(reply);
    });
    app.delete(path, async (request: GraphRequest, reply) => {
      await context.writer(request, () => find(request).ownerIds);
      const application = find(request);
      if (application.seeded) throw graphErrors.denied();
      directory.applications.delete(application.id);
      const deletedDateTime = graphTime(cloud.clock.now());
      cloud.store.collection("deletedApplications").put(application.id, { application, deletedDateTime });
      const principal = directory.servicePrincipalByClientId(application.appId);
      if (principal) directory.servicePrincipals.delete(principal.id);
      return noContent(reply);
    });
  }

  app.get(`${base}/:id/owners`, async (request: GraphRequest) => {
    await context.caller(request);
    return context.list(context.objects(find(request).ownerIds), "directoryObjects", request);
  });
  app.post(`${base}/:id/owners/$ref`, async (request: GraphRequest, reply) => {
    await context.writer(request, () => find(request).ownerIds);
    const application = find(request);
    const [owner = ""] = context.boundIds([context.body(request)["@odata.id"]]);
    if (application.ownerIds.includes(owner)) {
      throw graphErrors.badRequest(
        "One or more added object references already exist for the following modified properties: 'owners'.",
      );
    }
    save({ ...application, ownerIds: [...application.ownerIds, owner] });
    return noContent(reply);
  });
  app.delete(`${base}/:id/owners/:other/$ref`, async (request: GraphRequest, reply) => {
    await context.writer(request, () => find(request).ownerIds);
    const application = find(request);
    if (!application.ownerIds.includes(request.params.other)) throw graphErrors.notFound(request.params.other);
    save({ ...application, ownerIds: application.ownerIds.filter((owner) => owner !== request.params.other) });
    return noContent(reply);
  });

  app.post(`${base}/:id/addPassword`, async (request: GraphRequest) => {
    await context.writer(request, () => find(request).ownerIds);
    const application = find(request);
    const { password, answer } = addPassword(cloud, request.body);
    save({ ...application, passwords: [...application.passwords, password] });
    return {
      "@odata.context": `https://graph.microsoft.com/${context.version}/$metadata#microsoft.graph.passwordCredential`,
      ...answer,
    };
  });
  app.post(`${base}/:id/removePassword`, async (request: GraphRequest, reply) => {
    await context.writer(request, () => find(request).ownerIds);
    const application = find(request);
    save({ ...application, passwords: removePassword(application.passwords, request.body) });
    return noContent(reply);
  });

  federatedCredentialRoutes(app, context, base, find, save);
}

/** An issuer's subject can be trusted once. @throws GraphError 409 */
function requireUnique(
  others: FederatedIdentityCredential[],
  { issuer, subject }: Pick<FederatedIdentityCredential, "issuer" | "subject">,
): void {
  if (others.some((one) => one.issuer === issuer && one.subject === subject)) {
    throw graphErrors.conflict("issuer and subject");
  }
}

/** https://learn.microsoft.com/graph/api/resources/federatedidentitycredential */
function federatedCredentialRoutes(
  app: FastifyInstance,
  context: GraphContext,
  base: string,
  find: (request: GraphRequest) => Application,
  save: (application: Application) => void,
): void {
  const type = "federatedIdentityCredentials";
  const path = `${base}/:id/federatedIdentityCredentials`;
  const credentialOf = (request: GraphRequest) => {
    const { other } = request.params;
    const found = find(request).federatedIdentityCredentials.find(({ id, name }) => id === other || name === other);
    if (!found) throw graphErrors.notFound(other);
    return found;
  };

  app.get(path, async (request: GraphRequest) => {
    await context.caller(request);
    return context.list(
      find(request).federatedIdentityCredentials.map((one) => ({ ...one })),
      type,
      request,
    );
  });
  app.post(path, async (request: GraphRequest, reply) => {
    await context.writer(request, () => find(request).ownerIds);
    const application = find(request);
    const parsed = credentialSchema.safeParse(request.body);
    if (!parsed.success)
      throw graphErrors.badRequest(`Invalid federated identity credential: ${z.prettifyError(parsed.error)}`);
    const others = application.federatedIdentityCredentials;
    if (others.some(({ name }) => name === parsed.data.name)) throw graphErrors.conflict("name");
    requireUnique(others, parsed.data);
    if (others.length >= 20) throw graphErrors.badRequest("Cannot add more than 20 federated identity credentials.");
    const credential = { ...parsed.data, id: crypto.randomUUID(), description: parsed.data.description ?? null };
    save({ ...application, federatedIdentityCredentials: [...others, credential] });
    return reply.code(201).send(context.one(credential, type, request));
  });
  app.get(`${path}/:other`, async (request: GraphRequest) => {
    await context.caller(request);
    return context.one({ ...credentialOf(request) }, type, request);
  });
  app.patch(`${path}/:other`, async (request: GraphRequest, reply) => {
    await context.writer(request, () => find(request).ownerIds);
    const application = find(request);
    const credential = credentialOf(request);
    const parsed = credentialSchema.partial().safeParse(request.body);
    if (!parsed.success)
      throw graphErrors.badRequest(`Invalid federated identity credential: ${z.prettifyError(parsed.error)}`);
    const { name = credential.name, description = credential.description } = parsed.data;
    if (name !== credential.name) throw graphErrors.badRequest("The property 'name' cannot be changed.");
    const changed = { ...credential, ...parsed.data, description };
    const others = application.federatedIdentityCredentials.filter(({ id }) => id !== credential.id);
    requireUnique(others, changed);
    save({ ...application, federatedIdentityCredentials: [...others, changed] });
    return noContent(reply);
  });
  app.delete(`${path}/:other`, async (request: GraphRequest, reply) => {
    await context.writer(request, () => find(request).ownerIds);
    const application = find(request);
    const credential = credentialOf(request);
    const left = application.federatedIdentityCredentials.filter(({ id }) => id !== credential.id);
    save({ ...application, federatedIdentityCredentials: left });
    return noContent(reply);
  });
}
