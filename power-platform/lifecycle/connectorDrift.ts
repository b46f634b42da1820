import { isDeepStrictEqual } from "node:util";
import type { Clients } from "../client/clients";
import { routeOf } from "../routes/choose";
import type { Content, Place } from "../routes/route";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "./connectorInputs";
import { outputsOf } from "./connectorOutputs";
import { includesSettings } from "./sameSettings";
import { isUnknown } from "./unknown";
import { unlessGone } from "./waiting";

/** The inputs as the service has them; where it only filled something in, as they were wanted. */
function seenInputs(inputs: CustomConnectorInputs, seen: Content): CustomConnectorInputs {
  const same = <T>(found: unknown, wanted: T): T => (includesSettings(found, wanted) ? wanted : (found as T));
  const { definition, connectionParameterSets: sets, icon, script } = inputs;
  return {
    ...inputs,
    definition: isDeepStrictEqual(seen.definition, definition)
      ? definition
      : (seen.definition as CustomConnectorInputs["definition"]),
    ...(sets === undefined ? {} : { connectionParameterSets: same(seen.connectionParameterSets, sets) }),
    connectionParameters: same(seen.connectionParameters, inputs.connectionParameters),
    iconBrandColor: same(seen.iconBrandColor, inputs.iconBrandColor),
    capabilities: same(seen.capabilities, inputs.capabilities),
    policies: same(seen.policies, inputs.policies),
    scriptOperations: same(seen.scriptOperations, inputs.scriptOperations),
    // A file that somebody replaced: ours, but not its content.
    ...(icon === undefined ? {} : { icon: seen.sameIcon ? icon : { ...icon, sha256: "" } }),
    ...(script === undefined ? {} : { script: seen.sameScript ? script : { ...script, sha256: "" } }),
  };
}

/** The state without what is no input. */
function inputsOf(olds: CustomConnectorOutputs): CustomConnectorInputs {
  const { connectorId, internalName, dataverseId, redirectUrl, runtimeUrl, status, ...others } = olds;
  const { chosenRoute, organizationUrl, federatedIdentity, iconLocation, scriptLocation, ...inputs } = others;
  return inputs;
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
  const { status, iconLocation, scriptLocation } = olds;
  const place: Place = { id: olds.connectorId, internalName: olds.internalName, dataverseId: olds.dataverseId };
  const route = routeOf(clients, olds);
  const inputs = inputsOf(olds);
  const read = await unlessGone(() => route.content({ ...inputs, iconLocation, scriptLocation }, place));
  if (!read) return undefined;
  const found = { ...seenInputs(inputs, read.content), shareWith: await route.stillShared(inputs, place) };
  const kept = { ...outputsOf(found, olds, place, read.connector), iconLocation, scriptLocation };
  // A row of Dataverse whose connector is gone: an update has it made again.
  if (!read.connector) return { props: { ...kept, status: "Incomplete" } };
  if (isDeepStrictEqual(found, inputs) && status !== "Adopted") return { props: { ...kept, status } };
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
  // "auto" was decided when it was made.
  if (news.route !== "auto" && differs(olds.chosenRoute, news.route)) replaces.push("route");
  // Not finished, edited or only taken over: the inputs may be the same, and yet there is something to do.
  return { ...(olds.status === "Ready" ? {} : { changes: true }), replaces };
}
