import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { seed } from "../seed";
import { type Caller, type Cloud, TokenError } from "../service";
import { identify } from "../serviceApp";
import { Directory } from "./directory";
import { graphErrors } from "./errors";
import { filtered, selected } from "./query";

export type Entity = Record<string, unknown>;

/** A request to Graph with its query and parameters. */
export type GraphRequest = FastifyRequest<{
  Params: { id: string; other: string };
  Querystring: { $filter?: string; $select?: string; $top?: string };
}>;

const bodySchema = z.record(z.string(), z.unknown());
const bindingSchema = z.array(z.string());

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
   * Refuses callers that may not write: the seeded deployer and users may, other applications only what they own
   * (as with the permission Application.ReadWrite.OwnedBy). What is to be changed is found after this: a request that came
   * between would be undone otherwise.
   */
  async writer(request: FastifyRequest, ownerIds: () => string[] = () => []): Promise<Caller> {
    const caller = await this.caller(request);
    const owned = ownerIds().includes(caller.oid);
    const may = owned || caller.idtyp === "user" || caller.oid === seed.deployer.objectId;
    if (!may) throw graphErrors.denied();
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

  /** A list of entities after `$filter`, `$top` and `$select`. */
  list(entities: Entity[], type: string, request: GraphRequest): Entity {
    const { $filter, $top, $select } = request.query;
    const found = filtered(entities, $filter).slice(0, $top === undefined ? undefined : Number($top));
    return {
      "@odata.context": `https://graph.microsoft.com/${this.version}/$metadata#${type}`,
      value: found.map((entity) => selected(entity, $select)),
    };
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
