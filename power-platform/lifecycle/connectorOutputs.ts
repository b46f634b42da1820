import type { WireConnector } from "../client/wireTypes";
import type { ChosenRoute } from "../routes/choose";
import type { Place } from "../routes/route";
import { locationOf } from "./connectorFiles";
import type { CustomConnectorInputs, CustomConnectorOutputs, FederatedIdentity } from "./connectorInputs";

/** How each kind of sign-in is set up. */
export function signInSettings({ properties }: WireConnector) {
  const sets = properties.connectionParameterSets?.values.map((set) => set.parameters) ?? [];
  const all = [...sets, properties.connectionParameters ?? {}].flatMap((parameters) => Object.values(parameters));
  return all.flatMap(({ oAuthSettings }) => (oAuthSettings ? [oAuthSettings] : []));
}

/** The redirect URL that the service made: that of the user's sign-in where there is one. */
const redirectUrlOf = (connector: WireConnector): string =>
  signInSettings(connector).find(({ redirectUrl }) => redirectUrl)?.redirectUrl ?? "";

/** As whom the platform signs in; with an empty subject until the service has made one. */
export function federatedIdentityOf(connector: WireConnector | undefined): FederatedIdentity {
  const settings = connector ? signInSettings(connector) : [];
  const found = settings.find(({ properties }) => properties?.FederatedIdentityCredentials);
  const { Issuer = "", Subject = "", Audience = "" } = found?.properties?.FederatedIdentityCredentials ?? {};
  return { issuer: Issuer, subject: Subject, audience: Audience };
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
    federatedIdentity: federatedIdentityOf(connector),
    status: "Ready",
    iconLocation: inputs.icon ? locationOf(connector?.properties.iconUri) : "",
    scriptLocation: inputs.script ? locationOf(connector?.properties.scriptDefinitionUrl) : "",
  };
}
