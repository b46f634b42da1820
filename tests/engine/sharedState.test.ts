import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectRoot } from "../../local-cloud/project";
import { pulumiEnvironment, type Environment } from "../../tools/environment";
import { type Outcome, run } from "../../tools/process";
import { findPulumi } from "../../tools/pulumi-cli/find";
import { type Azurite, startAzurite } from "../support/azurite";

/** A program that says when it runs, and ends when it may: so that one update lasts while others are tried. */
const program = `
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { RandomPassword } = require("@pulumi/random");
const folder = process.env.MEETING_POINT;
module.exports = async () => {
  const password = new RandomPassword("password", { length: 40, special: false });
  const config = new pulumi.Config();
  if (folder) {
    fs.writeFileSync(folder + "/running", "");
    while (!fs.existsSync(folder + "/go-on")) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { password: password.result, given: config.requireSecret("given") };
};
`;
const given = "given-Hush-9471";

/** Settles when a file is there. */
async function appears(file: string): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 100) {
    if (fs.existsSync(file)) return;
    await sleep(100);
  }
  throw new Error(`${file} did not appear.`);
}

/** All bytes that the storage account keeps. */
function stored(folder: string): string {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return files.map(({ parentPath, name }) => fs.readFileSync(path.join(parentPath, name), "latin1")).join("\n");
}

describe("a state that is shared through Azure Blob Storage", () => {
  let home: string;
  let blobs: string;
  let folder: string;
  let azurite: Azurite;
  let env: Environment;
  let cli: string;

  const pulumi = (args: string[], more: { input?: string; env?: Environment } = {}): Promise<Outcome> =>
    run(cli, [...args, "--non-interactive", "--color=never"], {
      cwd: folder,
      env: { ...env, ...more.env },
      ...(more.input === undefined ? {} : { input: more.input }),
    });
  const succeed = async (args: string[], more?: { input?: string }): Promise<string> => {
    const { code, stdout, stderr } = await pulumi(args, more);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  };
  const meeting = (name: string) => {
    const at = path.join(home, name);
    fs.mkdirSync(at);
    return { running: path.join(at, "running"), goOn: path.join(at, "go-on"), env: { MEETING_POINT: at } };
  };
  const up = ["up", "--yes", "--skip-preview"];
  const password = async () => (await succeed(["stack", "output", "password", "--show-secrets"])).trim();

  beforeAll(async () => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), "shared-state-"));
    blobs = path.join(home, "blobs");
    folder = path.join(home, "program");
    fs.mkdirSync(folder);
    fs.writeFileSync(
      path.join(folder, "Pulumi.yaml"),
      "name: shared\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    );
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "shared", main: "index.js" }));
    fs.writeFileSync(path.join(folder, "index.js"), program);
    fs.symlinkSync(path.join(projectRoot(), "node_modules"), path.join(folder, "node_modules"), "dir");
    azurite = await startAzurite(blobs);
    const found = await findPulumi();
    cli = found.file;
    env = { ...pulumiEnvironment({ home, cli: found, cloud: {} }), ...azurite.env, NO_PROXY: "127.0.0.1,localhost" };
    await succeed(["stack", "init", "team"]);
    await succeed(["config", "set", "--secret", "given"], { input: given });
    await succeed(up);
  }, 300_000);
  afterAll(async () => {
    await azurite.stop();
    fs.rmSync(home, { recursive: true, force: true });
  });

  test("survives on another machine, and its secrets stand in no blob in clear", async () => {
    const made = await password();
    expect(made).toHaveLength(40);
    expect(stored(blobs)).not.toContain(made);
    expect(stored(blobs)).not.toContain(given);
    expect(stored(blobs)).toContain('"ciphertext"');
    // Another home knows of no stack but by the backend.
    const elsewhere = path.join(home, "elsewhere");
    fs.cpSync(env.PULUMI_HOME ?? "", elsewhere, { recursive: true, filter: (file) => !file.endsWith("workspaces") });
    const { code, stdout } = await pulumi([...up, "--stack", "team", "--expect-no-changes"], {
      env: { PULUMI_HOME: elsewhere },
    });
    expect(`${code} ${stdout}`).toMatch(/^0 [^]*unchanged/);
  }, 120_000);

  test("is not read without the passphrase", async () => {
    const { code, stderr } = await pulumi(["stack", "output", "--show-secrets"], {
      env: { PULUMI_CONFIG_PASSPHRASE: "another" },
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain("incorrect passphrase");
  }, 60_000);

  test("of two updates at once the second is refused, told who holds the lock, and nothing is damaged", async () => {
    const before = await password();
    const { running, goOn, env: waiting } = meeting("two");
    const first = pulumi(up, { env: waiting });
    await appears(running);
    const second = await pulumi(up);
    expect(second.code).not.toBe(0);
    expect(second.stderr + second.stdout).toContain("the stack is currently locked by 1 lock(s)");
    expect(second.stderr + second.stdout).toContain(`created by ${os.userInfo().username}@${os.hostname()} (pid `);
    fs.writeFileSync(goOn, "");
    expect((await first).code).toBe(0);
    await succeed([...up, "--expect-no-changes"]);
    expect(await password()).toBe(before);
  }, 180_000);

  test("of three that start in the same moment those that are refused are told why, and nothing is damaged", async () => {
    const before = await password();
    const outcomes = await Promise.all([pulumi(up), pulumi(up), pulumi(up)]);
    for (const { code, stdout, stderr } of outcomes)
      if (code !== 0) expect(stdout + stderr).toContain("currently locked by");
    await succeed([...up, "--expect-no-changes"]);
    expect(await password()).toBe(before);
  }, 180_000);

  test("an update that is killed leaves a lock, which is explained, cleared, and forgotten", async () => {
    const before = await password();
    const { running, env: waiting } = meeting("killed");
    // A group of its own, so that what it started ends with it.
    const killed = spawn(cli, [...up, "--non-interactive"], {
      cwd: folder,
      env: { ...env, ...waiting },
      detached: true,
      stdio: "ignore",
    });
    const gone = new Promise((resolve) => killed.once("close", resolve));
    await appears(running);
    process.kill(-(killed.pid ?? 0), "SIGKILL");
    await gone;
    const refused = await pulumi(up);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr + refused.stdout).toContain(`(pid ${String(killed.pid)})`);
    expect(refused.stderr + refused.stdout).toContain("pulumi cancel");
    await succeed(["cancel", "--yes", "--stack", "team"]);
    await succeed([...up, "--expect-no-changes"]);
    expect(await password()).toBe(before);
  }, 180_000);
});
