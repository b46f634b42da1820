import { environmentId, project, refusal, settingsOf } from "./configuration";

const id = "0f3c4c39-6d1b-4b0e-9d6c-0c1d2e3f4a5b";
const latest = { kind: "latest" };
const secrets = [{ name: "one" }, { name: "two" }];

interface Clash {
  key: string;
  config: Record<string, unknown>;
  what: string;
  allowed: string;
  example?: string;
}

const clashes: Clash[] = [
  {
    key: "secrets[1].name",
    config: { secrets: [{ name: "one" }, { name: "ONE" }] },
    what: "names a secret that is listed before",
    allowed: "a name that no other secret has",
  },
  {
    key: "secretValues.three",
    config: { secrets, secretValues: { three: "v" } },
    what: "is the value of a secret that is not listed.",
    allowed: "the names in secrets: one, two",
  },
  {
    key: "connector.operations[1].secret",
    config: { secrets, connector: { operations: [latest, { kind: "pinned", secret: "three" }] } },
    what: "names three, which is not listed.",
    allowed: "the names in secrets: one, two",
  },
  {
    key: "connector.operations[1].operationId",
    config: { secrets, connector: { operations: [latest, { ...latest, secret: "two" }] } },
    what: "is that of an earlier operation.",
    allowed: "an id that no other operation has",
    example: `pulumi config set --path '${project}:connector.operations[1].operationId' GetOtherSecret`,
  },
  {
    key: "connector.operations[1]",
    config: { secrets, connector: { operations: [latest, { ...latest, secret: "one", operationId: "B" }] } },
    what: "reads the same as an earlier operation.",
    allowed: "operations of different kinds, or of different secrets",
  },
  {
    key: "connector.operations[1]",
    config: { connector: { operations: [{ kind: "byName" }, { kind: "byName", operationId: "B" }] } },
    what: "reads the same as an earlier operation.",
    allowed: "operations of different kinds",
  },
  {
    key: "secrets[1].vaultName",
    config: { secrets: [{ name: "one" }, { name: "two", vaultName: "One" }] },
    what: "is the name of an earlier secret in the vault.",
    allowed: "a name that no other secret has",
  },
  {
    key: "secrets[0].rotationDays",
    config: { secrets: [{ name: "one", rotationDays: 30 }], secretValues: { one: "v" } },
    what: "is of no use to a given value",
    allowed: "no rotationDays here",
  },
  {
    key: "secrets[0].rotationDays",
    config: { secrets: [{ name: "one", rotationDays: 30, managedOutside: true }] },
    what: "is of no use to a secret that is managed outside.",
    allowed: "no rotationDays here",
  },
  {
    key: "connectors[1].name",
    config: {
      connectors: [
        { name: "hr", title: "A" },
        { name: "HR", title: "B" },
      ],
    },
    what: "is that of an earlier connector.",
    allowed: "a name that no other connector has",
  },
  {
    key: "connectors[1].title",
    config: {
      connectors: [
        { name: "hr", title: "A" },
        { name: "it", title: "a" },
      ],
    },
    what: "is that of an earlier connector of the same environment.",
    allowed: "a title that no other connector of the environment has",
  },
  {
    key: "connectors[0].renamedFrom",
    config: {
      connectors: [
        { name: "hr", title: "A", renamedFrom: ["it"] },
        { name: "it", title: "B" },
      ],
    },
    what: "names it, which is still listed.",
    allowed: "earlier names that no connector has now",
  },
  {
    key: "connectors[0].secrets[1]",
    config: { secrets, connectors: [{ name: "hr", title: "A", secrets: ["one", "three"] }] },
    what: "names three, which is not listed.",
    allowed: "the names in secrets: one, two",
  },
  {
    key: "connectors[0].operations[0].secret",
    config: { secrets, connectors: [{ name: "hr", title: "A", operations: [{ kind: "latest", secret: "three" }] }] },
    what: "names three, which is not listed.",
    allowed: "the names in secrets: one, two",
  },
  {
    key: "application.perConnector",
    config: {
      application: { perConnector: false },
      connectors: [{ name: "hr", title: "A", applicationDisplayName: "Payroll" }],
    },
    what: "is false, so that connectors cannot have applicationDisplayName.",
    allowed: "true, or no connectors[…].applicationDisplayName",
    example: `pulumi config set --path '${project}:application.perConnector' true`,
  },
  {
    key: "proof",
    config: { proof: "direct", connector: { signIn: "managedIdentity" } },
    what: "is direct, for which a managed identity has no client secret to sign in with.",
    allowed: "runtime or none",
    example: `pulumi config set --path '${project}:proof' runtime`,
  },
  {
    key: "rotation.periodDays",
    config: { rotation: { periodDays: 350 } },
    what: "makes client secrets last 731 days (two periods and graceDays); Entra takes 730.",
    allowed: "a shorter period",
    example: `pulumi config set --path '${project}:rotation.periodDays' 180`,
  },
  {
    key: "rotation.settleDays",
    config: { rotation: { periodDays: 7, settleDays: 7 } },
    what: "is not shorter than a period",
    allowed: "less than rotation.periodDays (7)",
    example: `pulumi config set --path '${project}:rotation.settleDays' 0`,
  },
  {
    key: "rotation.runEveryDays",
    config: { rotation: { periodDays: 30, graceDays: 10, runEveryDays: 41 } },
    what: "is so long that a client secret expires before the run that replaces it.",
    allowed: "at most rotation.periodDays and graceDays less settleDays (40)",
    example: `pulumi config set --path '${project}:rotation.runEveryDays' 31`,
  },
  {
    key: "connection.shareWith[1].principalId",
    config: {
      connection: {
        shareWith: [
          { principalId: id, principalType: "User" },
          { principalId: id.toUpperCase(), principalType: "Group" },
        ],
      },
    },
    what: "is listed before.",
    allowed: "each user or group once",
  },
  {
    key: "proof",
    config: { secrets: [{ name: "one", enabled: false }] },
    what: "needs the secret one, which is not enabled.",
    allowed: "none, or a first operation that reads an enabled secret",
    example: `pulumi config set --path '${project}:proof' none`,
  },
  {
    key: "vault.publicNetworkAccess",
    config: { vault: { publicNetworkAccess: false, allowedIpRanges: ["203.0.113.7"] } },
    what: "is false, so that the allowed addresses and subnets have no effect.",
    allowed: "true with vault.allowedIpRanges or vault.allowedSubnetIds, or false without them",
    example: `pulumi config set --path '${project}:vault.publicNetworkAccess' true`,
  },
  {
    key: "monitoring.enabled",
    config: { monitoring: { emails: ["team@contoso.com"] } },
    what: "is false, so that the workspace and the receivers beside it have no effect.",
    allowed: "true, or no monitoring.workspaceId, monitoring.emails and monitoring.actionGroupIds",
    example: `pulumi config set --path '${project}:monitoring.enabled' true`,
  },
  {
    key: "connector.resourceUrl",
    config: { vault: { name: "kv-one" }, connector: { resourceUrl: "https://kv-two.vault.azure.net" } },
    what: "is the URL of a vault that is not this one (kv-one).",
    allowed: "https://vault.azure.net, or own-vault",
    example: `pulumi config set --path '${project}:connector.resourceUrl' own-vault`,
  },
  {
    key: "connector.resourceUrl",
    config: { connector: { resourceUrl: "https://kv-two.vault.azure.net" } },
    what: "is the URL of a vault that is not this one (its name is generated).",
    allowed: "https://vault.azure.net, or own-vault",
    example: `pulumi config set --path '${project}:connector.resourceUrl' own-vault`,
  },
];

describe("settings that do not go together", () => {
  it.each(clashes)("are refused: $key $what", ({ key, config, what, allowed, example }) => {
    const text = refusal(config);
    expect(text).toMatch(/^One setting of stack dev /);
    expect(text).toContain(`  ${project}:${key} ${what}`);
    expect(text).toContain(`    Allowed: ${allowed}`);
    expect(text.includes("Example:")).toBe(example !== undefined);
    expect(text).toContain(example ?? "");
  });

  it("ask for a location, here or for the whole provider", () => {
    const text = refusal({}, { location: undefined });
    expect(text).toContain(`${project}:vault.location is missing, and azure-native:location is too.`);
    expect(text).toContain(`pulumi config set --path '${project}:vault.location' westeurope`);
  });

  it("let a disabled secret be when it is not the one that is proven", () => {
    const disabled = { name: "two", enabled: false };
    expect(settingsOf({ secrets: [{ name: "one" }, disabled] }).secrets).toHaveLength(2);
    expect(settingsOf({ secrets: [disabled], proof: "none" }).secrets).toHaveLength(1);
  });
});

describe("several mistakes", () => {
  it("are all reported at once, each with its key", () => {
    const text = refusal({
      powerPlatformEnvironmentId: "Contoso",
      vault: { sku: "basic", nmae: "kv-one" },
      secrets: [{ name: "a_b" }, { name: "two", length: 1 }],
      connector: { operations: [{ kind: "latest" }, { kind: "latest", secret: "two" }] },
      connection: { shareWith: [{ principalId: "me", principalType: "App" }] },
      proof: "maybe",
      colour: "red",
    });
    const keys = text.split("\n").flatMap((line) => /^ {2}keyvault-connector:(\S+) /.exec(line)?.[1] ?? []);
    expect(new Set(keys)).toEqual(
      new Set([
        "powerPlatformEnvironmentId",
        "vault.sku",
        "vault.nmae",
        "secrets[0].name",
        "secrets[1].length",
        "connector.operations[1].operationId",
        "connection.shareWith[0].principalId",
        "connection.shareWith[0].principalType",
        "proof",
        "colour",
      ]),
    );
    expect(keys).toHaveLength(new Set(keys).size);
    expect(text).toMatch(/^10 settings of stack dev cannot be used\. Nothing was changed\.\n/);
  });
});

describe("unknown keys", () => {
  it.each([
    [{ vualt: {} }, "vualt is not a setting. Did you mean vault?"],
    [{ secretvalues: {} }, "secretvalues is not a setting. Did you mean secretValues?"],
    [{ vault: { purgeprotection: true } }, "vault.purgeprotection is not a setting. Did you mean purgeProtection?"],
    [{ secrets: [{ nme: "a", name: "b" }] }, "secrets[0].nme is not a setting. Did you mean name?"],
    [
      { connector: { operations: [{ kind: "latest", sumary: "x" }] } },
      "connector.operations[0].sumary is not a setting.",
    ],
    [
      { connection: { shareWith: [{ principalId: id, principalType: "User", rol: "CanView" }] } },
      "connection.shareWith[0].rol is not a setting. Did you mean role?",
    ],
    [{ "vault.name": "kv-one" }, "vault.name is one key with a dot in it, and no setting: set vault with --path."],
  ])("are refused, with what was probably meant: %j", (config, expected) => {
    expect(refusal(config)).toContain(`${project}:${expected}`);
  });

  it("are not guessed at when nothing is near, and the known ones are listed", () => {
    const text = refusal({ vault: { firewallRules: [] } });
    expect(text).toContain(`${project}:vault.firewallRules is not a setting.\n    Allowed: name, location, `);
    expect(text).not.toContain("Did you mean");
  });

  it("of other namespaces are left alone", () => {
    const others = { "azure-native:tenantId": environmentId, "other:vualt": "{}" };
    expect(settingsOf({}, { others }).vault.location).toBe("westeurope");
  });
});

describe("values of secrets", () => {
  const hush = "Hush-5ecret-value";
  const encrypted = (key: string) => ({ secretKeys: [`${project}:${key}`] });

  it.each([
    [{ secretValues: { ppsecret1: { inside: hush } } }],
    [{ secretValues: { ppsecret1: [hush] } }],
    [{ secretValues: { ppsecret1: hush.repeat(2000) } }],
    [{ secretValues: { other: hush } }],
    [{ secretValues: hush }],
    [{ secretValues: [hush] }],
    [{ secretValues: `{"ppsecret1":"${hush}"` }],
    [{ secretvalues: { ppsecret1: hush } }],
    [{ "secretValues.ppsecret1": hush }],
    [{ secrets: [{ name: "ppsecret1", value: hush }] }],
  ])("are never shown: %j", (config) => {
    for (const secretKeys of [[`${project}:secretValues`], []]) {
      expect(refusal(config, { secretKeys })).not.toContain("Hush");
    }
  });

  it("are not shown for any other setting that is encrypted either", () => {
    const config = { connector: { title: "fine", description: hush } };
    expect(refusal(config, encrypted("connector"))).toContain("connector.description cannot be the value.");
    expect(refusal(config, encrypted("vault"))).toContain(`connector.description cannot be "${hush}".`);
  });

  it("must be encrypted", () => {
    const text = refusal({ secretValues: { ppsecret1: hush } }, { secretKeys: [] });
    expect(text).toContain(`${project}:secretValues is not encrypted: remove it from the stack's file, and treat`);
    expect(text).toContain("Allowed: values that are set with --secret");
    expect(text).toContain(`Example: pulumi config set --secret --path '${project}:secretValues'`);
    expect(text).not.toContain(hush);
  });

  it("need no encryption where there are none", () => {
    expect(settingsOf({ secretValues: {} }, { secretKeys: [] }).secrets[0]).not.toHaveProperty("value");
  });
});
