import { isDeepStrictEqual } from "node:util";
import type { Clients } from "../client/clients";
import type { ConnectorBody } from "../client/connectors";
import { RequestError } from "../client/errors";
import type { WireConnector } from "../client/wireTypes";
import { markerKey } from "../marker";
import type { ConnectionParameter, ConnectionParameterSets, OpenApiDocument } from "../types";
import { IncompleteError } from "./failure";
import { includesSettings } from "./sameSettings";
import { isUnknown } from "./unknown";
import { waitFor } from "./waiting";

/** What the engine hands over: the resource's arguments, defaults filled in. */
export interface CustomConnectorInputs {
  environmentId: string;
  definition: OpenApiDocument;
  connectionParameterSets?: ConnectionParameterSets;
  connectionParameters: Record<string, ConnectionParameter>;
  iconBrandColor: string;
  identity: string;
  signInRevision: string;
  /** Only sent. */
  oauthClientSecret?: string;
}

/** What the state keeps. */
export interface CustomConnectorOutputs extends Omit<CustomConnectorInputs, "oauthClientSecret"> {
  connectorId: string;
  internalName: string;
  redirectUrl: string;
  runtimeUrl: string;
  status: string;
}

const goneDeadlineSeconds = 120;
/** How long a connector may take to be listed whose creation was not answered. */
const lostAnswerDeadlineSeconds = 30;

const grantOf = (parameter: ConnectionParameter): unknown =>
  Object.entries(parameter.oAuthSettings?.customParameters ?? {}).find(
    ([key]) => key.toLowerCase() === "granttype",
  )?.[1].value;

/** Puts the client secret where a user signs in through the application; app-only sets keep theirs in the connection. */
function withClientSecret(sets: ConnectionParameterSets, clientSecret: string): ConnectionParameterSets {
  const inParameter = (parameter: ConnectionParameter): ConnectionParameter =>
    parameter.oAuthSettings?.clientId === undefined || grantOf(parameter) === "client_credentials"
      ? parameter
      : ({ ...parameter, oAuthSettings: { ...parameter.oAuthSettings, clientSecret } } as ConnectionParameter);
  return {
    ...sets,
    values: sets.values.map((set) => ({
      ...set,
      parameters: Object.fromEntries(Object.entries(set.parameters).map(([key, value]) => [key, inParameter(value)])),
    })),
  };
}

/** The body of create, and without the display name that of update, which the service refuses to change. */
export function connectorBody(inputs: CustomConnectorInputs, forCreate: boolean): ConnectorBody {
  const { definition, environmentId, iconBrandColor, connectionParameters, oauthClientSecret } = inputs;
  const sets = inputs.connectionParameterSets;
  const [scheme = "https"] = definition.schemes;
  return {
    properties: {
      ...(forCreate ? { displayName: definition.info.title } : {}),
      description: definition.info.description,
      iconBrandColor,
      environment: { name: environmentId },
      // The service compares its path with the definition's base path, to the slash.
      backendService: { serviceUrl: `${scheme}://${definition.host}${definition.basePath}` },
      openApiDefinition: definition,
      capabilities: [],
      policyTemplateInstances: [],
      connectionParameters,
      ...(sets === undefined
        ? {}
        : { connectionParameterSets: oauthClientSecret ? withClientSecret(sets, oauthClientSecret) : sets }),
    },
  };
}

/** The redirect URL that the service made: that of the user's sign-in where there is one. */
function redirectUrlOf({ properties }: WireConnector): string {
  const sets = properties.connectionParameterSets?.values.map((set) => set.parameters) ?? [];
  const all = [...sets, properties.connectionParameters ?? {}].flatMap((parameters) => Object.values(parameters));
  return all.find(({ oAuthSettings }) => oAuthSettings?.redirectUrl)?.oAuthSettings?.redirectUrl ?? "";
}

function outputsOf(inputs: CustomConnectorInputs, connector: WireConnector): CustomConnectorOutputs {
  const { oauthClientSecret: _onlySent, ...kept } = inputs;
  return {
    ...kept,
    connectorId: connector.id,
    internalName: connector.name,
    redirectUrl: redirectUrlOf(connector),
    runtimeUrl: connector.properties.primaryRuntimeUrl ?? "",
    status: "Ready",
  };
}

async function currentOutputs(clients: Clients, inputs: CustomConnectorInputs, name: string) {
  const connector = await clients.connectors.get(inputs.environmentId, name);
  if (!connector)
    throw new Error(`The custom connector ${name} is gone right after it was written. Run the update again.`);
  return outputsOf(inputs, connector);
}

/** The connector that carries our marker, made by an earlier attempt whose answer was lost. */
async function findMarked(
  { connectors, anonymous }: Clients,
  inputs: CustomConnectorInputs,
): Promise<WireConnector | undefined> {
  const { environmentId, definition } = inputs;
  const sameTitle = (await connectors.list(environmentId)).filter(
    ({ properties }) => properties.displayName === definition.info.title,
  );
  for (const { name } of sameTitle) {
    const connector = await connectors.get(environmentId, name);
    const found = connector && (await connectors.definition(connector, anonymous));
    const info = found?.info as Record<string, unknown> | undefined;
    if (info?.[markerKey] === definition.info[markerKey]) return connector;
  }
  return undefined;
}

const answerWasLost = (error: unknown) => error instanceof RequestError && (error.status === 0 || error.status >= 500);

async function make(clients: Clients, inputs: CustomConnectorInputs): Promise<WireConnector> {
  const { environmentId, definition } = inputs;
  try {
    return await clients.connectors.create(environmentId, definition.info.title, connectorBody(inputs, true));
  } catch (error) {
    if (!answerWasLost(error)) throw error;
    const patience = { deadlineSeconds: lostAnswerDeadlineSeconds };
    return await waitFor<WireConnector>("the custom connector whose creation was not answered", patience, async () => {
      const found = await findMarked(clients, inputs);
      return found ? { found } : { notYet: "it is not listed" };
    }).catch(() => {
      throw error;
    });
  }
}

/**
 * Makes the connector, or takes up the one that an earlier, unanswered attempt made: the service chooses the name, so that
 * a marker inside the definition is the only thing by which it can be known again (docs/decisions/0012).
 */
export async function createCustomConnector(clients: Clients, inputs: CustomConnectorInputs) {
  const { environmentId } = inputs;
  const marked = await findMarked(clients, inputs);
  const { name, id } = marked ?? (await make(clients, inputs));
  try {
    if (marked) await clients.connectors.update(environmentId, name, connectorBody(inputs, false));
    return { id, outs: await currentOutputs(clients, inputs, name) };
  } catch (error) {
    const known = {
      ...outputsOf(inputs, { name, id, properties: { displayName: inputs.definition.info.title } }),
      status: "Incomplete",
    };
    throw new IncompleteError(id, known, error);
  }
}

/** Brings the connector to the inputs. */
export async function updateCustomConnector(
  clients: Clients,
  olds: CustomConnectorOutputs,
  inputs: CustomConnectorInputs,
) {
  await clients.connectors.update(olds.environmentId, olds.internalName, connectorBody(inputs, false));
  return { outs: await currentOutputs(clients, inputs, olds.internalName) };
}

/** Deletes the connector and waits until it is gone. */
export async function deleteCustomConnector({ connectors }: Clients, olds: CustomConnectorOutputs): Promise<void> {
  const { environmentId, internalName } = olds;
  await connectors.delete(environmentId, internalName);
  await waitFor(`${internalName} to be gone`, { deadlineSeconds: goneDeadlineSeconds }, async () =>
    (await connectors.get(environmentId, internalName)) ? { notYet: "it is still there" } : { found: true },
  );
}

/** What of the connector is not as the state has it is shown as the service has it; `undefined` when it is gone. */
export async function readCustomConnector(
  { connectors, anonymous }: Clients,
  olds: CustomConnectorOutputs,
): Promise<CustomConnectorOutputs | undefined> {
  const connector = await connectors.get(olds.environmentId, olds.internalName);
  if (!connector) return undefined;
  const { properties } = connector;
  const same = (found: unknown, wanted: unknown) => (includesSettings(found, wanted) ? wanted : found);
  // Compared as it was sent; what the connector itself shows is rewritten.
  const definition = await connectors.definition(connector, anonymous);
  const found = {
    definition: isDeepStrictEqual(definition, olds.definition) ? olds.definition : definition,
    iconBrandColor: same(properties.iconBrandColor, olds.iconBrandColor),
    connectionParameters: same(properties.connectionParameters, olds.connectionParameters),
    ...(olds.connectionParameterSets === undefined
      ? {}
      : { connectionParameterSets: same(properties.connectionParameterSets, olds.connectionParameterSets) }),
  } as Partial<CustomConnectorOutputs>;
  const drifted = (Object.keys(found) as (keyof CustomConnectorOutputs)[]).some((key) => found[key] !== olds[key]);
  const status = drifted ? "Drifted" : olds.status;
  return { ...outputsOf(olds, connector), ...found, status };
}

/** What the engine is told of a change. */
export interface Difference {
  /** `undefined`: the engine compares the inputs itself, and shows the differences line by line. */
  changes?: boolean;
  replaces: string[];
}

export function diffCustomConnector(olds: CustomConnectorOutputs, news: CustomConnectorInputs): Difference {
  const replaces: string[] = [];
  const differs = (was: unknown, is: unknown) => !isUnknown(is) && was !== is;
  if (differs(olds.environmentId, news.environmentId)) replaces.push("environmentId");
  // The identity is made of environment and title; the service refuses to change a title.
  else if (differs(olds.identity, news.identity)) replaces.push("identity");
  // Incomplete or drifted: the inputs are the same, and yet there is something to do.
  return { ...(olds.status === "Ready" ? {} : { changes: true }), replaces };
}
