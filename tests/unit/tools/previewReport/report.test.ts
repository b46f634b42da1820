import fc from "fast-check";
import { longestComment, markerOf } from "../../../../tools/previewReport/comment";
import { reportOf } from "../../../../tools/previewReport/command";

const type = {
  vault: "azure-native:keyvault:Vault",
  secret: "azure-native:keyvault:Secret",
  role: "azure-native:authorization:RoleAssignment",
  connector: "pulumi-nodejs:dynamic/powerPlatform:CustomConnector",
};
const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const vaultId = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-dev";
const roleId = (id: string) => `/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/${id}`;
const user = roleId("4633458b-17de-408a-b874-0445c86b69e6");
const administrator = roleId("00482a5a-887f-4fb3-b363-3b7fe8e74483");
const version = "0123456789abcdef0123456789abcdef";

interface StateParts {
  inputs?: object;
  outputs?: object;
  protect?: boolean;
  additionalSecretOutputs?: string[];
}

function step(
  op: string,
  of: string,
  name: string,
  old?: StateParts,
  now?: StateParts,
  more: object = {},
  stack = "dev",
) {
  const urn = `urn:pulumi:${stack}::keyvault-connector::${of}::${name}`;
  const state = (parts?: StateParts) => parts && { urn, type: of, custom: true, ...parts };
  return { op, urn, oldState: state(old), newState: state(now), detailedDiff: null, ...more };
}

const digest = (steps: unknown[], more: object = {}) => JSON.stringify({ steps, changeSummary: { same: 3 }, ...more });
const report = (...contents: string[]) => reportOf(contents.map((text, index) => [`file${index}.json`, text]), "preview"); // prettier-ignore
const operation = (operationId: string, more: object = {}) => ({
  get: { operationId, parameters: [], responses: {}, ...more },
});
const connector = (paths: object, more: object = {}) => ({
  inputs: { definition: { info: { title: "Reader" }, paths }, ...more },
});

describe("what the report warns of", () => {
  const cases: [what: string, steps: unknown[], said: RegExp][] = [
    [
      "a vault that is replaced",
      [step("create-replacement", type.vault, "kv", { inputs: { vaultName: "a" } }, { inputs: { vaultName: "b" } }, { replaceReasons: ["vaultName"] }), step("delete-replaced", type.vault, "kv", { inputs: { vaultName: "a" } })], // prettier-ignore
      /🛑 \*\*The vault `a` is replaced\*\* because of `vaultName`/,
    ],
    [
      "a stronger role",
      [step("replace", type.role, "reader", { inputs: { roleDefinitionId: user, scope: vaultId, principalId: "p" } }, { inputs: { roleDefinitionId: administrator, scope: vaultId, principalId: "p" } })], // prettier-ignore
      /🛑 \*\*A role is widened\*\* \(`reader`\): `Key Vault Secrets User` on the whole vault `kv-dev` becomes `Key Vault Administrator`/,
    ],
    [
      "the same role on more",
      [step("delete", type.role, "one", { inputs: { roleDefinitionId: user, scope: `${vaultId}/secrets/a`, principalId: "p" } }), step("create", type.role, "all", undefined, { inputs: { roleDefinitionId: user, scope: vaultId, principalId: "p" } })], // prettier-ignore
      /🛑 \*\*A role is widened\*\* \(`all`\): `Key Vault Secrets User` on the secret `a` becomes `Key Vault Secrets User` on the whole vault/,
    ],
    [
      "an operation that is renamed",
      [step("update", type.connector, "c", connector({ "/secrets/a": operation("GetSecret") }), connector({ "/secrets/a": operation("ReadSecret") }))], // prettier-ignore
      /🛑 \*\*The operation `GetSecret` is renamed to `ReadSecret`\.\*\*/,
    ],
    [
      "an operation that is removed",
      [step("update", type.connector, "c", connector({ "/secrets/a": operation("A"), "/secrets/b": operation("B") }), connector({ "/secrets/a": operation("A") }))], // prettier-ignore
      /🛑 \*\*The operation `B` is removed\.\*\*/,
    ],
    [
      "a parameter that became necessary",
      [step("update", type.connector, "c", connector({ "/secrets/a": operation("A") }), connector({ "/secrets/a": operation("A", { parameters: [{ name: "q", in: "query", required: true }] }) }))], // prettier-ignore
      /🛑 \*\*Makers notice\*\*: `the operation A now needs the parameter q\.`/,
    ],
    [
      "a pin on a version that the same update makes old",
      [
        step("update", type.secret, "s", { inputs: { secretName: "a" } }, { inputs: { secretName: "a" } }, { detailedDiff: { "properties.value": { kind: "update" } } }), // prettier-ignore
        step("same", type.connector, "c", connector({ [`/secrets/a/${version}`]: operation("GetSecret") }), connector({ [`/secrets/a/${version}`]: operation("GetSecret") })), // prettier-ignore
      ],
      /🛑 \*\*The operation `GetSecret` is pinned to an old version of the secret `a`\*\*: `0123456789abcdef0123456789abcdef`, while this update writes a newer one/,
    ],
    [
      "a pin on another than the newest version",
      [
        step("same", type.secret, "s", { inputs: { secretName: "a" }, outputs: { properties: { secretUriWithVersion: `https://kv/secrets/a/${"f".repeat(32)}` } } }), // prettier-ignore
        step("update", type.connector, "c", connector({ "/secrets/a": operation("GetSecret") }), connector({ [`/secrets/a/${version}`]: operation("GetSecret") })), // prettier-ignore
      ],
      /pinned to an old version of the secret `a`\*\*: `0123456789abcdef0123456789abcdef`, while the newest is `f{32}`/,
    ],
    [
      "a secret that is deleted",
      [step("delete", type.secret, "s", { inputs: { secretName: "a" } })],
      /🛑 \*\*The secret `a` is deleted\.\*\*/,
    ],
    ["a secret that is disabled", [step("update", type.secret, "s", { inputs: { secretName: "a" } }, { inputs: { secretName: "a", properties: { attributes: { enabled: false } } } })], /🛑 \*\*The secret `a` is disabled\*\*/], // prettier-ignore
    ["protection that goes", [step("update", type.vault, "kv", { protect: true, inputs: {} }, { inputs: {} })], /🛑 \*\*The vault `kv` is no longer protected\*\*/], // prettier-ignore
    ["purge protection that goes", [step("update", type.vault, "kv", { inputs: { properties: { enablePurgeProtection: true } } }, { inputs: { properties: {} } })], /🛑 \*\*The vault `kv` loses its purge protection/], // prettier-ignore
    ["a firewall that opens", [step("update", type.vault, "kv", { inputs: { properties: { networkAcls: { defaultAction: "Deny" } } } }, { inputs: { properties: { networkAcls: { defaultAction: "Allow" } } } })], /🛑 \*\*The firewall of the vault `kv` lets everybody in/], // prettier-ignore
    ["roles that stop to count", [step("update", type.vault, "kv", { inputs: { properties: { enableRbacAuthorization: true } } }, { inputs: { properties: { enableRbacAuthorization: false } } })], /🛑 \*\*The vault `kv` no longer asks for roles/], // prettier-ignore
    ["a connector that is replaced", [step("replace", type.connector, "c", connector({}), connector({}), { replaceReasons: ["identity"] })], /🛑 \*\*The connector `Reader` is replaced\*\*/], // prettier-ignore
  ];
  it.each(cases)("%s", (_what, steps, said) => {
    expect(report(digest(steps))).toMatch(said);
  });

  it("not of a role that stays, nor of a role that becomes less", () => {
    const less = step("replace", type.role, "r", { inputs: { roleDefinitionId: administrator, scope: vaultId, principalId: "p" } }, { inputs: { roleDefinitionId: user, scope: `${vaultId}/secrets/a`, principalId: "p" } }); // prettier-ignore
    expect(report(digest([less]))).not.toMatch(/🛑|⚠️/);
  });

  it("violated policies, which only events tell", () => {
    const events = [
      { sequence: 0, resourcePreEvent: { metadata: { op: "same", urn: `urn:pulumi:dev::p::${type.vault}::kv` } } },
      { sequence: 1, policyEvent: { resourceUrn: `urn:pulumi:dev::p::${type.vault}::kv`, policyName: "purge-protection", enforcementLevel: "mandatory", message: "Switch it on.\nmore" } }, // prettier-ignore
      { sequence: 2, summaryEvent: { resourceChanges: { same: 1 } } },
    ];
    const text = report(events.map((event) => JSON.stringify(event)).join("\n"));
    expect(text).toMatch(/🛑 \*\*Policy `purge-protection`\*\* on `kv`: `Switch it on\. more`/);
    expect(text).toContain("the preview of `dev` failed");
  });
});

describe("the comment", () => {
  it("is the same whatever the order of files, and says which environments stay as they are", () => {
    const dev = digest([step("create", type.secret, "s", undefined, { inputs: { secretName: "a" } })]);
    const prod = digest([step("same", type.vault, "kv", {}, {}, {}, "prod")]);
    expect(report(prod, dev)).toBe(report(dev, prod));
    expect(report(prod, dev)).toMatch(
      /^<!-- keyvault-connector:preview-report -->\n## Preview: `dev` changes, `prod` stays as it is\n/,
    );
    expect(report(dev)).toContain("- **`dev`**: creates the secret `a`.");
  });

  it("names an environment after the URNs, and after the file without any", () => {
    const failed = JSON.stringify({ diagnostics: [{ severity: "error", message: "error: no such setting\nin dev" }], changeSummary: {} }); // prettier-ignore
    const text = reportOf([["out/preview-prod.json", failed]], "preview");
    expect(text).toContain("## Preview: the preview of `prod` failed");
    expect(text).toContain("  no such setting\n  in dev");
  });

  it("marks drift as another one", () => {
    const text = reportOf([["a", digest([step("update", type.vault, "kv", { inputs: {} }, { inputs: {} })])]], "drift");
    expect(text).toMatch(/^<!-- keyvault-connector:drift-report -->\n## Drift: `dev` has drifted\n/);
  });

  it("stays within GitHub's limit, with the table and the first warnings, whatever there is to tell", () => {
    const many = Array.from({ length: 3000 }, (_, index) => step("delete", type.secret, `s${index}`, { inputs: { secretName: `name-${index}` } })); // prettier-ignore
    const paths = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`/secrets/${index}`, operation(`Get${index}`)])); // prettier-ignore
    const huge = digest([...many, step("create", type.connector, "c", undefined, connector(paths))]);
    const text = report(huge);
    expect(text.length).toBeLessThanOrEqual(longestComment);
    expect(text).toContain("| `dev` |");
    expect(text).toMatch(/🛑 \*\*The secret `name-0` is deleted/);
    expect((text.match(/<details>/g) ?? []).length).toBe((text.match(/<\/details>/g) ?? []).length);
  });

  it("stays within the limit for hundreds of environments too", () => {
    const all = Array.from({ length: 300 }, (_, index) => digest([step("delete", type.vault, "kv".repeat(50), { inputs: {} }, undefined, {}, `environment-${index}-${"x".repeat(200)}`)])); // prettier-ignore
    expect(report(...all).length).toBeLessThanOrEqual(longestComment);
  });
});

describe("secrets", () => {
  const secret = "S3cr3t-value with | and `ticks`";
  const places: [where: string, steps: unknown[], more: object][] = [
    ["a plain secret of the engine's", [step("update", "x:y:Z", "n", { inputs: { a: 1 } }, { inputs: { a: { ...signature, plaintext: JSON.stringify(secret) }, b: `again ${secret}` } })], {}], // prettier-ignore
    ["a name that holds secrets", [step("update", "x:y:Z", "n", { inputs: {} }, { inputs: { clientSecret: secret, other: `--flag=${secret}` } })], {}], // prettier-ignore
    ["an output that is listed as secret", [step("update", "x:y:Z", "n", { inputs: {}, outputs: { mine: secret }, additionalSecretOutputs: ["mine"] }, { inputs: { c: secret } })], {}], // prettier-ignore
    ["the value of a vault's secret", [step("update", type.secret, "n", { inputs: { properties: { value: "old-value-1" } } }, { inputs: { properties: { value: secret }, tags: { why: secret } } })], {}], // prettier-ignore
    ["a message", [step("update", "x:y:Z", "n", {}, { inputs: { password: secret } })], { diagnostics: [{ severity: "warning", message: `the value ${secret} is odd` }] }], // prettier-ignore
    ["another encoding of it", [step("update", "x:y:Z", "n", {}, { inputs: { password: secret, b: Buffer.from(secret).toString("base64"), c: encodeURIComponent(secret) } })], {}], // prettier-ignore
  ];
  it.each(places)("in %s are not shown", (_where, steps, more) => {
    const text = report(digest(steps, more));
    expect(text).not.toContain("S3cr3t");
    expect(text).not.toContain("UzNjcjN0");
    expect(text).not.toContain("old-value-1");
  });

  it("are told from what the engine says of properties by their names", () => {
    const more = { detailedDiff: { clientSecret: { kind: "update" } }, diffReasons: ["clientSecret"] };
    const states = [{ inputs: { clientSecret: "[secret]" } }, { inputs: { clientSecret: "[secret]" } }] as const;
    const text = report(
      digest([step("update", "x:y:Z", "n", ...states, more), step("update", type.vault, "kv", {}, {})]),
    );
    expect(text).toContain("updates the vault `kv` and the Z `n`");
    expect(text).toContain("clientSecret: [secret] → [secret]");
  });

  it("of one file are not shown of another either, nor what only looks like a secret", () => {
    const one = digest([step("update", "x:y:Z", "n", {}, { inputs: { apiKey: "abcd-efgh" } })]);
    const token = `eyJ${"a".repeat(20)}.${"b".repeat(20)}.c`;
    const other = digest([step("update", "x:y:Z", "n", {}, { inputs: { a: "abcd-efgh", b: token } }, {}, "prod")]);
    expect(report(one, other)).not.toMatch(/abcd-efgh|eyJaaa/);
  });

  it("are hidden wherever they recur: any value, in any property", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 6, maxLength: 60, unit: "grapheme" }),
        fc.string({ minLength: 1 }),
        (value, key) => {
          fc.pre(value.trim().length >= 6 && !/^\W*$/.test(value) && !"[secret] custom".includes(value.trim()));
          const text = report(
            digest([step("update", "x:y:Z", "n", {}, { inputs: { password: value, [`k${key}`]: `x${value}x` } })]),
          );
          const shown = text.replaceAll("\u200b", "").replaceAll("¦", "|");
          const frame = report(
            digest([step("update", "x:y:Z", "n", {}, { inputs: { password: "", [`k${key}`]: "" } })]),
          );
          return frame.includes(value) || !shown.includes(value);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("values from configuration", () => {
  const evil = [
    "</details><script>alert(1)</script>",
    "@octocat and @org/team",
    "```\n## Approved by the security team\n```",
    "a | b | c",
    "<!-- keyvault-connector:preview-report -->",
    "[click](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "\u202egnp.exe",
  ];
  it.each(evil)("stay values: %j", (value) => {
    const text = report(
      digest([
        step("update", type.secret, value, { inputs: { secretName: value } }, { inputs: { secretName: value, contentType: value } }), // prettier-ignore
        step("delete", type.vault, "kv", { inputs: { vaultName: value } }),
        step("update", type.connector, "c", connector({ "/a": operation("A") }), connector({ "/a": operation("A", { summary: value }), [value]: operation(value) })), // prettier-ignore
      ], { diagnostics: [{ severity: "warning", message: value }, { severity: "error", message: value }] }), // prettier-ignore
    );
    expect(text).not.toMatch(/<(script|img|!-- keyvault-connector:preview-report -->\n(?!## ))/);
    expect(text.match(/<!-- keyvault/g)).toHaveLength(1);
    expect((text.match(/<\/details>/g) ?? []).length).toBe((text.match(/<details>/g) ?? []).length);
    expect(text).not.toMatch(/@(octocat|org)/);
    expect(text).not.toMatch(/^#+ Approved/m);
    expect(text).not.toContain("\u202e");
    // What is outside of code is ours alone.
    const outside = text.replace(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, "").replace(/(`+)[^`][\s\S]*?\1/g, "").replace(/<code>.*?<\/code>/g, ""); // prettier-ignore
    expect(outside).not.toMatch(/\]\(|javascript|evil|click|Approved|octocat/);
    for (const row of text.split("\n").filter((line) => line.startsWith("| `"))) expect(row.split("|")).toHaveLength(9);
  });
});

describe("what is no preview", () => {
  it.each([
    ["", /^file0\.json is empty\. pulumi preview --json prints nothing when it fails/],
    ["error: no stack selected", /^file0\.json is not JSON: it begins with "error: no stack selected"/],
    ['{"steps": [', /^file0\.json is not JSON, or was cut off: /],
    ["[1, 2]", /^file0\.json is JSON, but no preview: no object with steps/],
    ['{"hello": 1}', /^file0\.json is JSON, but no preview: it has neither steps nor changeSummary/],
    ['{"steps": {}}', /^file0\.json is JSON, but no preview: its steps are no list/],
  ])("%j is refused with the reason", (text, reason) => {
    expect(() => report(text)).toThrow(reason);
  });

  it("an object without anything is a preview that was ended", () => {
    expect(report("{}")).toContain("the preview of `file0` failed");
  });

  it("whatever JSON it is, it is read or refused in words", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.json({ maxDepth: 4 }), (any, inner) => {
        for (const text of [
          any,
          `{"steps":[${inner}]}`,
          `{"steps":[{"op":"update","urn":"urn:pulumi:a::b::c:d:E::f","oldState":{"inputs":${inner}},"newState":{"inputs":${any}}}]}`,
        ]) {
          try {
            expect(report(text)).toContain(markerOf("preview"));
          } catch (error) {
            expect((error as Error).message).toMatch(/^file0\.json is /);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it("what else was printed before the JSON is passed over", () => {
    expect(report(`warning: a new version\n${digest([])}`)).toContain("nothing changes");
  });
});
