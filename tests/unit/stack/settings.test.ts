import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../../settings";
import { environmentId, settingsOf } from "./configuration";

const description =
  "Reads secrets of an Azure key vault, signed in as a service principal (OAuth 2.0 client credentials).";

const defaults: Settings = {
  powerPlatformEnvironmentId: environmentId,
  application: { displayName: "Key Vault connector (dev)", userSignIn: false },
  vault: {
    location: "westeurope",
    sku: "standard",
    softDeleteRetentionDays: 90,
    purgeProtection: false,
    publicNetworkAccess: true,
    protect: false,
  },
  access: { readerScope: "secret", deployerRole: "Key Vault Administrator", deployerType: "ServicePrincipal" },
  secrets: [{ secretName: "ppsecret1", length: 32, enabled: true, tags: {} }],
  connector: {
    title: "KeyVaultAccess",
    description,
    operations: [
      {
        kind: "pinned",
        visibility: "none",
        operationId: "GetSecret",
        summary: "GetSecret",
        description: "GetSecret",
        secretName: "ppsecret1",
      },
    ],
    apiVersion: "7.4",
    authority: "https://login.microsoftonline.com",
    resourceUrl: "https://vault.azure.net",
    iconBrandColor: "#007ee5",
  },
  connection: { displayName: "KeyVaultAccess", shareWith: [], statusDeadlineSeconds: 300 },
  proof: "direct",
  proofDeadlineSeconds: 600,
  tags: {},
};

it("needs the environment alone, and fills in every default", () => {
  expect(settingsOf({})).toEqual(defaults);
});

it.each([
  ["structures as text", { vault: "{}", access: "{}", secrets: ' [{"name":"ppsecret1"}]', tags: "{}" }],
  ["numbers as text", { proofDeadlineSeconds: "600" }],
  ["defaults said", { proof: "direct", connector: { title: "KeyVaultAccess", apiVersion: "7.4" } }],
])("takes %s", (_what, config) => {
  expect(settingsOf(config)).toEqual(defaults);
});

describe("the published example", () => {
  // A connector KeyVaultAccess with one operation on one version of ppsecret1, tokens for the vault itself, wide roles.
  const settings = settingsOf(
    {
      powerPlatformEnvironmentId: `Default-${environmentId}`,
      application: { displayName: "PowerPlatformKeyVault" },
      vault: { name: "kv-published", resourceGroupName: "rg-published", softDeleteRetentionDays: 7 },
      access: { readerScope: "vault" },
      secrets: [{ name: "ppsecret1" }],
      secretValues: { ppsecret1: "a given value" },
      connector: {
        title: "KeyVaultAccess",
        operations: [{ kind: "pinned", operationId: "GetSecret", summary: "GetSecret", secret: "ppsecret1" }],
        resourceUrl: "https://KV-Published.vault.azure.net",
      },
    },
    { stack: "seed" },
  );

  it("is taken as it is", () => {
    expect(settings.powerPlatformEnvironmentId).toBe(`Default-${environmentId}`);
    expect(settings.vault).toMatchObject({ vaultName: "kv-published", resourceGroupName: "rg-published" });
    expect(settings.vault).not.toHaveProperty("name");
    expect(settings.access.readerScope).toBe("vault");
    expect(settings.connector).toMatchObject({
      title: "KeyVaultAccess",
      resourceUrl: "https://KV-Published.vault.azure.net",
      operations: [{ kind: "pinned", operationId: "GetSecret", description: "GetSecret", secretName: "ppsecret1" }],
    });
  });

  it("has its value as a secret", async () => {
    const value = pulumi.output(settings.secrets[0]?.value);
    await expect(pulumi.isSecret(value)).resolves.toBe(true);
    expect(JSON.stringify(settings.secrets)).not.toContain("a given value");
  });
});

it("takes a guarded production", () => {
  const settings = settingsOf(
    {
      application: { clientSecretExpires: "2099-01-31" },
      vault: {
        location: "northeurope",
        sku: "premium",
        purgeProtection: true,
        allowedIpRanges: ["203.0.113.0/24", "198.51.100.7"],
        protect: true,
      },
      access: { deployerRole: "Key Vault Secrets Officer", deployerType: "User" },
      secrets: [{ name: "api-key", contentType: "text/plain", expires: "2099-06-30T12:00:00Z", tags: { owner: "it" } }],
      connector: { resourceUrl: "own-vault" },
      tags: { team: "platform" },
    },
    { stack: "prod" },
  );
  expect(settings.application).toEqual({
    displayName: "Key Vault connector (prod)",
    userSignIn: false,
    clientSecretExpires: "2099-01-31T00:00:00Z",
  });
  expect(settings.vault).toEqual({
    ...defaults.vault,
    location: "northeurope",
    sku: "premium",
    purgeProtection: true,
    firewall: { ipRanges: ["203.0.113.0/24", "198.51.100.7"], subnetIds: [] },
    protect: true,
  });
  expect(settings.secrets).toEqual([
    {
      secretName: "api-key",
      length: 32,
      enabled: true,
      contentType: "text/plain",
      expires: new Date("2099-06-30T12:00:00Z"),
      tags: { owner: "it" },
    },
  ]);
  expect(settings.connector.resourceUrl).toBeUndefined();
  expect(settings.connector.operations[0]?.secretName).toBe("api-key");
});

it("takes a firewall that lets nobody in, and a vault without a public address", () => {
  expect(settingsOf({ vault: { allowedIpRanges: [] } }).vault.firewall).toEqual({ ipRanges: [], subnetIds: [] });
  const closed = settingsOf({ vault: { publicNetworkAccess: false }, proof: "none" }).vault;
  expect(closed.publicNetworkAccess).toBe(false);
  expect(closed).not.toHaveProperty("firewall");
});

it("gives each kind of operation an id of its own, and the first secret", () => {
  const { connector } = settingsOf({
    secrets: [{ name: "one" }, { name: "two" }],
    connector: {
      title: "Secrets",
      operations: [
        { kind: "latest", summary: "Newest" },
        { kind: "pinned", secret: "two", visibility: "important" },
        { kind: "byName" },
        { kind: "latest", secret: "two", operationId: "GetTwo", description: "Reads two" },
      ],
    },
  });
  expect(connector.operations.map(({ operationId, secretName }) => [operationId, secretName])).toEqual([
    ["GetLatestSecret", "one"],
    ["GetSecret", "two"],
    ["GetSecretByName", "one"],
    ["GetTwo", "two"],
  ]);
  expect(connector.operations.map(({ summary, description }) => [summary, description])).toEqual([
    ["Newest", "Newest"],
    ["GetSecret", "GetSecret"],
    ["GetSecretByName", "GetSecretByName"],
    ["GetTwo", "Reads two"],
  ]);
  expect(settingsOf({ connector: { title: "Secrets" } }).connection.displayName).toBe("Secrets");
});
