import * as pulumi from "@pulumi/pulumi";
import type { AppRegistration } from "./components/appRegistration";
import type { KeyVault } from "./components/keyVault";
import type { KeyVaultConnector } from "./components/keyVaultConnector";
import { graphTime } from "./components/rotation";
import type { SecretProof } from "./components/secretProof";
import type { ServicePrincipalConnection } from "./components/servicePrincipalConnection";
import type { VaultAccess } from "./components/vaultAccess";
import type { VaultSecret } from "./components/vaultSecret";
import { type ConnectorOutputs, contractVersion, type OutputsOf, type StackOutputs } from "./outputs";
import type { ConnectorSettings, Settings } from "./settings";

/** A finished connector. */
export interface ConnectorParts {
  settings: ConnectorSettings;
  connector: KeyVaultConnector;
  /** Absent when makers make their own. */
  connection: ServicePrincipalConnection | undefined;
  /** Absent when the proof is switched off. */
  proof: SecretProof | undefined;
}

/** The parts of a finished stack. */
export interface StackParts {
  settings: Settings;
  vault: KeyVault;
  deployerAccess: VaultAccess[];
  secrets: VaultSecret[];
  identities: { app: AppRegistration; access: VaultAccess; connectors: ConnectorParts[] }[];
}

const none = pulumi.output("");

function connectorOutputs(app: AppRegistration, parts: ConnectorParts): OutputsOf<ConnectorOutputs> {
  const { connector } = parts.connector;
  const connection = parts.connection?.connection;
  const { proof } = parts;
  return {
    environmentId: pulumi.output(parts.settings.environmentId),
    applicationDisplayName: app.displayName,
    clientId: app.clientId,
    applicationObjectId: app.objectId,
    servicePrincipalObjectId: app.servicePrincipalObjectId,
    clientSecretExpires: app.clientSecret?.expires ?? none,
    connectorId: connector.connectorId,
    connectorName: connector.internalName,
    connectorDisplayName: pulumi.output(parts.settings.connector.title),
    dataverseId: connector.dataverseId,
    redirectUrl: connector.redirectUrl,
    runtimeUrl: connector.runtimeUrl,
    connectionId: connection?.connectionId ?? none,
    connectionName: connection?.connectionName ?? none,
    connectionDisplayName: connection?.displayName ?? none,
    connectionStatus: connection?.status ?? none,
    operations: pulumi.output(
      parts.connector.operations.map(({ operationId, secret, path }) => ({
        operationId,
        secretName: secret.secretName,
        url: pulumi.interpolate`${connector.runtimeUrl}/${connection?.connectionName ?? "{connectionName}"}${path}`,
      })),
    ),
    proof: pulumi.output({
      mode: parts.settings.proof,
      result: proof?.result ?? ("none" as const),
      reason: proof?.reason ?? "",
    }),
  };
}

/** What the stack exports, each as an output. */
export function stackOutputs({
  settings,
  vault,
  deployerAccess,
  secrets,
  identities,
}: StackParts): OutputsOf<StackOutputs> {
  const { active, nextRotation, rotateBefore } = settings.rotation;
  const [first] = identities;
  const connectors = identities.flatMap(({ app, connectors: all }) =>
    all.map((parts) => [parts.settings.name, connectorOutputs(app, parts)] as const),
  );
  const main = connectors[0]?.[1];
  if (!first || !main) throw new pulumi.RunError("The settings name no connector.");
  const access = [...deployerAccess, ...identities.map((identity) => identity.access)];
  return {
    ...main,
    contractVersion: pulumi.output(contractVersion),
    tenantId: first.app.tenantId,
    clientSecret: first.app.clientSecret?.value ?? none,
    clientSecretKeyId: first.app.clientSecret?.keyId ?? none,
    rotation: pulumi.output({
      activeSlot: active,
      nextRotation: graphTime(nextRotation),
      rotateBefore: graphTime(rotateBefore),
    }),
    resourceGroupName: vault.resourceGroupName,
    vaultId: vault.vaultId,
    vaultName: vault.vaultName,
    vaultUri: vault.uri,
    roleAssignments: pulumi.output(
      access
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
    connectors: pulumi.output(Object.fromEntries(connectors)),
  };
}
