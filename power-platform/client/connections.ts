import { parseAnswer } from "./answers";
import type { ConnectionAddress, Endpoints } from "./endpoints";
import type { HttpClient } from "./http";
import type { Share } from "../types";
import { permissionChange } from "./permissions";
import { connectionSchema, permissionListSchema, type WireConnection, type WirePermission } from "./wireTypes";

/** What a PUT sends. */
export interface ConnectionBody {
  displayName: string;
  /** Name of the connector's parameter set; undefined for connectors without sets. */
  parameterSet?: string | undefined;
  /** All values, secret ones too: one that is left out might be lost. */
  values: Record<string, string>;
}

/** Connections at the Power Platform API's host of the environment. */
export class Connections {
  constructor(
    private readonly http: HttpClient,
    private readonly endpoints: Endpoints,
  ) {}

  /** Creates or updates; the name is the caller's, so that a repeated PUT makes no second one. */
  async put(
    address: ConnectionAddress,
    { displayName, parameterSet, values }: ConnectionBody,
  ): Promise<WireConnection> {
    const action = `write the connection ${displayName} (${address.connectionName})`;
    const { environmentId } = address;
    const wrapped = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
    const content = {
      properties: {
        displayName,
        environment: { id: `/providers/Microsoft.PowerApps/environments/${environmentId}`, name: environmentId },
        ...(parameterSet === undefined
          ? { connectionParameters: values }
          : { connectionParametersSet: { name: parameterSet, values: wrapped } }),
      },
    };
    const answer = await this.http.send("PUT", this.endpoints.connection(address), { action, body: content });
    return parseAnswer(connectionSchema, answer, action);
  }

  /** @returns undefined when there is none of that name */
  async get(address: ConnectionAddress): Promise<WireConnection | undefined> {
    const action = `read the connection ${address.connectionName}`;
    const endpoint = this.endpoints.connection(address);
    const answer = await this.http.send("GET", endpoint, { action, accepted: [404] });
    if (answer.status !== 404) return parseAnswer(connectionSchema, answer, action);
    if (answer.body.includes("EnvironmentNotFound")) await this.http.send("GET", endpoint, { action });
    return undefined;
  }

  /** Deleting what is gone is fine. */
  async delete(address: ConnectionAddress): Promise<void> {
    const action = `delete the connection ${address.connectionName}`;
    await this.http.send("DELETE", this.endpoints.connection(address), { action, accepted: [404] });
  }

  async permissions(address: ConnectionAddress): Promise<WirePermission[]> {
    const action = `read with whom the connection ${address.connectionName} is shared`;
    const answer = await this.http.send("GET", this.endpoints.connection(address, "permissions"), { action });
    return parseAnswer(permissionListSchema, answer, action).value;
  }

  /** Gives and takes roles. Giving the same role twice does what once does. */
  async modifyPermissions(
    address: ConnectionAddress,
    put: readonly Share[],
    removed: readonly string[],
  ): Promise<void> {
    const action = `share the connection ${address.connectionName}`;
    const endpoint = this.endpoints.connection(address, "modifyPermissions");
    await this.http.send("POST", endpoint, { action, body: permissionChange(put, removed), repeatable: true });
  }
}
