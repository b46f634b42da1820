import type { Sealed } from "../sealing";
import type { Cloud } from "../service";
import type { Collection, Store } from "../store";
import type { Person } from "./access";
import { type Connector, connectorId, connectors, oAuthSettingsOf, type OAuthSettings } from "./connectorModel";
import type { Parameters } from "./connectorModel";
import { powerPlatformErrors } from "./errors";
import type { Permission } from "./permissions";
import { signIn, type SignInFailure } from "./signIn";

/** A connection. What its connector says of signing in is taken over when it is made, and stays as it was. */
export interface Connection {
  /** Chosen by whoever makes it: 32 hexadecimal digits. */
  name: string;
  connector: string;
  environment: string;
  displayName: string;
  parameterSet?: string;
  values: Record<string, string>;
  /** Values of parameters of type securestring. */
  sealedValues: Record<string, Sealed>;
  signIn?: OAuthSettings;
  allowSharing: boolean;
  createdBy: Person;
  createdTime: string;
  lastModifiedTime: string;
  permissions: Permission[];
}

export const connections = (store: Store): Collection<Connection> => store.collection("connections");
export const connectionKey = (connector: string, name: string): string => `${connector}/${name}`.toLowerCase();
export const connectionId = ({ connector, name }: Connection): string =>
  `${connectorId(connector)}/connections/${name}`;

/** The parameters that a connection of a set may have, or those of a connector without sets. */
export function declaredParameters(connector: Connector, setName: string | undefined): Parameters {
  if (setName === undefined) return connector.connectionParameters;
  const set = connector.connectionParameterSets?.values.find(({ name }) => name === setName);
  if (set) return set.parameters;
  const names = connector.connectionParameterSets?.values.map(({ name }) => name) ?? [];
  throw powerPlatformErrors.invalid(
    `The connection parameter set '${setName}' was not defined when the API was registered. Defined: ${names.join(", ") || "none"}.`,
    "InvalidConnectionParameterSet",
  );
}

/** Sorts given values into open and secret ones. @throws PowerPlatformError 400 for a name that is not declared */
export function acceptedValues(cloud: Cloud, declared: Parameters, given: Record<string, string>) {
  const values: Record<string, string> = {};
  const sealedValues: Record<string, Sealed> = {};
  for (const [name, value] of Object.entries(given)) {
    const parameter = Object.entries(declared).find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
    if (!parameter) {
      throw powerPlatformErrors.invalid(
        `Parameter '${name}' is not allowed on the connection since it was not defined as a connection parameter when the API was registered.`,
        "ConnectionParameterNotAllowed",
      );
    }
    if (parameter.type === "securestring") sealedValues[name] = cloud.sealer.seal(value);
    else values[name] = value;
  }
  return { values, sealedValues };
}

/** How connections of these parameters sign in, when they do. */
export function signInSettings(declared: Parameters): OAuthSettings | undefined {
  return oAuthSettingsOf(declared.token)?.[1];
}

const failed = ({ code, message }: SignInFailure) => [{ status: "Error", target: "token", error: { code, message } }];

/** The statuses of a connection: the truth that no status code tells. Asks Entra each time. */
export async function statusesOf(cloud: Cloud, connection: Connection): Promise<unknown[]> {
  if (!connectors(cloud.store).get(connection.connector)) {
    return failed({ code: "ApiResourceNotFound", message: `Could not find API '${connection.connector}'.` });
  }
  const age = cloud.clock.now().getTime() - new Date(connection.lastModifiedTime).getTime();
  if (age < cloud.knobs.get().connectionStatusDelaySeconds * 1000) {
    return [
      {
        status: "Unauthenticated",
        target: "token",
        error: { code: "Unauthenticated", message: "This connection is not authenticated yet." },
      },
    ];
  }
  const result = await signIn(cloud, connection);
  return "failure" in result ? failed(result.failure) : [{ status: "Connected" }];
}

/** A connection as GET and PUT answer it: without its secrets, with its statuses. */
export async function connectionView(cloud: Cloud, connection: Connection, connector?: Connector) {
  const { name, displayName, environment, parameterSet, createdBy, createdTime, lastModifiedTime } = connection;
  const shown = Object.fromEntries(Object.entries(connection.values).map(([key, value]) => [key, { value }]));
  return {
    name,
    id: connectionId(connection),
    type: "Microsoft.PowerApps/apis/connections",
    properties: {
      apiId: connectorId(connection.connector),
      displayName,
      iconUri: connector?.iconUri ?? "",
      statuses: await statusesOf(cloud, connection),
      ...(parameterSet === undefined
        ? { connectionParameters: connection.values }
        : { connectionParametersSet: { name: parameterSet, values: shown } }),
      keywordsRemaining: 0,
      createdBy,
      createdTime,
      lastModifiedTime,
      environment: { id: `/providers/Microsoft.PowerApps/environments/${environment}`, name: environment },
      allowSharing: connection.allowSharing,
    },
  };
}
