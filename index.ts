// One environment: secrets in a vault, and the Power Platform connectors through which makers read them.
import { getClientConfigOutput } from "@pulumi/azure-native/authorization/getClientConfig";
import { AppRegistration } from "./components/appRegistration";
import { KeyVault } from "./components/keyVault";
import { KeyVaultConnector } from "./components/keyVaultConnector";
import { namesOf } from "./components/naming";
import { SecretProof } from "./components/secretProof";
import { ServicePrincipalConnection } from "./components/servicePrincipalConnection";
import { VaultAccess } from "./components/vaultAccess";
import { VaultLock } from "./components/vaultLock";
import { VaultMonitoring } from "./components/vaultMonitoring";
import { VaultSecret } from "./components/vaultSecret";
import { hideAnswersInDebugLog } from "./debugLog";
import { stackOutputs } from "./stackOutputs";
import { loadSettings } from "./settings";
import { warnOfExpiry } from "./settings/expiry";

hideAnswersInDebugLog();

// What this environment is to be: Pulumi.<stack>.yaml, checked before anything is made.
const settings = loadSettings();
const { tags, rotation } = settings;
const deployer = getClientConfigOutput();
warnOfExpiry(settings);

// The vault, who watches it, and who may do what in it: first whoever runs this, who writes the secrets.
const vault = new KeyVault("kv", { ...settings.vault, tenantId: deployer.tenantId, tags });
const monitoring = settings.monitoring
  ? [new VaultMonitoring("monitoring", { ...settings.monitoring, vault, tags })]
  : [];
const { deployerRole, deployerType, readerScope } = settings.access;
const deployerObjectId = settings.access.deployerObjectId ?? deployer.objectId;
const deployerPrincipal = { objectId: deployerObjectId, type: deployerType };
const deployerAccess =
  deployerRole === "none"
    ? []
    : [new VaultAccess("deployer", { vault, role: deployerRole, principal: deployerPrincipal })];
const secrets = settings.secrets.map((secret) => {
  const { name, options } = namesOf("secret", secret);
  return new VaultSecret(name, { ...secret, vault }, { ...options, dependsOn: [...deployerAccess, ...monitoring] });
});

// Then, for each connector or for all of them, the identity that connections sign in as: application, service principal and
// client secrets; it reads the secrets of its connectors and nothing else.
const identities = settings.identities.map((identity) => {
  const appNames = namesOf("app", identity);
  const app = new AppRegistration(
    appNames.name,
    {
      displayName: identity.displayName,
      tenantId: deployer.tenantId,
      owners: [deployerObjectId],
      userSignIn: identity.userSignIn,
      authority: settings.authority,
      resourceUrl: settings.resourceUrl,
      deadlineSeconds: rotation.deadlineSeconds,
      ...(identity.hasClientSecret ? { rotation } : {}),
      ...(rotation.revokeNow === undefined ? {} : { revokeNow: rotation.revokeNow }),
    },
    appNames.options,
  );
  const readerNames = namesOf("reader", identity);
  const principal = { objectId: app.servicePrincipalObjectId, type: "ServicePrincipal" as const };
  const read = secrets.filter(({ secretName }) => identity.secretNames.includes(secretName));
  const access = new VaultAccess(
    readerNames.name,
    { vault, principal, role: "Key Vault Secrets User", ...(readerScope === "secret" ? { secrets: read } : {}) },
    readerNames.options,
  );

  // Its connectors, each with its connection, which is shared with the makers, and the proof that the first operation answers.
  const connectors = identity.connectors.map((one) => {
    const { name, firstName, options } = namesOf("connector", one);
    const { environmentId } = one;
    const connector = new KeyVaultConnector(
      name,
      { ...one.connector, environmentId, vault, app, secrets, firstName },
      options,
    );
    const connectionNames = namesOf("connection", one);
    const connection =
      one.connection &&
      new ServicePrincipalConnection(
        connectionNames.name,
        { ...one.connection, connector, app, firstName: connectionNames.firstName },
        connectionNames.options,
      );
    const proofNames = namesOf("proof", one);
    const proof =
      connection && one.proof !== "none"
        ? new SecretProof(
            proofNames.name,
            {
              mode: one.proof,
              deadlineSeconds: settings.proofDeadlineSeconds,
              vault,
              app,
              access,
              connector,
              connection,
            },
            proofNames.options,
          )
        : undefined;
    return { settings: one, connector, connection, proof };
  });
  if (identity.userSignIn) app.addRedirectUris(connectors.map(({ connector }) => connector.connector.redirectUrl));
  return { app, access, connectors };
});

// Last, so that it goes first: under the lock, Azure deletes none of these.
if (settings.lockVault) {
  const access = [...deployerAccess, ...identities.map((identity) => identity.access)];
  new VaultLock("lock", { vault }, { dependsOn: [...monitoring, ...secrets, ...access] });
}

export = stackOutputs({ settings, vault, deployerAccess, secrets, identities });
