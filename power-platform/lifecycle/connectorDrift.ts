import { isDeepStrictEqual } from "node:util";
import type { Clients } from "../client/clients";
import type { WireConnector } from "../client/wireTypes";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "./connectorInputs";
import { locationOf } from "./connectorFiles";
import { outputsOf } from "./connectorOutputs";
import { includesSettings } from "./sameSettings";
import { stillShared } from "./sharing";
import { isUnknown } from "./unknown";

/** What can be seen of a connector's inputs at the service. */
type Seen = Pick<
  CustomConnectorInputs,
  | "definition"
  | "connectionParameterSets"
  | "connectionParameters"
  | "iconBrandColor"
  | "capabilities"
  | "policies"
  | "scriptOperations"
  | "shareWith"
>;

/** The inputs as the service has them; where it only filled something in, as they were wanted. */
async function seenOf(
  { connectors, anonymous }: Clients,
  connector: WireConnector,
  wanted: CustomConnectorOutputs,
): Promise<Seen> {
  const { properties } = connector;
  const same = <T>(found: unknown, value: T): T => (includesSettings(found, value) ? value : (found as T));
  // Compared as it was sent; what the connector itself shows is rewritten.
  const definition = await connectors.definition(connector, anonymous);
  const { environmentId, shareWith } = wanted;
  const permissions = shareWith.length > 0 ? await connectors.permissions(environmentId, connector.name) : [];
  return {
    definition: isDeepStrictEqual(definition, wanted.definition)
      ? wanted.definition
      : (definition as unknown as Seen["definition"]),
    ...(wanted.connectionParameterSets === undefined
      ? {}
      : { connectionParameterSets: same(properties.connectionParameterSets, wanted.connectionParameterSets) }),
    connectionParameters: same(properties.connectionParameters ?? {}, wanted.connectionParameters),
    iconBrandColor: same(properties.iconBrandColor, wanted.iconBrandColor),
    capabilities: same(properties.capabilities ?? [], wanted.capabilities),
    policies: same(properties.policyTemplateInstances ?? [], wanted.policies),
    scriptOperations: same(properties.scriptOperations ?? [], wanted.scriptOperations),
    shareWith: stillShared(permissions, shareWith),
  };
}

export interface ReadResult {
  props: CustomConnectorOutputs;
  /** Only when something is otherwise: the engine then compares them with the program's, line by line. */
  inputs?: CustomConnectorInputs;
}

/** What of the connector is not as the state has it is shown as the service has it; `undefined` when it is gone. */
export async function readCustomConnector(
  clients: Clients,
  olds: CustomConnectorOutputs,
): Promise<ReadResult | undefined> {
  const connector = await clients.connectors.get(olds.environmentId, olds.internalName);
  if (!connector) return undefined;
  const { connectorId, internalName, redirectUrl, runtimeUrl, status, iconLocation, scriptLocation, ...inputs } = olds;
  const seen = await seenOf(clients, connector, olds);
  const { icon, script, ...others } = { ...inputs, ...seen };
  const sameIcon = icon === undefined || locationOf(connector.properties.iconUri) === iconLocation;
  const sameScript = script === undefined || locationOf(connector.properties.scriptDefinitionUrl) === scriptLocation;
  const found: CustomConnectorInputs = {
    ...others,
    // A file that somebody replaced: ours, but not its content.
    ...(icon === undefined ? {} : { icon: sameIcon ? icon : { ...icon, sha256: "" } }),
    ...(script === undefined ? {} : { script: sameScript ? script : { ...script, sha256: "" } }),
  };
  const drifted = !isDeepStrictEqual(found, inputs);
  const kept = { ...outputsOf(found, connector), iconLocation, scriptLocation };
  if (!drifted && status !== "Adopted") return { props: { ...kept, status } };
  return { props: { ...kept, status: status === "Ready" ? "Drifted" : status }, inputs: found };
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
  // Not finished, edited or only taken over: the inputs may be the same, and yet there is something to do.
  return { ...(olds.status === "Ready" ? {} : { changes: true }), replaces };
}
