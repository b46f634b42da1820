import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { cloudEnvironment, controlClient, stopCloud } from "../../local-cloud/client";
import { seed } from "../../local-cloud/seed";
import { projectRoot } from "../../local-cloud/project";
import { findPulumi } from "../../tools/pulumi-cli/find";
import { localClient } from "../support/localClient";
import { run } from "../support/runNode";

interface Report {
  changes: Record<string, number>;
  operation: { status: number; secret: string; version: string; value?: string };
  outputs: Record<string, unknown>;
}

describe("npm run demo", () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "demo-"));
  const demo = (...args: string[]) =>
    run("npm", ["run", "demo", "--", ...args], {
      cwd: projectRoot(),
      env: { LOCAL_CLOUD_HOME: home },
      timeoutMilliseconds: 120_000,
    });

  beforeAll(async () => {
    await findPulumi();
  });
  afterAll(async () => {
    await stopCloud(home);
    fs.rmSync(home, { recursive: true, force: true });
  });

  test("prints one JSON object and nothing else; the second time nothing has changed; destroy leaves nothing", async () => {
    const first = await demo("--json");
    expect(first).toMatchObject({ code: 0 });
    const made = JSON.parse(first.stdout) as Report;
    expect(made.changes).toEqual({ create: 24, update: 0, replace: 0, delete: 0, same: 0 });
    expect(made.operation).toEqual({
      status: 200,
      secret: "ppsecret1",
      version: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
    expect(made.outputs).toMatchObject({ clientSecret: "[secret]", connectionStatus: "Connected" });

    const second = JSON.parse((await demo("--json", "--show-secret")).stdout) as Report;
    expect(second.changes).toEqual({ create: 0, update: 0, replace: 0, delete: 0, same: 24 });
    expect(second.operation.value).toHaveLength(32);

    const { code, stdout } = await demo();
    expect(code).toBe(0);
    expect(stdout).toContain("Nothing changed: all 24 resources are as the program wants them.");
    expect(stdout).toMatch(/Application \(client\) ID\s+[0-9a-f-]{36}/);
    expect(stdout).not.toContain(second.operation.value);

    const destroyed = await demo("--destroy");
    expect(destroyed.stdout).toContain("Nothing is left in the local cloud.");
    expect((await controlClient(home).resources()).filter(({ softDeleted }) => !softDeleted)).toEqual([]);
  }, 240_000);

  test("names what is left that the stack does not know", async () => {
    const client = localClient(await cloudEnvironment(home));
    const token = await client.token("https://management.azure.com");
    const group = `https://management.azure.com/subscriptions/${seed.subscriptionId}/resourceGroups/rg-of-somebody`;
    await client.send("PUT", `${group}?api-version=2024-03-01`, { token, body: { location: "westeurope" } });
    const destroyed = await demo("--destroy");
    expect(destroyed.code).toBe(1);
    expect(destroyed.stdout).toContain("The local cloud still has:\n  arm: resourceGroup rg-of-somebody");
  }, 120_000);
});
