// One environment: a secret in a vault, and the Power Platform connector through which makers read it.
import { getClientConfigOutput } from "@pulumi/azure-native/authorization/getClientConfig";
import { AppRegistration } from "./components/appRegistration";
import { KeyVault } from "./components/keyVault";
import { KeyVaultConnector } from "./components/keyVaultConnector";
import { SecretProof } from "./components/secretProof";
import { ServicePrincipalConnection } from "./components/servicePrincipalConnection";
import { VaultAccess } from "./components/vaultAccess";
import { VaultSecret } from "./components/vaultSecret";
import { hideAnswersInDebugLog } from "./debugLog";
import { stackOutputs } from "./outputs";
import { loadSettings } from "./settings";

hideAnswersInDebugLog();

// What this environment is to be: Pulumi.<stack>.yaml, checked before anything is made.
const settings = loadSettings();
const { tags } = settings;
const deployer = getClientConfigOutput();

// The identity that connections sign in as: application, service principal, client secret.
const app = new AppRegistration("app", { ...settings.application, owners: [deployer.objectId] });

// The vault, and who may do what in it: first whoever runs this, who writes the secrets …
const vault = new KeyVault("kv", { ...settings.vault, tenantId: deployer.tenantId, tags });
const { deployerRole, deployerType, readerScope } = settings.access;
const deployerAccess =
  deployerRole === "none"
    ? []
    : [
        new VaultAccess("deployer", {
          vault,
          role: deployerRole,
          principal: { objectId: deployer.objectId, type: deployerType },
        }),
      ];
const secrets = settings.secrets.map(
  (secret) => new VaultSecret(`secret-${secret.secretName}`, { ...secret, vault }, { dependsOn: deployerAccess }),
);

// … then the service principal, which reads them.
const readerAccess = new VaultAccess("reader", {
  vault,
  role: "Key Vault Secrets User",
  principal: { objectId: app.servicePrincipalObjectId, type: "ServicePrincipal" },
  ...(readerScope === "secret" ? { secrets } : {}),
});

// The connector, its connection, and with whom that is shared.
const environmentId = settings.powerPlatformEnvironmentId;
const connector = new KeyVaultConnector("connector", { ...settings.connector, environmentId, vault, app, secrets });
if (settings.application.userSignIn) app.addRedirectUri(connector.connector.redirectUrl);
const connection = new ServicePrincipalConnection("connection", { ...settings.connection, connector, app });

// The proof that the connector's first operation answers with its secret.
const { proof: mode, proofDeadlineSeconds: deadlineSeconds } = settings;
const proof =
  mode === "none"
    ? undefined
    : new SecretProof(
        "proof",
        { mode, deadlineSeconds, vault, app, connector, connection },
        { dependsOn: [readerAccess] },
      );

const access = [...deployerAccess, readerAccess];
export = stackOutputs({ settings, app, vault, access, secrets, connector, connection, proof });
