import * as pulumi from "@pulumi/pulumi";
import type { AppRegistration } from "./components/appRegistration";
import type { KeyVault } from "./components/keyVault";
import type { KeyVaultConnector } from "./components/keyVaultConnector";
import type { SecretProof } from "./components/secretProof";
import type { ServicePrincipalConnection } from "./components/servicePrincipalConnection";
import type { VaultAccess } from "./components/vaultAccess";
import type { VaultSecret } from "./components/vaultSecret";
import type { Settings } from "./settings";

/** The contract with other stacks: what a stack exports. Names are only added; a removal is a new major version. */
export interface StackOutputs {
  /** Id of the Power Platform environment. */
  environmentId: string;
  tenantId: string;
  applicationDisplayName: string;
  /** Application (client) id. */
  clientId: string;
  applicationObjectId: string;
  servicePrincipalObjectId: string;
  /** Secret: shown as [secret], encrypted in the state. */
  clientSecret: string;
  clientSecretKeyId: string;
  /** RFC 3339. */
  clientSecretExpires: string;
  resourceGroupName: string;
  /** ARM id. */
  vaultId: string;
  vaultName: string;
  /** `https://{name}.vault.azure.net`. */
  vaultUri: string;
  roleAssignments: { role: string; scope: string; principalId: string; id: string }[];
  /** By name; never a value. */
  secrets: Record<string, { id: string; uri: string; version: string; uriWithVersion: string }>;
  /** `/providers/Microsoft.PowerApps/apis/{connectorName}`. */
  connectorId: string;
  /** Internal name, `shared_…`. */
  connectorName: string;
  connectorDisplayName: string;
  /** Where users are sent back to after signing in. */
  redirectUrl: string;
  /** Base of the URLs of operations; the connection's name comes next. */
  runtimeUrl: string;
  connectionId: string;
  /** 32 hexadecimal digits. */
  connectionName: string;
  connectionDisplayName: string;
  connectionStatus: string;
  /** The connector's operations, with the URL under which a maker's client calls each. */
  operations: { operationId: string; secretName: string; url: string }[];
  /** Whether the first operation was seen to answer with its secret; "none" when that is switched off. */
  proof: { mode: "direct" | "runtime" | "none"; result: "proven" | "notProven" | "none"; reason: string };
}

/** The parts of a finished stack. */
export interface StackParts {
  settings: Settings;
  app: AppRegistration;
  vault: KeyVault;
  access: VaultAccess[];
  secrets: VaultSecret[];
  connector: KeyVaultConnector;
  connection: ServicePrincipalConnection;
  /** Absent when the proof is switched off. */
  proof: SecretProof | undefined;
}

/** What the stack exports, each as an output. */
export function stackOutputs(parts: StackParts): Outputs {
  const { settings, app, vault, secrets, proof } = parts;
  const { connector } = parts.connector;
  const { connection } = parts.connection;
  return {
    environmentId: pulumi.output(settings.powerPlatformEnvironmentId),
    tenantId: app.tenantId,
    applicationDisplayName: app.displayName,
    clientId: app.clientId,
    applicationObjectId: app.objectId,
    servicePrincipalObjectId: app.servicePrincipalObjectId,
    clientSecret: app.clientSecret,
    clientSecretKeyId: app.clientSecretKeyId,
    clientSecretExpires: app.clientSecretExpires,
    resourceGroupName: vault.resourceGroupName,
    vaultId: vault.vaultId,
    vaultName: vault.vaultName,
    vaultUri: vault.uri,
    roleAssignments: pulumi.output(
      parts.access
        .flatMap(({ grants }) => grants)
        .map(({ role, scope, principalId, assignmentId }) => ({ role, scope, principalId, id: assignmentId })),
    ),
    secrets: pulumi.output(
      Object.fromEntries(
        secrets.map(({ secretName, secretId, uri, version, uriWithVersion }) => [
          secretName,
          { id: secretId, uri, version, uriWithVersion },
        ]),
      ),
    ),
    connectorId: connector.connectorId,
    connectorName: connector.internalName,
    connectorDisplayName: pulumi.output(settings.connector.title),
    redirectUrl: connector.redirectUrl,
    runtimeUrl: connector.runtimeUrl,
    connectionId: connection.connectionId,
    connectionName: connection.connectionName,
    connectionDisplayName: connection.displayName,
    connectionStatus: connection.status,
    operations: pulumi.output(
      parts.connector.operations.map(({ operationId, secret, path }) => ({
        operationId,
        secretName: secret.secretName,
        url: pulumi.interpolate`${connector.runtimeUrl}/${connection.connectionName}${path}`,
      })),
    ),
    proof: pulumi.output({
      mode: settings.proof,
      result: proof?.result ?? ("none" as const),
      reason: proof?.reason ?? "",
    }),
  };
}

/** Every name of the contract; the compiler holds it complete. */
const names: Record<keyof StackOutputs, true> = {
  environmentId: true,
  tenantId: true,
  applicationDisplayName: true,
  clientId: true,
  applicationObjectId: true,
  servicePrincipalObjectId: true,
  clientSecret: true,
  clientSecretKeyId: true,
  clientSecretExpires: true,
  resourceGroupName: true,
  vaultId: true,
  vaultName: true,
  vaultUri: true,
  roleAssignments: true,
  secrets: true,
  connectorId: true,
  connectorName: true,
  connectorDisplayName: true,
  redirectUrl: true,
  runtimeUrl: true,
  connectionId: true,
  connectionName: true,
  connectionDisplayName: true,
  connectionStatus: true,
  operations: true,
  proof: true,
};

type Outputs = { [Name in keyof StackOutputs]: pulumi.Output<StackOutputs[Name]> };

/**
 * The outputs of a deployed stack, for the program of another one.
 * @param reference such as `new pulumi.StackReference("organization/keyvault-connector/dev")`
 */
export function readOutputs(reference: pulumi.StackReference): Outputs {
  return Object.fromEntries(Object.keys(names).map((name) => [name, reference.requireOutput(name)])) as Outputs;
}
