import { STATUS_CODES } from "node:http";
import { callerClaims, type Connection } from "../common/connection";
import { RestClient } from "../common/rest";
import { isObject, type Properties } from "../common/values";

const endpoint = "https://graph.microsoft.com";

/** Words an error as hashicorp/go-azure-sdk does. */
const describe = (status: number, code: string, message: string): string =>
  `unexpected status ${String(status)} (${String(status)} ${STATUS_CODES[status] ?? ""}) with error: ${code}: ${message}`;

/** Microsoft Graph: https://learn.microsoft.com/graph/api/overview */
export class GraphClient {
  private readonly rest: RestClient;
  private claims: Promise<{ objectId: string }> | undefined;

  constructor(readonly connection: Connection) {
    this.rest = new RestClient({
      credential: connection.credential,
      scope: `${endpoint}/.default`,
      describe,
      signal: connection.signal,
    });
  }

  /** Object id of the principal that signs in. */
  async callerId(): Promise<string> {
    this.claims ??= callerClaims(this.connection);
    return (await this.claims).objectId;
  }

  /** @returns undefined when there is no such object. */
  async get(path: string): Promise<Properties | undefined> {
    const answer = await this.rest.send("GET", `${endpoint}${path}`, undefined, [404]);
    return answer.status === 404 ? undefined : answer.body;
  }

  /** Every object of a collection that matches `property eq 'value'`, over all pages. */
  async list(path: string, filter?: { property: string; value: string }): Promise<Properties[]> {
    const condition = filter && `${filter.property} eq '${filter.value.replaceAll("'", "''")}'`;
    const query = condition === undefined ? "" : `?${new URLSearchParams({ $filter: condition }).toString()}`;
    const found: Properties[] = [];
    for (let url: unknown = `${endpoint}${path}${query}`; typeof url === "string";) {
      const { body } = await this.rest.send("GET", url);
      if (Array.isArray(body.value)) found.push(...body.value.filter(isObject));
      url = body["@odata.nextLink"];
    }
    return found;
  }

  async post(path: string, body: Properties): Promise<Properties> {
    return (await this.rest.send("POST", `${endpoint}${path}`, body)).body;
  }

  async patch(path: string, body: Properties): Promise<void> {
    await this.rest.send("PATCH", `${endpoint}${path}`, body);
  }

  /** What is not there is deleted already. */
  async delete(path: string): Promise<void> {
    await this.rest.send("DELETE", `${endpoint}${path}`, undefined, [404]);
  }

  /** Reference to a directory object in a body. */
  reference(id: string): string {
    return `${endpoint}/v1.0/directoryObjects/${id}`;
  }
}
