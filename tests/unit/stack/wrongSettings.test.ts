import { project, refusal } from "./configuration";

/** The mistake in a setting, what is allowed (a part of it), and the command or line with an example (a part of it). */
type Row = readonly [key: string, values: readonly unknown[], allowed: string, example: string];

const id = "0f3c4c39-6d1b-4b0e-9d6c-0c1d2e3f4a5b";
const dates = "a future date, or a date and time in UTC";
const fewTags = { team: "platform" };
const manyTags = (count: number) => Object.fromEntries([...Array(count).keys()].map((index) => [`t${index}`, ""]));
const seconds = "a whole number of seconds from 5 to 3600";
const subnet = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n";

const rows: readonly Row[] = [
  ["powerPlatformEnvironmentId", [undefined, "Contoso", `${id}0`, `default_${id}`, "", "[1]"], "Default- and the", id],

  ["application.displayName", ["", "x".repeat(121), 7], "1 to 120 characters", "'Key Vault connector (dev)'"],
  ["application.userSignIn", ["yes", 1, null], "true or false", "true"],
  ["application.perConnector", ["each", 0], "true or false", "true"],
  ["cloud", ["Public", "azure"], "public, gcc, gccHigh, dod, china", "public"],

  ["rotation.periodDays", [0, 351, "ninety", 1.5], "a whole number of days from 1 to 350", "90"],
  ["rotation.graceDays", [0, 351], "a whole number of days from 1 to 350", "31"],
  ["rotation.settleDays", [-1, 31], "a whole number of days from 0 to 30", "1"],
  ["rotation.runEveryDays", [0, 351], "a whole number of days from 1 to 350", "31"],
  ["rotation.deadlineSeconds", [4, 3601], "a whole number of seconds from 5 to 3600", "300"],
  ["rotation.anchor", ["2026-02-30", "2026", "2026-01-01T00:00:00Z"], "a date", "2026-01-01"],
  ["rotation.asOf", ["today", "2026-13-01"], "a date", "2026-11-23"],
  [
    "rotation.revokeNow",
    ["", "x".repeat(101), "a\nb", 7],
    "another text than before",
    "'2026-11-23 leaked in a screenshot'",
  ],

  [
    "vault.name",
    ["kv", "1kv-contoso", "kv--contoso", "kv-contoso-", "k".repeat(25)],
    "3 to 24 letters",
    "kv-contoso-dev",
  ],
  ["vault.location", ["w", "west/europe"], "an Azure region", "westeurope"],
  ["vault.resourceGroupName", ["rg.", "rg shared", "r".repeat(91)], "an existing resource group", "rg-shared-dev"],
  ["vault.sku", ["basic", "Standard"], "standard or premium", "standard"],
  ["vault.softDeleteRetentionDays", [6, 91, 7.5, "90"], "a whole number of days from 7 to 90", "90"],
  ["vault.purgeProtection", ["on"], "true or false", "true"],
  ["vault.publicNetworkAccess", ["Disabled"], "true or false", "true"],
  ["vault.protect", ["no"], "true or false", "true"],
  ["vault.lock", ["CanNotDelete"], "true or false", "true"],
  ["vault.allowedIpRanges", ["203.0.113.7"], "a list", ""],
  ["vault.allowedIpRanges[0]", ["10.0.0.1", "172.16.0.0/12", "192.168.1.1"], "a public IPv4 address", "203.0.113.0/24"],
  ["vault.allowedIpRanges[0]", ["256.1.1.1", "203.0.113.0/33", "2001:db8::1"], "or CIDR range", "203.0.113.0/24"],
  ["vault.allowedSubnetIds[0]", ["default", subnet], "the ARM id of a subnet", "'/subscriptions/…/resourceGroups/…/"],

  ["monitoring.enabled", ["on"], "true or false", "true"],
  ["monitoring.workspaceId", ["log-platform", subnet], "the ARM id of a Log Analytics workspace", "'/subscriptions/…"],
  ["monitoring.retentionDays", [29, 731], "a whole number of days from 30 to 730", "90"],
  ["monitoring.emails[0]", ["platform-team", ""], "an e-mail address", "platform-team@contoso.com"],
  ["monitoring.actionGroupIds[0]", ["on-call", subnet], "the ARM id of an action group", "'/subscriptions/…"],
  ["monitoring.refusedReads", [0, 10_001], "refused reads within 15 minutes from 1", "1"],
  ["monitoring.expiryWarningDays", [0, 181], "a whole number of days from 1 to 180", "30"],

  ["access.readerScope", ["all"], "secret (each listed secret) or vault (all of them)", "secret"],
  ["access.deployerRole", ["Owner"], "Key Vault Administrator, Key Vault Secrets Officer or none", "Officer'"],
  ["access.deployerType", ["Group"], "ServicePrincipal, or User when a person runs pulumi", "User"],
  ["access.deployerObjectId", ["pipeline", ""], "the object id (a GUID) of the service principal or user", "0f3c4c39"],

  ["secrets", [[], {}, "ppsecret1"], "at least one secret", `${project}:secrets: [{"name":"ppsecret1"}]`],
  ["secrets[0]", ["ppsecret1"], "a structure of name, renamedFrom, vaultName, length", ""],
  [
    "secrets[0].name",
    [undefined, "pp_secret", "", "x".repeat(128)],
    "1 to 127 letters, digits and dashes",
    "ppsecret1",
  ],
  ["secrets[0].length", [7, 1025, 8.5], "a whole number of characters of the generated value from 8 to 1024", "32"],
  ["secrets[0].contentType", ["", "x".repeat(256)], "1 to 255 characters", "text/plain"],
  ["secrets[0].expires", ["1999-12-31", "tomorrow", 4070908800], dates, "2030-01-31T00:00:00Z"],
  ["secrets[0].enabled", ["true"], "true or false", "true"],
  ["secrets[0].tags", [manyTags(16)], "up to 15 tags", `${project}:secrets[0].tags: {"team":"platform"}`],

  ["secretValues", ["v", ["v"]], "a structure of names with a text each", ""],
  ["secretValues.ppsecret1", ["", 12345678, "v".repeat(25_001)], "1 to 25000 characters", "config set --secret --path"],

  ["connector.title", ["", "x".repeat(65), "Key\nVault"], "1 to 64 characters", "KeyVaultAccess"],
  ["connector.description", ["Too short", "x".repeat(501)], "31 to 500 characters", "'Reads secrets of the key vault"],
  ["connector.operations", [[], {}], "at least one operation", '[{"kind":"pinned"}]'],
  ["connector.operations[0].kind", ["newest", undefined], "pinned (one version), latest (of one secret) or", "latest"],
  [
    "connector.operations[0].operationId",
    ["Get Secret", "1Get", "x".repeat(65)],
    "a letter, then up to 63",
    "GetSecret",
  ],
  [
    "connector.operations[0].summary",
    ["", "Get/Secret", "Get (it)", "x".repeat(81)],
    "1 to 80 characters",
    "GetSecret",
  ],
  ["connector.operations[0].description", ["", "x".repeat(1001)], "1 to 1000 characters", "'Reads the secret'"],
  ["connector.operations[0].visibility", ["hidden"], "none, important, advanced or internal", "important"],
  ["connector.operations[0].secret", ["a b"], "1 to 127 letters, digits and dashes", "ppsecret1"],
  ["connector.apiVersion", [7.4, "7", "2.0"], "a version of Key Vault's data plane API, as a text", "7.4"],
  ["connector.authority", ["https://example.com"], "https://login.microsoftonline.com or", "https://login."],
  ["connector.resourceUrl", ["https://vault.azure.net/"], "without a trailing slash", "https://vault.azure.net"],
  ["connector.resourceUrl", ["vault.azure.net", "http://vault.azure.net"], "own-vault", "https://vault.azure.net"],
  ["connector.iconBrandColor", ["blue", "#07e", "#007ee5ff"], "a colour as # and six hexadecimal digits", "#007ee5"],

  ["connection.displayName", ["", "x".repeat(101)], "1 to 100 characters", "KeyVaultAccess"],
  ["connection.shareWith", [{}, "Makers"], "a list", ""],
  ["connection.shareWith[0].principalId", ["maker@contoso.com", undefined], "the object id (a GUID) of a user or", id],
  ["connection.shareWith[0].principalType", ["ServicePrincipal", undefined], "User or Group", "Group"],
  ["connection.shareWith[0].role", ["Owner", "canview"], "CanView, CanViewWithShare or CanEdit", "CanView"],
  ["connection.statusDeadlineSeconds", [4, 3601, "300"], seconds, "300"],

  ["proof", ["always", "", "{}"], "auto, direct, runtime or none", "auto"],
  ["proofDeadlineSeconds", ["4", "3601", "a while", "60.5"], seconds, "600"],
  ["tags", [manyTags(51), "platform"], "up to 50 tags", `${project}:tags: {"team":"platform"}`],
  ["vault", ["kv-contoso"], "a structure of name, location, resourceGroupName, sku", ""],
];

const parts = (key: string) => key.split(/[.[\]]+/).filter((part) => part !== "");

/** Right settings around the wrong one. */
const around = {
  secrets: [{ name: "ppsecret1" }],
  connector: { operations: [{ kind: "latest" }] },
  connection: { shareWith: [{ principalId: id, principalType: "User" }] },
};

function put(base: unknown, [part, ...rest]: string[], value: unknown): unknown {
  if (part === undefined) return value;
  const inside = (base ?? {}) as Record<string, unknown>;
  const changed = { ...inside, [part]: put(inside[part], rest, value) };
  return /^\d+$/.test(part) ? Object.values(changed) : changed;
}

const mistakes = rows.flatMap(([key, values, allowed, example]) =>
  values.map((value) => ({ key, value, allowed, example })),
);

it("is a table of every setting that can be wrong", () => {
  expect(mistakes.length).toBeGreaterThanOrEqual(100);
});

it.each(mistakes)("refuses $key: $value", ({ key, value, allowed, example }) => {
  const [head, what, permitted, how = "", ...more] = refusal(
    put(around, parts(key), value) as Record<string, unknown>,
  ).split("\n");
  expect(head).toBe("One setting of stack dev cannot be used. Nothing was changed.");
  expect(what).toMatch(/^ {2}keyvault-connector:\S+ (is missing|cannot be .+)\.$/);
  expect(what?.trim().split(" ")[0]).toBe(`${project}:${key}`);
  expect(permitted).toMatch(/^ {4}Allowed: /);
  expect(permitted).toContain(allowed);
  expect(how.startsWith("    Example: ")).toBe(example !== "");
  expect(how).toContain(example);
  // The command names the very setting.
  if (how.includes("pulumi config set")) expect(how).toContain(` --path '${project}:${key}'`);
  expect(more).toEqual([]);
});

it.each([
  ["tags.a/b", { tags: { ...fewTags, "a/b": "x" } }],
  ["tags.team", { tags: { team: 1 } }],
  ["tags.team", { tags: { team: "x".repeat(257) } }],
])("shows whole tags as the example for %s", (key, config) => {
  const text = refusal(config);
  expect(text).toContain(`${project}:${key} cannot be `);
  expect(text).toContain(
    "Allowed: up to 50 tags: names of up to 512 characters without < > % & \\ ? /, texts of up to",
  );
  expect(text).toContain(`Example: ${project}:tags: {"team":"platform"}`);
});
