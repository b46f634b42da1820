import type { Clients } from "../client/clients";
import { type ChosenRoute, chooseRoute, routeOf } from "../routes/choose";
import type { WireConnector } from "../client/wireTypes";
import type { ConnectorRoute, Place } from "../routes/route";
import { adoptConnector } from "./connectorAdoption";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "./connectorInputs";
import { federatedIdentityOf, outputsOf } from "./connectorOutputs";
import { onceEnvironmentIsKnown } from "./environmentKnown";
import { IncompleteError } from "./failure";
import { waitFor } from "./waiting";

/** Where the state says that it is. */
export const placeOf = ({ connectorId, internalName, dataverseId }: CustomConnectorOutputs): Place => ({
  id: connectorId,
  internalName,
  dataverseId,
});

/** The service names the subject of a managed identity some time after the connector is written. */
const subjectDeadlineSeconds = 600;

const signInsOf = ({ connectionParameters, connectionParameterSets: sets }: CustomConnectorInputs) =>
  [connectionParameters, ...(sets?.values.map(({ parameters }) => parameters) ?? [])].flatMap((parameters) =>
    Object.values(parameters).flatMap(({ oAuthSettings }) => oAuthSettings ?? []),
  );

/** The connector as the runtime knows it; with a managed identity once that has a subject. */
async function settled(
  route: ConnectorRoute,
  inputs: CustomConnectorInputs,
  place: Place,
  known?: WireConnector,
): Promise<WireConnector> {
  const connector = known ?? (await route.settled(inputs, place));
  const isFederated = signInsOf(inputs).some(({ clientAssertionType }) => clientAssertionType !== undefined);
  if (!isFederated || federatedIdentityOf(connector).subject !== "") return connector;
  const title = inputs.definition.info.title;
  return waitFor<WireConnector>(
    `a subject for the managed identity of ${title}`,
    { deadlineSeconds: subjectDeadlineSeconds },
    async () => {
      const again = await route.settled(inputs, place);
      return federatedIdentityOf(again).subject === "" ? { notYet: "it has none" } : { found: again };
    },
  );
}

/** Waits until the runtime has it, and shares it as wished. */
async function finish(
  clients: Clients,
  inputs: CustomConnectorInputs,
  chosen: ChosenRoute,
  place: Place,
  sharedBefore: CustomConnectorInputs["shareWith"],
  known?: WireConnector,
): Promise<CustomConnectorOutputs> {
  const route = routeOf(clients, chosen);
  const connector = await settled(route, inputs, place, known);
  await route.share(inputs, place, sharedBefore);
  return outputsOf(inputs, chosen, place, connector);
}

/** Makes the connector, or takes up the one that an earlier, unanswered attempt made. */
export async function createCustomConnector(
  clients: Clients,
  inputs: CustomConnectorInputs,
): Promise<{ id: string; outs: CustomConnectorOutputs }> {
  if (inputs.adopt !== undefined) return adoptConnector(clients, inputs, inputs.adopt);
  const chosen = await chooseRoute(clients, inputs);
  const route = routeOf(clients, chosen);
  const { place, isNew, connector } = await onceEnvironmentIsKnown(clients, inputs.environmentId, () =>
    route.make(inputs),
  );
  try {
    if (!isNew) await route.write(inputs, place);
    return { id: place.id, outs: await finish(clients, inputs, chosen, place, [], connector) };
  } catch (error) {
    throw new IncompleteError(place.id, { ...outputsOf(inputs, chosen, place), status: "Incomplete" }, error);
  }
}

/** Brings the connector to the inputs, by the route on which it was made. */
export async function updateCustomConnector(
  clients: Clients,
  olds: CustomConnectorOutputs,
  inputs: CustomConnectorInputs,
): Promise<{ outs: CustomConnectorOutputs }> {
  const place = placeOf(olds);
  await routeOf(clients, olds).write(inputs, place);
  return { outs: await finish(clients, inputs, olds, place, olds.shareWith) };
}

/** @throws Error naming the connections of others, who would be left without their connector */
async function refuseWhileUsed({ connectors, callerId }: Clients, olds: CustomConnectorOutputs): Promise<void> {
  const { environmentId, internalName, definition } = olds;
  const used = await connectors.connectionsOf(environmentId, internalName);
  if (used === undefined) {
    console.error(
      `Whether connections of others use ${definition.info.title} cannot be seen: only administrators of the Power Platform see all.`,
    );
  }
  if (used === undefined || used.length === 0) return;
  const caller = await callerId();
  const ofOthers = used.filter(({ properties }) => properties.createdBy?.id !== caller);
  if (ofOthers.length === 0) return;
  const listed = ofOthers.map(
    ({ name, properties }) =>
      `${properties.displayName ?? name} (${name}) of ${properties.createdBy?.displayName ?? "somebody"}`,
  );
  throw new Error(
    `The custom connector ${definition.info.title} (${internalName}) is not deleted, because connections of others use it: ` +
      `${listed.join(", ")}. Have them removed, or set deleteWhileUsed and run an update before the destroy.`,
  );
}

/** Deletes the connector and waits until it is gone. */
export async function deleteCustomConnector(clients: Clients, olds: CustomConnectorOutputs): Promise<void> {
  if (!olds.deleteWhileUsed && olds.internalName !== "") await refuseWhileUsed(clients, olds);
  await routeOf(clients, olds).remove(olds, placeOf(olds));
}
