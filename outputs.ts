import * as pulumi from "@pulumi/pulumi";
import type { AppRegistration } from "./components/appRegistration";
import type { KeyVault } from "./components/keyVault";
import type { KeyVaultConnector } from "./components/keyVaultConnector";
import { graphTime } from "./components/rotation";
import type { SecretProof } from "./components/secretProof";
import type { ServicePrincipalConnection } from "./components/servicePrincipalConnection";
import type { VaultAccess } from "./components/vaultAccess";
import type { VaultSecret } from "./components/vaultSecret";
import type { ConnectorSettings, Settings } from "./settings";

/** What a connector is to other stacks. */
export interface ConnectorOutputs {
  /** Id of the Power Platform environment. */
  environmentId: string;
  applicationDisplayName: string;
  /** Application (client) id. */
  clientId: string;
  applicationObjectId: string;
  servicePrincipalObjectId: string;
  /** RFC 3339; "" without a client secret. */
  clientSecretExpires: string;
  /** `/providers/Microsoft.PowerApps/apis/{connectorName}`. */
  connectorId: string;
  /** Internal name, `shared_…`. */
  connectorName: string;
  connectorDisplayName: string;
  /** Id of its row in Dataverse; "" without one. */
  dataverseId: string;
  /** Where users are sent back to after signing in. */
  redirectUrl: string;
  /** Base of the URLs of operations; the connection's name comes next. */
  runtimeUrl: string;
  /** "" when makers make their own, like the next three. */
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

/** The contract with other stacks: what a stack exports. Names are only added; a removal is a new major version. */
export interface StackOutputs extends ConnectorOutputs {
  tenantId: string;
  /** Secret: shown as [secret], encrypted in the state. The first connector's, like the next; "" without one. */
  clientSecret: string;
  clientSecretKeyId: string;
  /** The client secrets' calendar: which slot is in use, when the other takes over, when the present one ends. RFC 3339. */
  rotation: { activeSlot: "a" | "b"; nextRotation: string; rotateBefore: string };
  resourceGroupName: string;
  /** ARM id. */
  vaultId: string;
  vaultName: string;
  /** `https://{name}.vault.azure.net`. */
  vaultUri: string;
  roleAssignments: { role: string; scope: string; principalId: string; id: string }[];
  /** By name; never a value. */
  secrets: Record<string, { id: string; uri: string; version: string; uriWithVersion: string }>;
  /** All of them by name; the first one's are outputs of the stack too. */
  connectors: Record<string, ConnectorOutputs>;
}

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

type OutputsOf<T> = { [Name in keyof T]: pulumi.Output<T[Name]> };

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
  rotation: true,
  resourceGroupName: true,
  vaultId: true,
  vaultName: true,
  vaultUri: true,
  roleAssignments: true,
  secrets: true,
  connectorId: true,
  connectorName: true,
  connectorDisplayName: true,
  dataverseId: true,
  redirectUrl: true,
  runtimeUrl: true,
  connectionId: true,
  connectionName: true,
  connectionDisplayName: true,
  connectionStatus: true,
  operations: true,
  connectors: true,
  proof: true,
};

/**
 * The outputs of a deployed stack, for the program of another one.
 * @param reference such as `new pulumi.StackReference("organization/keyvault-connector/dev")`
 */
export function readOutputs(reference: pulumi.StackReference): OutputsOf<StackOutputs> {
  return Object.fromEntries(
    Object.keys(names).map((name) => [name, reference.requireOutput(name)]),
  ) as OutputsOf<StackOutputs>;
}
