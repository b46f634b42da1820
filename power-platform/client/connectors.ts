import { parseAnswer } from "./answers";
import type { Share } from "../types";
import type { Endpoints } from "./endpoints";
import type { HttpClient } from "./http";
import { permissionChange } from "./permissions";
import { UnderWay } from "./underWay";
import { z } from "zod";
import {
  connectionListSchema,
  connectorListSchema,
  connectorSchema,
  permissionListSchema,
  type WireConnection,
  type WireConnector,
  type WirePermission,
} from "./wireTypes";

/** What create and update send. Source: paconn, and the traffic of the portal. */
export interface ConnectorBody {
  properties: Record<string, unknown>;
}

const document = z.record(z.string(), z.unknown());
/** Pages of a list; a service that always names a next one is not followed for ever. */
const mostPages = 100;

/** Custom connectors at the Power Apps resource provider. */
export class Connectors {
  /** By environment: many connectors are made at once, and each looks first whether it is there. */
  private readonly lists = new UnderWay<WireConnector[]>();

  constructor(
    private readonly http: HttpClient,
    private readonly endpoints: Endpoints,
  ) {}

  /** The custom connectors that the caller may see. Who asks while the same list is under way gets that one. */
  list(environmentId: string): Promise<WireConnector[]> {
    return this.lists.join(environmentId, () => this.listed(environmentId));
  }

  private async listed(environmentId: string): Promise<WireConnector[]> {
    const action = `list the custom connectors of environment ${environmentId}`;
    let endpoint = this.endpoints.customConnectors(environmentId);
    const found: WireConnector[] = [];
    for (let page = 0; page < mostPages; page++) {
      const answer = await this.http.send("GET", endpoint, { action });
      const { value, nextLink } = parseAnswer(connectorListSchema, answer, action);
      found.push(...value);
      if (!nextLink) break;
      endpoint = { ...endpoint, url: nextLink };
    }
    return found;
  }

  /** @returns undefined when there is none of that name */
  async get(environmentId: string, name: string): Promise<WireConnector | undefined> {
    const action = `read the custom connector ${name}`;
    const endpoint = this.endpoints.connector(environmentId, name);
    const answer = await this.http.send("GET", endpoint, { action, accepted: [404] });
    if (answer.status !== 404) return parseAnswer(connectorSchema, answer, action);
    // A missing environment is 404 too, and is no reason to call the connector gone.
    if (answer.body.includes("EnvironmentNotFound")) await this.http.send("GET", endpoint, { action });
    return undefined;
  }

  /** Not repeated when its answer is lost: the service would make a second one, or refuse it. */
  async create(environmentId: string, title: string, content: ConnectorBody): Promise<WireConnector> {
    const action = `create the custom connector ${title}`;
    const answer = await this.http.send("POST", this.endpoints.createConnector(environmentId), {
      action,
      body: content,
    });
    return parseAnswer(connectorSchema, answer, action);
  }

  async update(environmentId: string, name: string, content: ConnectorBody): Promise<void> {
    const action = `update the custom connector ${name}`;
    await this.http.send("PATCH", this.endpoints.connector(environmentId, name), { action, body: content });
  }

  /** Deleting what is gone is fine. */
  async delete(environmentId: string, name: string): Promise<void> {
    const action = `delete the custom connector ${name}`;
    await this.http.send("DELETE", this.endpoints.deleteConnector(environmentId, name), { action, accepted: [404] });
  }

  /**
   * The definition as it was sent: what the connector itself shows is rewritten for the runtime. Its URL carries a
   * signature, so that it is fetched without a token.
   */
  async definition(connector: WireConnector, storage: HttpClient): Promise<Record<string, unknown> | undefined> {
    const url = connector.properties.apiDefinitions?.originalSwaggerUrl;
    if (!url) return undefined;
    const action = `read the definition of the custom connector ${connector.name}`;
    const answer = await storage.send("GET", { url, scope: "" }, { action });
    return parseAnswer(document, answer, action);
  }

  async permissions(environmentId: string, name: string): Promise<WirePermission[]> {
    const action = `read with whom the custom connector ${name} is shared`;
    const endpoint = this.endpoints.connectorSharing(environmentId, name, "permissions");
    const answer = await this.http.send("GET", endpoint, { action });
    return parseAnswer(permissionListSchema, answer, action).value;
  }

  /** Gives and takes roles. Giving the same role twice does what once does. */
  async modifyPermissions(
    environmentId: string,
    name: string,
    put: readonly Share[],
    removed: readonly string[],
  ): Promise<void> {
    const action = `share the custom connector ${name}`;
    const endpoint = this.endpoints.connectorSharing(environmentId, name, "modifyPermissions");
    await this.http.send("POST", endpoint, { action, body: permissionChange(put, removed), repeatable: true });
  }

  /** All connections of a connector, whoever made them; undefined when the caller may not see those of others. */
  async connectionsOf(environmentId: string, name: string): Promise<WireConnection[] | undefined> {
    const action = `list the connections of the custom connector ${name}`;
    const endpoint = this.endpoints.allConnections(environmentId);
    const answer = await this.http.send("GET", endpoint, { action, accepted: [403] });
    if (answer.status === 403) return undefined;
    const { value } = parseAnswer(connectionListSchema, answer, action);
    return value.filter(({ properties }) => properties.apiId?.split("/").at(-1) === name);
  }
}
