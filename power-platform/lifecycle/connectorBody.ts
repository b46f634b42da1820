import type { ConnectorBody } from "../client/connectors";
import type { ConnectionParameter, ConnectionParameterSets, OAuthSettings } from "../types";
import type { UploadedFiles } from "./connectorFiles";
import type { CustomConnectorInputs } from "./connectorInputs";

const grantOf = (parameter: ConnectionParameter): unknown =>
  Object.entries(parameter.oAuthSettings?.customParameters ?? {}).find(
    ([key]) => key.toLowerCase() === "granttype",
  )?.[1].value;

type Parameters = Record<string, ConnectionParameter>;

/** Puts the client secret where a user signs in through the application; app-only sets keep theirs in the connection. */
export function withSecret(parameters: Parameters, clientSecret: string | undefined): Parameters {
  if (!clientSecret) return parameters;
  const changed = Object.entries(parameters).map(([key, parameter]): [string, ConnectionParameter] => {
    const { oAuthSettings } = parameter;
    if (oAuthSettings?.clientId === undefined || grantOf(parameter) === "client_credentials") return [key, parameter];
    return [key, { ...parameter, oAuthSettings: { ...oAuthSettings, clientSecret } as OAuthSettings }];
  });
  return Object.fromEntries(changed);
}

export const setsWithSecret = (
  sets: ConnectionParameterSets,
  clientSecret: string | undefined,
): ConnectionParameterSets => ({
  ...sets,
  values: sets.values.map((set) => ({ ...set, parameters: withSecret(set.parameters, clientSecret) })),
});

/** The body of create, and without what the service refuses to change that of update. */
export function connectorBody(inputs: CustomConnectorInputs, files: UploadedFiles, forCreate: boolean): ConnectorBody {
  const { definition, environmentId, iconBrandColor, oauthClientSecret, publisher, stackOwner } = inputs;
  const sets = inputs.connectionParameterSets;
  const [scheme = "https"] = definition.schemes ?? [];
  return {
    properties: {
      ...(forCreate ? { displayName: definition.info.title } : {}),
      ...(forCreate && stackOwner !== undefined ? { stackOwner } : {}),
      ...(publisher === undefined ? {} : { publisher }),
      description: definition.info.description ?? "",
      iconBrandColor,
      ...(files.iconUrl === undefined ? {} : { iconUri: files.iconUrl }),
      scriptDefinitionUrl: files.scriptUrl ?? "",
      scriptOperations: inputs.scriptOperations,
      environment: { name: environmentId },
      // The service compares its path with the definition's base path, to the slash.
      backendService: { serviceUrl: `${scheme}://${definition.host}${definition.basePath ?? "/"}` },
      openApiDefinition: definition,
      capabilities: inputs.capabilities,
      policyTemplateInstances: inputs.policies,
      connectionParameters: withSecret(inputs.connectionParameters, oauthClientSecret),
      ...(sets === undefined ? {} : { connectionParameterSets: setsWithSecret(sets, oauthClientSecret) }),
    },
  };
}
