import fs from "node:fs";
import path from "node:path";
import type { StackOutputs } from "../../outputs";
import { reportOf } from "../../tools/previewReport/command";
import { type EngineStack, startEngine } from "../support/engine";
import { editConnector, localClient } from "../support/localClient";
import { secretsIn } from "../support/secrets";

/** Set to a folder, the previews are kept there: this is how tests/previews came to be. */
const recordings = process.env.RECORD_PREVIEWS;

const n = "keyvault-connector:";
/** A pull request: a new secret with an operation of its own, a role widened by mistake, and an operation renamed. */
const pullRequest = {
  [`${n}secrets[0].name`]: "ppsecret1",
  [`${n}secrets[1].name`]: "partner-api-key",
  [`${n}secrets[1].contentType`]: "text/plain",
  [`${n}access.readerScope`]: "vault",
  [`${n}connector.operations[0].kind`]: "pinned",
  [`${n}connector.operations[0].operationId`]: "ReadSecret",
  [`${n}connector.operations[1].kind`]: "latest",
  [`${n}connector.operations[1].operationId`]: "GetPartnerKey",
  [`${n}connector.operations[1].secret`]: "partner-api-key",
};

/** Settings that are tried on a stack as the local cloud's are, and what the report must say of each. */
const cases: [name: string, settings: Record<string, string>, said: RegExp[]][] = [
  ["nothing", {}, [/^## Preview: nothing changes in `local`$/m]],
  [
    "pull-request",
    pullRequest,
    [
      /^## Preview: `local` changes$/m,
      /creates .*the secret `partner-api-key`/,
      /🛑 \*\*A role is widened\*\* \(`reader-vault`\): `Key Vault Secrets User` on the secret `ppsecret1` becomes `Key Vault Secrets User` on the whole vault/,
      /🛑 \*\*The operation `GetSecret` is renamed to `ReadSecret`\.\*\*/,
      /^-GetSecret:$/m,
      /^\+ReadSecret:$/m,
    ],
  ],
  [
    "vault-replaced",
    { [`${n}vault.name`]: "kv-moved" },
    [/🛑 \*\*The vault `kv-local-[0-9a-f]+` is replaced\*\* because of `vaultName`/],
  ],
  [
    "managed-identity",
    { [`${n}connector.signIn`]: "managedIdentity", [`${n}proof`]: "none" },
    [/signs in another way\*\*: `oAuthClientCredentials` becomes `managedIdentity`/, /Sign-in of the connector/],
  ],
  ["title", { [`${n}connector.title`]: "Vault reader" }, [/🛑 \*\*The connector `KeyVaultAccess` is replaced\*\*/]],
  [
    "rotation",
    { [`${n}rotation.asOf`]: "2027-01-15" },
    [/replaces the client secret `Power Platform connections, slot a`/],
  ],
  [
    "wrong-settings",
    { [`${n}vault.softDeleteRetentionDays`]: "700" },
    [/the preview of `local` failed/, /softDeleteRetentionDays cannot be 700/],
  ],
];

describe("the report of previews on the engine", () => {
  let stack: EngineStack;
  let stateText = "";
  let clientSecret = "";

  beforeAll(async () => {
    stack = await startEngine();
    // A fixed present, so that the same recording comes out on another day.
    await stack.configure({ [`${n}rotation.asOf`]: "2026-11-01" });
    first = await preview("first");
    await stack.up();
    stateText = await stack.state();
    clientSecret = (await stack.pulumi(["stack", "output", "clientSecret", "--show-secrets"])).stdout.trim();
  }, 300_000);
  afterAll(() => stack.stop());

  async function preview(name: string, args: readonly string[] = [], env: Record<string, string> = {}) {
    const { stdout } = await stack.pulumi(["preview", "--json", ...args], { env });
    if (recordings !== undefined) fs.writeFileSync(path.join(recordings, `${name}.json`), stdout);
    return stdout;
  }

  /** A preview with other settings, which are taken back. */
  async function tried(name: string, settings: Record<string, string>): Promise<string> {
    const before = fs.readFileSync(stack.configFile, "utf8");
    try {
      await stack.configure(settings);
      return await preview(name);
    } finally {
      fs.writeFileSync(stack.configFile, before);
    }
  }

  let first: string;

  test("a new environment is told as what is made, without a warning", () => {
    const report = reportOf([["first.json", first]], "preview");
    expect(report).toMatch(
      /creates the application .* and the role assignments `deployer-vault` and `reader-ppsecret1`/,
    );
    expect(report).not.toMatch(/🛑|⚠️/);
  });

  test.each(cases)(
    "%s",
    async (name, settings, said) => {
      const report = reportOf([["preview.json", await tried(name, settings)]], "preview");
      for (const words of said) expect(report).toMatch(words);
      expect(secretsIn(report, { clientSecret })).toEqual([]);
      expect(report).not.toContain(/"ciphertext": ?"([^"]+)"/.exec(stateText)?.[1]);
    },
    240_000,
  );

  test("the engine's events tell the same as its digest", async () => {
    const events = await preview("events", [], { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" });
    const digest = await preview("events-digest");
    expect(reportOf([["a.json", events]], "preview")).toBe(reportOf([["a.json", digest]], "preview"));
  }, 240_000);

  test("a connector that nobody changed is told of, when the secret that it is pinned to has a newer version", async () => {
    const client = localClient(stack.env);
    const { vaultUri, secrets } = (await stack.outputs()) as unknown as StackOutputs;
    const vault = await client.token("https://vault.azure.net");
    const body = { value: "Hush-4711-by-hand" };
    const written = await client.send("PUT", `${vaultUri}/secrets/ppsecret1?api-version=7.4`, { token: vault, body });
    expect(written.status).toBe(200);
    const newest = (JSON.parse(written.body) as { id: string }).id.split("/").at(-1) ?? "";

    const env = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };
    const { stdout } = await stack.pulumi(["refresh", "--preview-only", "--json"], { env });
    const report = reportOf([["local.json", stdout]], "drift");
    expect(report).toContain(
      `🛑 **The operation \`GetSecret\` is pinned to an old version of the secret \`ppsecret1\`**: \`${secrets.ppsecret1?.version}\`, while the newest is \`${newest}\`.`,
    );
    expect(report).not.toMatch(/updates the connector|Hush-4711/);
  }, 120_000);

  test("what was changed by hand is told line by line, and what was taken away", async () => {
    const client = localClient(stack.env);
    const resources = await stack.resources();
    const connector = resources.find(({ type }) => type.endsWith(":CustomConnector"));
    const role = resources.find(({ urn }) => urn.endsWith("::reader-ppsecret1"));
    if (!connector || !role) throw new Error("The stack is not as it was made.");
    await editConnector(client, connector, "Changed by hand");
    const arm = "https://management.azure.com";
    const token = await client.token(arm);
    expect((await client.send("DELETE", `${arm}${role.id}?api-version=2022-04-01`, { token })).status).toBe(200);

    // As .github/scripts/drift.sh does it.
    const refresh = ["refresh", "--preview-only", "--expect-no-changes", "--json"];
    const env = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };
    const { code, stdout } = await stack.pulumi(refresh, { env });
    expect(code).not.toBe(0);
    if (recordings !== undefined) fs.writeFileSync(path.join(recordings, "drift.json"), stdout);
    const report = reportOf([["local.json", stdout]], "drift");
    expect(report).toMatch(/^<!-- keyvault-connector:drift-report -->\n## Drift: `local` has drifted\n/);
    expect(report).toMatch(/^- {2}summary: GetSecret\n\+ {2}summary: Changed by hand$/m);
    expect(report).toMatch(/role assignment `reader-ppsecret1`/);

    const digest = await stack.pulumi(refresh);
    expect(() => reportOf([["local.json", digest.stdout]], "drift")).toThrow(
      "says that something was found, and not what",
    );
  }, 120_000);
});
