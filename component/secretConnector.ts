import { getClientConfigOutput } from "@pulumi/azure-native/authorization/getClientConfig";
import * as pulumi from "@pulumi/pulumi";
import { AppRegistration } from "../components/appRegistration";
import { KeyVault } from "../components/keyVault";
import { KeyVaultConnector } from "../components/keyVaultConnector";
import { SecretProof } from "../components/secretProof";
import { ServicePrincipalConnection } from "../components/servicePrincipalConnection";
import { VaultAccess } from "../components/vaultAccess";
import { VaultSecret } from "../components/vaultSecret";
import { parseSettings, type Settings } from "../settings";

// Types of other languages: no unions, no classes, texts and numbers alone. The schema is inferred from this file.

/** What the component is to be; whatever is left out has the default of the stack's setting of the same name. */
export interface SecretConnectorArgs {
  /** Id of the Power Platform environment that gets the connector. */
  powerPlatformEnvironmentId: string;
  /** Azure region. A change replaces the vault. */
  location: string;
  /** Name of the secret in the vault. Without it: ppsecret1. */
  secretName?: string;
  /** Value of the secret. Without it: generated. */
  secretValue?: pulumi.Input<string>;
  /** Display name of the connector. A change replaces it. Without it: KeyVaultAccess. */
  title?: string;
  /** Name of the application in Entra ID. Without it: made of the stack's name. */
  applicationDisplayName?: string;
  /** Name of the vault, unique in the world. Without it: made of the stack's name and random digits. */
  vaultName?: string;
  /** Days in which a deleted vault can be recovered, 7 to 90. Without it: 90. */
  softDeleteRetentionDays?: number;
  /** Nobody can remove a deleted vault before the retention ends. Cannot be switched off again. Without it: false. */
  purgeProtection?: boolean;
  /** Whether `pulumi destroy` refuses to remove the vault. Without it: false. */
  protectVault?: boolean;
  /** Object ids of the groups of makers that may use the connection. Without it: nobody sees it. */
  makerGroupIds?: string[];
  /** Tags of the resource group and the vault. Without it: none. */
  tags?: Record<string, string>;
}

const project = "keyvault-connector";

/** The settings of a stack with one secret and one connector: the same defaults, and the same checks. */
function settingsOf(args: SecretConnectorArgs): Settings {
  const { powerPlatformEnvironmentId, location, secretName, title, tags, protectVault: protect } = args;
  const { vaultName, softDeleteRetentionDays, purgeProtection, applicationDisplayName, makerGroupIds } = args;
  const structures = {
    vault: { name: vaultName, softDeleteRetentionDays, purgeProtection, protect },
    application: { displayName: applicationDisplayName },
    ...(secretName === undefined ? {} : { secrets: [{ name: secretName }] }),
    connector: { title },
    connection: { shareWith: (makerGroupIds ?? []).map((principalId) => ({ principalId, principalType: "Group" })) },
    ...(tags === undefined ? {} : { tags }),
  };
  const texts = Object.entries(structures).map(([key, value]) => [`${project}:${key}`, JSON.stringify(value)] as const);
  return parseSettings({
    project,
    stack: pulumi.getStack(),
    secretKeys: [],
    config: {
      "azure-native:location": location,
      [`${project}:powerPlatformEnvironmentId`]: powerPlatformEnvironmentId,
      ...Object.fromEntries(texts),
    },
  });
}

/** A key vault with one secret, and the custom connector through which makers read it: everything of the stack, as one resource. */
export class SecretConnector extends pulumi.ComponentResource {
  /** Application (client) id that connections sign in as. */
  readonly clientId: pulumi.Output<string>;
  readonly tenantId: pulumi.Output<string>;
  /** ARM id. */
  readonly vaultId: pulumi.Output<string>;
  readonly vaultUri: pulumi.Output<string>;
  /** ARM id, the scope of a role on this secret alone. */
  readonly secretId: pulumi.Output<string>;
  /** Always the latest version. */
  readonly secretUri: pulumi.Output<string>;
  /** `/providers/Microsoft.PowerApps/apis/{name}`. */
  readonly connectorId: pulumi.Output<string>;
  readonly connectionId: pulumi.Output<string>;
  readonly connectionStatus: pulumi.Output<string>;
  /** "proven" once the connector's operation answered with the secret. */
  readonly proof: pulumi.Output<string>;

  constructor(name: string, args: SecretConnectorArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("keyvault-connector:index:SecretConnector", name, {}, opts);
    const settings = settingsOf(args);
    const { rotation, tags, authority, resourceUrl } = settings;
    const [identity] = settings.identities;
    const [one] = identity?.connectors ?? [];
    const [secretSettings] = settings.secrets;
    if (!identity || !one?.connection || !secretSettings || one.proof === "none")
      throw new pulumi.RunError("A secret connector has one secret, one connector and one connection.");
    const child = { parent: this };
    const deployer = getClientConfigOutput(child);

    const vault = new KeyVault(`${name}-kv`, { ...settings.vault, tenantId: deployer.tenantId, tags }, child);
    const { deployerRole, deployerType } = settings.access;
    const deployerObjectId = settings.access.deployerObjectId ?? deployer.objectId;
    const deployerAccess =
      deployerRole === "none"
        ? []
        : [
            new VaultAccess(
              `${name}-deployer`,
              { vault, role: deployerRole, principal: { objectId: deployerObjectId, type: deployerType } },
              child,
            ),
          ];
    const secret = new VaultSecret(
      `${name}-secret`,
      { ...secretSettings, vault, ...(args.secretValue === undefined ? {} : { value: args.secretValue }) },
      { ...child, dependsOn: deployerAccess },
    );
    const app = new AppRegistration(
      `${name}-app`,
      {
        displayName: identity.displayName,
        tenantId: deployer.tenantId,
        owners: [deployerObjectId],
        rotation,
        deadlineSeconds: rotation.deadlineSeconds,
        authority,
        resourceUrl,
      },
      child,
    );
    const access = new VaultAccess(
      `${name}-reader`,
      {
        vault,
        principal: { objectId: app.servicePrincipalObjectId, type: "ServicePrincipal" },
        role: "Key Vault Secrets User",
        secrets: [secret],
      },
      child,
    );
    const { environmentId } = one;
    const connector = new KeyVaultConnector(
      `${name}-connector`,
      { ...one.connector, environmentId, vault, app, secrets: [secret], firstName: `${name}-connector` },
      child,
    );
    const connection = new ServicePrincipalConnection(
      `${name}-connection`,
      { ...one.connection, connector, app, firstName: `${name}-connection` },
      child,
    );
    const deadlineSeconds = settings.proofDeadlineSeconds;
    const proof = new SecretProof(
      `${name}-proof`,
      { mode: one.proof, deadlineSeconds, vault, app, access, connector, connection },
      child,
    );

    this.clientId = app.clientId;
    this.tenantId = app.tenantId;
    this.vaultId = vault.vaultId;
    this.vaultUri = vault.uri;
    this.secretId = secret.secretId;
    this.secretUri = secret.uri;
    this.connectorId = connector.connector.connectorId;
    this.connectionId = connection.connection.connectionId;
    this.connectionStatus = connection.connection.status;
    this.proof = proof.result;
    this.registerOutputs({ connectorId: this.connectorId, connectionId: this.connectionId, proof: this.proof });
  }
}
