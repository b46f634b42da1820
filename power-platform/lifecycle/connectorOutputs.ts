import type { WireConnector } from "../client/wireTypes";
import { locationOf } from "./connectorFiles";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "./connectorInputs";

/** The redirect URL that the service made: that of the user's sign-in where there is one. */
function redirectUrlOf({ properties }: WireConnector): string {
  const sets = properties.connectionParameterSets?.values.map((set) => set.parameters) ?? [];
  const all = [...sets, properties.connectionParameters ?? {}].flatMap((parameters) => Object.values(parameters));
  return all.find(({ oAuthSettings }) => oAuthSettings?.redirectUrl)?.oAuthSettings?.redirectUrl ?? "";
}

/** What the state keeps of a connector as the service shows it. */
export function outputsOf(inputs: CustomConnectorInputs, connector: WireConnector): CustomConnectorOutputs {
  const { oauthClientSecret: _onlySent, ...kept } = inputs;
  return {
    ...kept,
    connectorId: connector.id,
    internalName: connector.name,
    redirectUrl: redirectUrlOf(connector),
    runtimeUrl: connector.properties.primaryRuntimeUrl ?? "",
    status: "Ready",
    iconLocation: inputs.icon ? locationOf(connector.properties.iconUri) : "",
    scriptLocation: inputs.script ? locationOf(connector.properties.scriptDefinitionUrl) : "",
  };
}
