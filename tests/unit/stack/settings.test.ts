import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../../settings";
import { environmentId, settingsOf } from "./configuration";

const description =
  "Reads secrets of an Azure key vault, signed in as a service principal (OAuth 2.0 client credentials).";

// 2026-11-23 lies in the second window of slot b, which began on 2026-09-28.
const asOf = "2026-11-23";
const now = { rotation: { asOf } };

const defaults: Settings = {
  access: { readerScope: "secret", deployerRole: "Key Vault Administrator", deployerType: "ServicePrincipal" },
  proofDeadlineSeconds: 600,
  tags: {},
  cloud: "public",
  authority: "https://login.microsoftonline.com",
  resourceUrl: "https://vault.azure.net",
  rotation: {
    asOf: new Date(asOf),
    nextRun: new Date("2026-12-24"),
    deadlineSeconds: 300,
    slots: {
      a: { window: 1, begins: new Date("2026-06-30"), ends: new Date("2027-01-27") },
      b: { window: 2, begins: new Date("2026-09-28"), ends: new Date("2027-04-27") },
    },
    active: "b",
    nextRotation: new Date("2026-12-27"),
    rotateBefore: new Date("2027-04-27"),
  },
  vault: {
    location: "westeurope",
    sku: "standard",
    softDeleteRetentionDays: 90,
    purgeProtection: false,
    publicNetworkAccess: true,
    protect: false,
  },
  lockVault: false,
  secrets: [
    {
      name: "ppsecret1",
      renamedFrom: [],
      secretName: "ppsecret1",
      length: 32,
      enabled: true,
      managedOutside: false,
      tags: {},
    },
  ],
  identities: [
    {
      name: "main",
      renamedFrom: [],
      displayName: "Key Vault connector (dev)",
      hasClientSecret: true,
      userSignIn: false,
      secretNames: ["ppsecret1"],
      connectors: [
        {
          name: "main",
          renamedFrom: [],
          environmentId,
          applicationDisplayName: "Key Vault connector (dev)",
          signIn: "servicePrincipal",
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
            signIn: "servicePrincipal",
            route: "auto",
            cloud: "public",
            apiVersion: "7.4",
            authority: "https://login.microsoftonline.com",
            resourceUrl: "https://vault.azure.net",
            iconBrandColor: "#007ee5",
          },
          secretNames: ["ppsecret1"],
          connection: { displayName: "KeyVaultAccess", shareWith: [], statusDeadlineSeconds: 300 },
          proof: "direct",
        },
      ],
    },
  ],
};

/** The connector of settings with one. */
function onlyConnector({ identities }: Settings) {
  const [connector] = identities[0]?.connectors ?? [];
  if (!connector) throw new Error("There is no connector.");
  return connector;
}

it("needs the environment alone, and fills in every default", () => {
  expect(settingsOf(now)).toEqual(defaults);
});

it.each([
  ["structures as text", { vault: "{}", access: "{}", secrets: ' [{"name":"ppsecret1"}]', tags: "{}" }],
  ["numbers as text", { proofDeadlineSeconds: "600" }],
  ["defaults said", { proof: "direct", connector: { title: "KeyVaultAccess", apiVersion: "7.4" } }],
])("takes %s", (_what, config) => {
  expect(settingsOf({ ...now, ...config })).toEqual(defaults);
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
    expect(onlyConnector(settings).environmentId).toBe(`Default-${environmentId}`);
    expect(settings.vault).toMatchObject({ vaultName: "kv-published", resourceGroupName: "rg-published" });
    expect(settings.vault).not.toHaveProperty("name");
    expect(settings.access.readerScope).toBe("vault");
    expect(onlyConnector(settings).connector).toMatchObject({
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
  expect(settings.identities[0]?.displayName).toBe("Key Vault connector (prod)");
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
      name: "api-key",
      renamedFrom: [],
      secretName: "api-key",
      length: 32,
      enabled: true,
      managedOutside: false,
      contentType: "text/plain",
      expires: new Date("2099-06-30T12:00:00Z"),
      tags: { owner: "it" },
    },
  ]);
  expect(onlyConnector(settings).connector.resourceUrl).toBeUndefined();
  expect(onlyConnector(settings).connector.operations[0]?.secretName).toBe("api-key");
});

it("takes monitoring, with the dates that it knows", () => {
  const actionGroup = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/actionGroups/on-call";
  const settings = settingsOf({
    ...now,
    vault: { lock: true },
    monitoring: { enabled: true, emails: ["team@contoso.com"], actionGroupIds: [actionGroup] },
    secrets: [{ name: "one", vaultName: "first", expires: "2099-06-30" }, { name: "two" }],
  });
  expect(settings.lockVault).toBe(true);
  expect(settings.vault).toEqual(defaults.vault);
  expect(settings.monitoring).toEqual({
    location: "westeurope",
    retentionDays: 90,
    emails: ["team@contoso.com"],
    actionGroupIds: [actionGroup],
    refusedReads: 1,
    expiryWarningDays: 30,
    expiring: [
      { what: "client secret of Key Vault connector (dev)", expires: new Date("2027-04-27") },
      { what: "secret first", expires: new Date("2099-06-30") },
    ],
  });
  const withoutClientSecret = { ...now, monitoring: { enabled: true }, connector: { signIn: "managedIdentity" } };
  expect(settingsOf(withoutClientSecret).monitoring?.expiring).toEqual([]);
});

it("takes a firewall that lets nobody in, and a vault without a public address", () => {
  expect(settingsOf({ vault: { allowedIpRanges: [] } }).vault.firewall).toEqual({ ipRanges: [], subnetIds: [] });
  const closed = settingsOf({ vault: { publicNetworkAccess: false }, proof: "none" }).vault;
  expect(closed.publicNetworkAccess).toBe(false);
  expect(closed).not.toHaveProperty("firewall");
});

it("gives each kind of operation an id of its own, and the first secret", () => {
  const { connector } = onlyConnector(
    settingsOf({
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
    }),
  );
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
  const { connection } = onlyConnector(settingsOf({ connector: { title: "Secrets" } }));
  expect(connection?.displayName).toBe("Secrets");
});

test("dates without quotes, which the engine hands over in the words of Go, are what was written", () => {
  const secrets = [
    { name: "a", expires: "2098-01-31 00:00:00 +0000 UTC" },
    { name: "b", expires: "2098-01-31 10:11:12 +0000 UTC" },
  ];
  const settings = settingsOf({ secrets, rotation: { asOf: "2026-11-23 00:00:00 +0000 UTC" } });
  expect(settings.secrets.map(({ expires }) => expires?.toISOString())).toEqual([
    "2098-01-31T00:00:00.000Z",
    "2098-01-31T10:11:12.000Z",
  ]);
  expect(settings.rotation.asOf).toEqual(new Date(asOf));
});
