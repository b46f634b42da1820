import { seed } from "../../local-cloud/seed";
import type { ConnectionInputs } from "../../power-platform/lifecycle/connection";
import type { CustomConnectorInputs } from "../../power-platform/lifecycle/connectorInputs";
import { connectorDefinition, signInSets } from "../../components/connectorDefinition";

/** Inputs of a connector as the program would hand them over. */
export function connectorInputs(
  title = "KeyVaultAccess",
  change: Partial<CustomConnectorInputs> = {},
): CustomConnectorInputs {
  const definition = connectorDefinition({
    title,
    description: "Reads secrets of a key vault as a service principal",
    vaultHost: "contoso.vault.azure.net",
    apiVersion: "7.4",
    operations: [
      {
        kind: "latest",
        operationId: "GetSecret",
        summary: "GetSecret",
        description: "GetSecret",
        visibility: "none",
        secretName: "one",
        secretVersion: "",
      },
    ],
  });
  return {
    cloud: "public",
    route: "auto",
    environmentId: seed.environment.id,
    definition: { ...definition, info: { ...definition.info, "x-iac-id": `marker of ${title}` } },
    connectionParameterSets: signInSets({
      clientId: seed.deployer.clientId,
      tenantId: seed.tenantId,
      authority: "https://login.microsoftonline.com",
      resourceUrl: "https://vault.azure.net",
    }),
    connectionParameters: {},
    iconBrandColor: "#007ee5",
    capabilities: [],
    policies: [],
    scriptOperations: [],
    shareWith: [],
    deleteWhileUsed: false,
    identity: `identity of ${title}`,
    signInRevision: "1",
    oauthClientSecret: "secret-of-the-user-sign-in",
    ...change,
  };
}

/** Inputs of a connection that signs in as the deployer. */
export function connectionInputs(
  connectorName: string,
  clientSecret: string,
  change: Partial<ConnectionInputs> = {},
): ConnectionInputs {
  return {
    environmentId: seed.environment.id,
    connectorName,
    cloud: "public",
    connectorRoute: "auto",
    connectorChosenRoute: "powerApps",
    connectorIdentity: "1",
    signInRevision: "1",
    connectionName: "d4e4a6ff9a67492aa1f6de854528668c",
    displayName: "KeyVaultAccess",
    parameterSet: "oAuthClientCredentials",
    parameters: { "token:clientId": seed.deployer.clientId, "token:TenantId": seed.tenantId },
    secretParameters: { "token:clientSecret": clientSecret },
    shareWith: [{ principalId: seed.makers.objectId, principalType: "Group", role: "CanView" }],
    statusDeadlineSeconds: 5,
    ...change,
  };
}
