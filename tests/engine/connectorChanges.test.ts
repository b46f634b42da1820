import type { StackOutputs } from "../../outputs";
import { seed } from "../../local-cloud/seed";
import { callAsMaker } from "../../tools/demo/maker";
import { type EngineStack, startEngine } from "../support/engine";

const project = "keyvault-connector";

describe("a live connector", () => {
  let stack: EngineStack;
  const outputs = async () => (await stack.outputs()) as unknown as StackOutputs;
  const preview = async () => {
    const { code, stdout, stderr } = await stack.pulumi(["preview", "--diff"]);
    expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
    return stdout + stderr;
  };
  /** Internal names of all that are there. */
  const connectors = async () => {
    const made = (await stack.control.resources()).filter(({ type }) => type === "connector");
    return made.map(({ id }) => id.split("/").at(-1) ?? "");
  };

  beforeAll(async () => {
    stack = await startEngine();
    await stack.configure({
      [`${project}:powerPlatformEnvironmentId`]: seed.dataverseEnvironment.id,
      [`${project}:connector.route`]: "powerApps",
    });
    await stack.up();
  }, 600_000);
  afterAll(() => stack.stop());

  test("whose operation would be renamed: the preview warns that flows and apps may break", async () => {
    const warning = "Flows and apps may break: the operation";
    await stack.configure({
      [`${project}:connector.operations[0].kind`]: "pinned",
      [`${project}:connector.operations[0].operationId`]: "ReadSecret",
    });
    const before = (await outputs()).operations[0]?.operationId ?? "";
    expect(await preview()).toContain(`${warning} ${before} is removed or renamed.`);
    await stack.configure({ [`${project}:connector.operations[0].operationId`]: before });
    expect(await preview()).not.toContain(warning);
  }, 600_000);

  test("moves to the other route as a planned replacement, during which the one or the other answers", async () => {
    const before = await outputs();
    const oldUrl = before.operations[0]?.url ?? "";
    const shortName = (name: string) => name.replace(/^shared_/, "");
    await stack.configure({ [`${project}:connector.route`]: "dataverse" });
    const planned = await preview();
    expect(planned).toMatch(/\+-pulumi-nodejs:dynamic\/powerPlatform:CustomConnector: \(replace\)/);
    expect(planned).toMatch(/\+-pulumi-nodejs:dynamic\/powerPlatform:Connection: \(replace\)/);

    const state = { isDone: false };
    const up = stack.up().finally(() => (state.isDone = true));
    // Its reason is thrown below, when the calls have ended.
    up.catch(() => undefined);
    const answers = { old: 0, new: 0, refused: [] as string[] };
    let url = oldUrl;
    while (!state.isDone) {
      const answer = await callAsMaker(stack.env, url);
      if (answer.status === 200) answers[url === oldUrl ? "old" : "new"] += 1;
      else if (url === oldUrl) {
        // From the moment at which the old one refuses, the new one must answer.
        const [other = "none"] = (await connectors()).filter((name) => name !== before.connectorName);
        url = oldUrl.replace(`/${shortName(before.connectorName)}/`, `/${shortName(other)}/`);
      } else answers.refused.push(`${answer.status} ${answer.reason ?? ""}`);
    }
    await up;
    expect(answers).toEqual({ old: expect.any(Number) as number, new: expect.any(Number) as number, refused: [] });
    expect(answers.old).toBeGreaterThan(5);

    const after = await outputs();
    expect(after.connectorName).not.toBe(before.connectorName);
    expect(after.connectionName).toBe(before.connectionName);
    expect(after.operations[0]?.url).not.toBe(oldUrl);
    expect(await callAsMaker(stack.env, after.operations[0]?.url ?? "")).toMatchObject({ status: 200 });
    expect((await callAsMaker(stack.env, oldUrl)).status).toBe(404);
    expect(await connectors()).toEqual([after.connectorName]);
  }, 600_000);
});
