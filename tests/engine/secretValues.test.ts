import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { StackOutputs } from "../../outputs";
import { callAsMaker } from "../../tools/demo/maker";
import { type EngineStack, startEngine } from "../support/engine";
import { localClient } from "../support/localClient";

const project = "keyvault-connector";

const secrets = [
  { name: "generated", rotationDays: 30 },
  { name: "outside", managedOutside: true },
];
const operations = [
  { kind: "pinned", secret: "generated", operationId: "GetGenerated" },
  { kind: "latest", secret: "generated", operationId: "GetLatestGenerated" },
  { kind: "pinned", secret: "outside", operationId: "GetOutside" },
  { kind: "latest", secret: "outside", operationId: "GetLatestOutside" },
];

describe("values of secrets over time", () => {
  let stack: EngineStack;
  let client: ReturnType<typeof localClient>;
  const outputs = async () => (await stack.outputs()) as unknown as StackOutputs;
  const call = async (operationId: string) => {
    const found = (await outputs()).operations.find((one) => one.operationId === operationId);
    return callAsMaker(stack.env, found?.url ?? "");
  };
  /** Names and operations of what a preview would do. */
  const planned = async (): Promise<string[]> => {
    const { stdout } = await stack.pulumi(["preview", "--json"]);
    const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
    return steps.flatMap(({ op, urn }) => (op === "same" ? [] : [`${op} ${urn.split("::").at(-1) ?? ""}`])).sort();
  };
  const versionsOf = async (name: string): Promise<number> => {
    const url = `${(await outputs()).vaultUri}/secrets/${name}/versions?api-version=7.4`;
    const { body } = await client.send("GET", url, { token: await client.token("https://vault.azure.net") });
    return (JSON.parse(body) as { value: unknown[] }).value.length;
  };

  /** Waits until the local cloud has refused something in these words, of which it keeps a journal. */
  const seen = async (refusal: string): Promise<void> => {
    for (let round = 0; round < 2000; round += 1) {
      const entries = await stack.control.journal();
      if (entries.some(({ service, error }) => `${service} ${error ?? ""}` === refusal)) return;
      await sleep(200);
    }
    throw new Error(`The local cloud never said: ${refusal}`);
  };

  beforeAll(async () => {
    stack = await startEngine();
    client = localClient(stack.env);
    await stack.control.setKnobs({
      servicePrincipalDelaySeconds: 15,
      clientSecretDelaySeconds: 35,
      roleAssignmentDelaySeconds: 200,
    });
    const lists = [
      `  ${project}:secrets: ${JSON.stringify(secrets)}`,
      `  ${project}:connector: ${JSON.stringify({ operations })}`,
      // Without quotes: the engine reads it as a moment.
      `  ${project}:rotation: {asOf: 2027-01-10}`,
    ];
    const base = fs.readFileSync(stack.configFile, "utf8");
    fs.writeFileSync(stack.configFile, base.replace("config:\n", `config:\n${lists.join("\n")}\n`));
    // The clock stands still until each refusal has been seen: nothing depends on how fast this machine is.
    const { now } = await stack.control.clock();
    await stack.control.setClock(now, true);
    const up = stack.up();
    up.catch(() => undefined);
    const turns = [
      ["entra unauthorized_client", 20],
      ["entra invalid_client", 120],
      ["key-vault Forbidden", 320],
    ] as const;
    const after = (seconds: number) => new Date(Date.parse(now) + seconds * 1000).toISOString();
    for (const [wanted, seconds] of turns) {
      await Promise.race([seen(wanted), up]);
      await stack.control.setClock(after(seconds), true);
    }
    await up;
    // From there it runs on.
    await stack.control.setClock(after(320));
  }, 600_000);
  afterAll(() => stack.stop());

  test("one update waits for a service principal, client secrets and roles that are not known yet", async () => {
    const refused = (await stack.control.journal()).filter(({ status }) => status >= 400);
    const reasons = new Set(refused.map(({ service, error }) => `${service} ${error ?? ""}`));
    // AADSTS700016, AADSTS7000215, ForbiddenByRbac.
    expect([...reasons]).toEqual(
      expect.arrayContaining(["entra unauthorized_client", "entra invalid_client", "key-vault Forbidden"]),
    );
    const acceptance = (await stack.resources()).find(({ type }) => type.endsWith("ClientSecretAcceptance"));
    expect(acceptance?.outputs?.acceptedAfterSeconds).toBeGreaterThan(0);
    expect((await outputs()).proof.result).toBe("proven");
    expect(await planned()).toEqual([]);
  }, 600_000);

  test("a newer version of a secret that is managed outside is never overwritten; what is pinned follows it", async () => {
    const before = await call("GetOutside");
    const { vaultUri } = await outputs();
    const written = await client.send("PUT", `${vaultUri}/secrets/outside?api-version=7.4`, {
      token: await client.token("https://vault.azure.net"),
      body: { value: "written by somebody else" },
    });
    expect(written.status).toBe(200);
    expect(await call("GetLatestOutside")).toMatchObject({ status: 200, value: "written by somebody else" });
    expect((await call("GetOutside")).version).toBe(before.version);

    expect(await planned()).toEqual(["update connector-connector"]);
    await stack.up();
    expect(await call("GetOutside")).toMatchObject({ status: 200, value: "written by somebody else" });
    expect(await planned()).toEqual([]);
    expect(await versionsOf("outside")).toBe(2);
  }, 600_000);

  test("a generated value is made anew when its days are over, in the vault and in what is pinned, and nothing else changes", async () => {
    const before = await call("GetGenerated");
    await stack.configure({ [`${project}:rotation.asOf`]: "2027-01-24" });
    expect(await planned()).toEqual([]);
    await stack.configure({ [`${project}:rotation.asOf`]: "2027-01-26" });
    const steps = await planned();
    expect(steps.filter((step) => !/generated|connector-connector|proof-operation/.test(step))).toEqual([]);
    expect(steps).toContain("update secret-generated-secret");
    await stack.up();
    const [pinned, latest] = [await call("GetGenerated"), await call("GetLatestGenerated")];
    expect(pinned).toMatchObject({ status: 200, version: latest.version });
    expect(pinned.version).not.toBe(before.version);
    expect(pinned.value).not.toBe(before.value);
    expect(await versionsOf("generated")).toBe(2);
    expect(await planned()).toEqual([]);
  }, 600_000);
});
