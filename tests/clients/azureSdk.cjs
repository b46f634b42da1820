// A day in the life of an Azure developer, with the official SDKs, unmodified: run with the environment of the local cloud.
"use strict";

const { AuthorizationManagementClient } = require("@azure/arm-authorization");
const { KeyVaultManagementClient } = require("@azure/arm-keyvault");
const { ClientSecretCredential, EnvironmentCredential } = require("@azure/identity");
const { SecretClient } = require("@azure/keyvault-secrets");

const env = process.env;
const retryOptions = { maxRetries: 0 };

async function attempt(act) {
  try {
    await act();
    return "ok";
  } catch (error) {
    return { status: error.statusCode, code: error.code, message: error.message };
  }
}

async function main() {
  const credential = new EnvironmentCredential();
  const { token } = await credential.getToken("https://management.azure.com/.default");
  const group = "rg-clients";
  const groupUrl = `https://management.azure.com/subscriptions/${env.ARM_SUBSCRIPTION_ID}/resourceGroups/${group}?api-version=2024-03-01`;
  const {
    createDefaultHttpClient,
    createPipelineFromOptions,
    createPipelineRequest,
  } = require("@azure/core-rest-pipeline");
  const pipeline = createPipelineFromOptions({ retryOptions });
  const http = createDefaultHttpClient();
  const send = async (method, url, body) => {
    const request = createPipelineRequest({ url, method, body: body && JSON.stringify(body) });
    request.headers.set("authorization", `Bearer ${token}`);
    request.headers.set("content-type", "application/json");
    return pipeline.sendRequest(http, request);
  };
  const made = await send("PUT", groupUrl, { location: "eastus" });

  const keyVault = new KeyVaultManagementClient(credential, env.ARM_SUBSCRIPTION_ID, { retryOptions });
  const vault = await keyVault.vaults.createOrUpdate(group, "kv-clients", {
    location: "eastus",
    properties: {
      tenantId: env.ARM_TENANT_ID,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      accessPolicies: [],
    },
  });
  const listed = [];
  for await (const one of keyVault.vaults.listBySubscription()) listed.push(one.name);

  const secrets = new SecretClient(vault.properties.vaultUri, credential, { retryOptions });
  const beforeRole = await attempt(() => secrets.setSecret("one", "first value"));

  const authorization = new AuthorizationManagementClient(credential, env.ARM_SUBSCRIPTION_ID, { retryOptions });
  const roles = [];
  for await (const role of authorization.roleDefinitions.list(vault.id, {
    filter: "roleName eq 'Key Vault Administrator'",
  }))
    roles.push(role);
  const { oid } = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
  const assignmentName = "11111111-2222-4333-8444-555555555555";
  const assignment = await authorization.roleAssignments.create(vault.id, assignmentName, {
    roleDefinitionId: roles[0].id,
    principalId: oid,
    principalType: "ServicePrincipal",
  });
  const again = await attempt(() =>
    authorization.roleAssignments.create(vault.id, "11111111-2222-4333-8444-666666666666", {
      roleDefinitionId: roles[0].id,
      principalId: oid,
      principalType: "ServicePrincipal",
    }),
  );

  const first = await secrets.setSecret("one", "first value", { contentType: "text/plain", tags: { a: "b" } });
  const second = await secrets.setSecret("one", "second value");
  const latest = await secrets.getSecret("one");
  const pinned = await secrets.getSecret("one", { version: first.properties.version });
  for (let index = 0; index < 30; index++) await secrets.setSecret(`many-${index}`, "x");
  let many = 0;
  for await (const _secret of secrets.listPropertiesOfSecrets()) many++;
  let versions = 0;
  for await (const _version of secrets.listPropertiesOfSecretVersions("one")) versions++;
  await secrets.updateSecretProperties("one", second.properties.version, { enabled: false });
  const disabled = await attempt(() => secrets.getSecret("one"));
  const backup = await secrets.backupSecret("many-1");
  const unknown = await attempt(() => secrets.getSecret("none"));
  await (await secrets.beginDeleteSecret("many-1")).pollUntilDone();
  const conflict = await attempt(() => secrets.setSecret("many-1", "y"));
  await (await secrets.beginRecoverDeletedSecret("many-1")).pollUntilDone();
  const recovered = await secrets.getSecret("many-1");
  await (await secrets.beginDeleteSecret("many-1")).pollUntilDone();
  await secrets.purgeDeletedSecret("many-1");
  const restored = await secrets.restoreSecretBackup(backup);

  const wrong = new SecretClient(
    vault.properties.vaultUri,
    new ClientSecretCredential(env.ARM_TENANT_ID, env.ARM_CLIENT_ID, "wrong"),
    { retryOptions },
  );
  const wrongSecret = await attempt(() => wrong.getSecret("one"));

  await keyVault.vaults.delete(group, "kv-clients");
  const deleted = await keyVault.vaults.getDeleted("kv-clients", "eastus");
  const poller = await keyVault.vaults.purgeDeleted("kv-clients", "eastus");
  await poller?.pollUntilDone?.();
  const gone = await attempt(() => keyVault.vaults.getDeleted("kv-clients", "eastus"));
  const left = [];
  for await (const one of authorization.roleAssignments.listForScope(vault.id)) left.push(one.name);

  process.stdout.write(
    JSON.stringify({
      group: made.status,
      vaultUri: vault.properties.vaultUri,
      rbac: vault.properties.enableRbacAuthorization,
      listed,
      beforeRole,
      assignment: assignment.name,
      again,
      values: [latest.value, pinned.value],
      many,
      versions,
      disabled,
      unknown,
      conflict,
      recovered: recovered.value,
      restored: restored.name,
      wrongSecret,
      deleted: deleted.name,
      gone,
      left,
    }),
  );
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
