import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { seed } from "../seed";
import { type Caller, type Cloud, TokenError } from "../service";
import { identify } from "../serviceApp";
import { Directory } from "./directory";
import { graphErrors } from "./errors";
import { type ListQuery, type Page, pageOf, selected } from "./query";

export type Entity = Record<string, unknown>;

/** A request to Graph with its query and parameters. */
export type GraphRequest = FastifyRequest<{
  Params: { id: string; other: string };
  Querystring: ListQuery;
}>;

const bodySchema = z.record(z.string(), z.unknown());
const bindingSchema = z.array(z.string());

const isEventual = (request: FastifyRequest) => String(request.headers.consistencylevel).toLowerCase() === "eventual";

const isAdministrator = ({ idtyp, oid, roles }: Caller) =>
  idtyp === "user" || oid === seed.deployer.objectId || roles.includes("Application.ReadWrite.All");

/** What the routes of one version of Graph share. */
export class GraphContext {
  readonly directory: Directory;

  constructor(
    readonly cloud: Cloud,
    /** `v1.0` or `beta`. */
    readonly version: string,
  ) {
    this.directory = new Directory(cloud.store);
  }

  /** Who calls. @throws GraphError 401 */
  async caller(request: FastifyRequest): Promise<Caller> {
    try {
      return await identify(this.cloud, request, [
        "https://graph.microsoft.com",
        "00000003-0000-0000-c000-000000000000",
      ]);
    } catch (error) {
      if (error instanceof TokenError) throw graphErrors.unauthenticated();
      throw error;
    }
  }

  /**
   * Refuses callers that may not write: the seeded deployer and users may, and applications with the permission
   * Application.ReadWrite.All; other applications only what they own (as with Application.ReadWrite.OwnedBy).
   * What is to be changed is found after this: a request that came between would be undone otherwise.
   */
  async writer(request: FastifyRequest, ownerIds: () => string[] = () => []): Promise<Caller> {
    const caller = await this.caller(request);
    const may = isAdministrator(caller) || ownerIds().includes(caller.oid);
    if (!may) throw graphErrors.denied();
    return caller;
  }

  /** The same for what the caller makes and so owns: Application.ReadWrite.OwnedBy is enough. */
  async maker(request: FastifyRequest): Promise<Caller> {
    const caller = await this.caller(request);
    if (!isAdministrator(caller) && !caller.roles.includes("Application.ReadWrite.OwnedBy")) throw graphErrors.denied();
    return caller;
  }

  body(request: FastifyRequest): Entity {
    const parsed = bodySchema.safeParse(request.body);
    if (!parsed.success) throw graphErrors.badRequest("A JSON object is expected as the request's body.");
    return parsed.data;
  }

  /** One entity with its `@odata.context`. */
  one(entity: Entity, type: string, request: GraphRequest): Entity {
    const context = `https://graph.microsoft.com/${this.version}/$metadata#${type}/$entity`;
    return { "@odata.context": context, ...selected(entity, request.query.$select) };
  }

  /** One page of a list after the query's options, with a link to the next. */
  list(entities: Entity[], type: string, request: GraphRequest): Entity {
    const { query } = request;
    const found = this.page(entities, type, request);
    const base = `https://graph.microsoft.com/${this.version}`;
    const next = new URLSearchParams({ ...query, $skiptoken: found.next ?? "" }).toString();
    return {
      "@odata.context": `${base}/$metadata#${type}`,
      ...(query.$count?.toLowerCase() === "true" ? { "@odata.count": found.count } : {}),
      ...(found.next === undefined
        ? {}
        : { "@odata.nextLink": `https://graph.microsoft.com${request.url.split("?")[0] ?? ""}?${next}` }),
      value: found.entities.map((entity) => selected(entity, query.$select)),
    };
  }

  /** The answer to `/$count`: a bare number. */
  count(entities: Entity[], type: string, request: GraphRequest): string {
    if (!isEventual(request)) {
      throw graphErrors.badRequest(
        "$count is not currently supported without the header 'ConsistencyLevel: eventual'.",
      );
    }
    return String(this.page(entities, type, request).count);
  }

  private page(entities: Entity[], type: string, request: GraphRequest): Page {
    return pageOf(entities, request.query, type, isEventual(request));
  }

  /** Owners as other requests show them. */
  objects(ids: string[]): Entity[] {
    return ids.flatMap((id) => {
      const principal = this.directory.principal(id);
      if (!principal) return [];
      const type = principal.type === "ServicePrincipal" ? "servicePrincipal" : principal.type.toLowerCase();
      return [{ "@odata.type": `#microsoft.graph.${type}`, id, displayName: principal.displayName }];
    });
  }

  /** The object ids in a list of `…/directoryObjects/{id}` links. @throws GraphError for unknown ones */
  boundIds(links: unknown): string[] {
    const parsed = bindingSchema.safeParse(links ?? []);
    if (!parsed.success) throw graphErrors.badRequest("Invalid value specified for property 'owners@odata.bind'.");
    return parsed.data.map((link) => {
      const id = /\/([0-9a-f-]{36})\)?'?\)?$/i.exec(link)?.[1] ?? /\('([0-9a-f-]{36})'\)$/i.exec(link)?.[1];
      if (id === undefined || !this.directory.principal(id)) throw graphErrors.notFound(id ?? link);
      return id;
    });
  }
}

/** 204 without a body. */
export async function noContent(reply: FastifyReply): Promise<FastifyReply> {
  return reply.code(204).send();
}
