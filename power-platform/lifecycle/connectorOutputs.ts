import type { WireConnector } from "../client/wireTypes";
import type { ChosenRoute } from "../routes/choose";
import type { Place } from "../routes/route";
import { locationOf } from "./connectorFiles";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "./connectorInputs";

/** The redirect URL that the service made: that of the user's sign-in where there is one. */
function redirectUrlOf({ properties }: WireConnector): string {
  const sets = properties.connectionParameterSets?.values.map((set) => set.parameters) ?? [];
  const all = [...sets, properties.connectionParameters ?? {}].flatMap((parameters) => Object.values(parameters));
  return all.find(({ oAuthSettings }) => oAuthSettings?.redirectUrl)?.oAuthSettings?.redirectUrl ?? "";
}

/** What the state keeps of a connector, as the runtime shows it; without one that is not there yet. */
export function outputsOf(
  inputs: CustomConnectorInputs,
  { chosenRoute, organizationUrl }: ChosenRoute,
  { id, internalName, dataverseId }: Place,
  connector?: WireConnector,
): CustomConnectorOutputs {
  const { oauthClientSecret: _onlySent, ...kept } = inputs;
  return {
    ...kept,
    chosenRoute,
    organizationUrl,
    dataverseId,
    connectorId: connector?.id ?? id,
    internalName: connector?.name ?? internalName,
    redirectUrl: connector ? redirectUrlOf(connector) : "",
    runtimeUrl: connector?.properties.primaryRuntimeUrl ?? "",
    status: "Ready",
    iconLocation: inputs.icon ? locationOf(connector?.properties.iconUri) : "",
    scriptLocation: inputs.script ? locationOf(connector?.properties.scriptDefinitionUrl) : "",
  };
}
