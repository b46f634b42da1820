import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../local-cloud/project";
import { callAsMaker } from "../../tools/demo/maker";
import { run } from "../../tools/process";
import type { StackOutputs } from "../../outputs";
import { localClient, overwriteConnection } from "../support/localClient";
import { type EngineStack, startEngine } from "../support/engine";
import { secretsIn } from "../support/secrets";

/** What `pulumi preview --json` says of each resource that is not the same: name → operation. */
function plannedChanges(stdout: string): Record<string, string> {
  const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
  const changed = steps.filter(({ op }) => op !== "same");
  return Object.fromEntries(changed.map(({ op, urn }) => [urn.split("::").at(-1) ?? "", op]));
}

describe("the whole journey on the engine", () => {
  let stack: EngineStack;
  let outputs: StackOutputs;
  /** Everything that pulumi printed. */
  let printed = "";
  /** Every secret that the test knows. */
  const secrets: Record<string, string> = {};

  const pulumi = async (...args: string[]) => {
    const outcome = await stack.pulumi(args);
    printed += outcome.stdout + outcome.stderr;
    return outcome;
  };
  const operationUrl = () => outputs.operations[0]?.url ?? "";
  const getSecret = () => callAsMaker(stack.env, operationUrl());

  beforeAll(async () => {
    stack = await startEngine();
    const { stdout, stderr } = await stack.up();
    printed += stdout + stderr;
    outputs = (await stack.outputs()) as unknown as StackOutputs;
  }, 180_000);
  afterAll(() => stack.stop());

  test("one update leads from the app registration to a proven GetSecret", async () => {
    expect(outputs.connectionStatus).toBe("Connected");
    expect(outputs.proof).toEqual({ mode: "direct", result: "proven", reason: "" });
    const answer = await getSecret();
    const version = outputs.secrets.ppsecret1?.version;
    expect(answer).toMatchObject({ status: 200, secret: "ppsecret1", version });
    secrets.value = answer.value ?? "";
    expect(secrets.value).toHaveLength(32);
    const made = (await stack.control.resources()).map(({ type }) => type).sort();
    expect(made).toEqual([
      "application",
      "connection",
      "connector",
      "resourceGroup",
      "roleAssignment",
      "roleAssignment",
      "secret",
      "servicePrincipal",
      "vault",
    ]);
  });

  test("the state is small, and holds of the provider no more than where its code is", async () => {
    const own = (await stack.resources()).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"));
    expect(own.length).toBeGreaterThan(2);
    for (const resource of own) {
      const provider = String(resource.inputs?.__provider);
      expect(provider).toContain('require("@keyvault-connector/power-platform/provider")');
      expect(Buffer.byteLength(provider)).toBeLessThan(1024);
      // What is ours; the engine adds the names of what each property depends on.
      const { inputs, outputs } = resource;
      expect(Buffer.byteLength(JSON.stringify([inputs, outputs]))).toBeLessThan(12 * 1024);
    }
  });

  test("a second update, a preview and a refresh change nothing, and ask Power Platform for nothing but the refresh's reads", async () => {
    await stack.control.clearJournal();
    expect((await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")).code).toBe(0);
    expect((await pulumi("preview", "--expect-no-changes")).code).toBe(0);
    expect((await stack.control.journal()).filter(({ service }) => service === "power-platform")).toEqual([]);
    expect((await pulumi("refresh", "--yes", "--expect-no-changes")).code).toBe(0);
    const methods = (await stack.control.journal()).filter(({ service }) => service === "power-platform");
    expect(new Set(methods.map(({ method }) => method))).toEqual(new Set(["GET"]));
  }, 60_000);

  test("a changed setting shows up in the preview as that change alone", async () => {
    await stack.configure({ "keyvault-connector:connector.iconBrandColor": "#cc0000" });
    const { stdout } = await pulumi("preview", "--diff");
    expect(stdout).toMatch(/^Resources:\n\s+~ 1 to update\n\s+\d+ unchanged$/m);
    expect(stdout.split("\n").filter((line) => /^\s*[~+-] \w+\s*:/.test(line))).toEqual([
      expect.stringContaining('iconBrandColor: "#007ee5" => "#cc0000"'),
    ]);
    expect((await pulumi("up", "--yes", "--skip-preview")).code).toBe(0);
    expect((await pulumi("preview", "--refresh", "--expect-no-changes")).code).toBe(0);
  }, 60_000);

  test("another title replaces the connector and its connection, and GetSecret goes on answering", async () => {
    await stack.configure({ "keyvault-connector:connector.title": "KeyVaultRead" });
    const { stdout } = await pulumi("preview", "--json");
    expect(plannedChanges(stdout)).toMatchObject({
      "connector-connector": expect.stringMatching(/replace/) as string,
      "connection-connection": expect.stringMatching(/replace/) as string,
    });
    expect((await pulumi("up", "--yes", "--skip-preview")).code).toBe(0);
    outputs = (await stack.outputs()) as unknown as StackOutputs;
    expect(outputs.connectorName).toContain("shared_keyvaultread-5f");
    expect(await getSecret()).toMatchObject({ status: 200, value: secrets.value });
    const power = (await stack.control.resources()).filter(({ service }) => service === "power-platform");
    expect(power.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      "connection KeyVaultRead",
      "connector KeyVaultRead",
    ]);
  }, 60_000);

  test("a drifted connection is seen by refresh, and repaired by the next update", async () => {
    const { stdout } = await stack.pulumi(["stack", "output", "clientSecret", "--show-secrets"]);
    secrets.clientSecret = stdout.trim();
    await overwriteConnection(localClient(stack.env), outputs, "not-the-secret");
    const refused = await getSecret();
    expect([refused.status, refused.reason]).toEqual([401, expect.stringContaining("AADSTS7000215")]);
    const drift = await pulumi("refresh", "--preview-only", "--expect-no-changes");
    expect(drift.code).not.toBe(0);
    expect((await pulumi("up", "--yes", "--skip-preview", "--refresh")).code).toBe(0);
    expect(await getSecret()).toMatchObject({ status: 200 });
  }, 60_000);

  test("no secret stands in clear in state, journal, logs or terminal", async () => {
    secrets.deployer = stack.env.ARM_CLIENT_SECRET ?? "";
    secrets.maker = stack.env.LOCAL_CLOUD_MAKER_PASSWORD ?? "";
    await stack.configure({ "keyvault-connector:connection.displayName": "With logs" });
    const logFolder = path.join(stack.home, "logs");
    fs.mkdirSync(logFolder);
    // As a user runs it: the engine itself would log every property that it exchanges with plugins (decision 0014).
    const verbose = ["up", "--yes", "--skip-preview", "--debug", "-v=9", "--non-interactive", "--stack", "local"];
    const logged = await run(
      process.execPath,
      ["tools/run.cjs", "local", ...verbose, "--config-file", stack.configFile],
      {
        cwd: projectRoot(),
        env: { ...process.env, LOCAL_CLOUD_HOME: stack.home, TMPDIR: logFolder },
      },
    );
    expect(logged).toMatchObject({ code: 0 });
    const files = fs.readdirSync(logFolder).filter((file) => file.includes(".log"));
    const logs = files.map((file) => fs.readFileSync(path.join(logFolder, file), "utf8")).join("\n");
    expect(logs).toMatch(/Marshaling property for RPC.*\[hidden\]/);
    const places = {
      state: await stack.state(),
      journal: JSON.stringify(await stack.control.journal()),
      logs,
      terminal: printed + logged.stdout + logged.stderr,
    };
    expect(Object.values(secrets).every((secret) => secret.length > 8)).toBe(true);
    const found = Object.fromEntries(Object.entries(places).map(([place, text]) => [place, secretsIn(text, secrets)]));
    expect(found).toEqual({ state: [], journal: [], logs: [], terminal: [] });
    // A search that cannot find anything would prove nothing.
    expect(secretsIn(`x${Buffer.from(`?code=${secrets.value ?? ""}&`).toString("base64")}`, secrets)).toEqual([
      "value",
    ]);
  }, 120_000);

  test("destroy leaves nothing but what soft delete keeps", async () => {
    expect((await pulumi("destroy", "--yes", "--skip-preview")).code).toBe(0);
    const left = await stack.control.resources();
    expect(left.filter(({ softDeleted }) => !softDeleted)).toEqual([]);
    expect(left.map(({ type }) => type).sort()).toEqual(["application", "secret", "vault"]);
  }, 60_000);
});
