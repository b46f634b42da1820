import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Environment, pulumiEnvironment } from "../../../tools/environment";
import { writeCommand } from "../../../tools/executables";
import { environmentAt } from "../../../local-cloud/client";

describe("the environment of pulumi on the local cloud", () => {
  let home: string;
  beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), "environment-"));
  });
  afterEach(() => {
    fs.rmSync(home, { recursive: true });
  });

  const cloud = environmentAt(fs.mkdtempSync(path.join(os.tmpdir(), "cloud-")), "http://127.0.0.1:8080");

  const built = { file: "/cli/bin/pulumi", version: "v3.259.0", hasLanguageHost: false };
  const environment = (base: Environment, cli = built) => pulumiEnvironment({ home, cli, cloud, base });
  const plugins = () =>
    fs.readdirSync(path.join(home, "pulumi-home", "plugins")).map((name) => name.replace(/-v.*/, ""));

  it("leads to the local cloud and leaves the user's own clouds out", () => {
    const env = environment({
      PATH: "/usr/bin",
      HOME: "/home/u",
      AZURE_CLIENT_CERTIFICATE_PATH: "/cert",
      ARM_USE_OIDC: "true",
      PULUMI_ACCESS_TOKEN: "t",
    });
    expect(env).toMatchObject({
      HOME: "/home/u",
      HTTPS_PROXY: cloud.HTTPS_PROXY,
      PULUMI_BACKEND_URL: `file://${home}/pulumi`,
      PULUMI_HOME: path.join(home, "pulumi-home"),
      PATH: "/cli/bin:/usr/bin",
    });
    expect(env.NO_PROXY?.split(",")).toEqual(expect.arrayContaining(["127.0.0.1", "localhost"]));
    expect(Object.keys(env)).not.toEqual(expect.arrayContaining(["AZURE_CLIENT_CERTIFICATE_PATH"]));
    expect(env).not.toHaveProperty("ARM_USE_OIDC");
    expect(env).not.toHaveProperty("PULUMI_ACCESS_TOKEN");
  });

  it("installs stand-ins, and a language host only for a CLI without one", () => {
    environment({}, { ...built, hasLanguageHost: true });
    expect(plugins().sort()).toEqual(["resource-azure-native", "resource-azuread", "resource-random"]);
    environment({});
    expect(plugins()).toEqual(expect.arrayContaining(["language-nodejs", "resource-pulumi-nodejs"]));
  });

  it("lets the user's own plugins win, and refuses a folder that is not there", () => {
    const own = fs.mkdtempSync(path.join(os.tmpdir(), "plugins-"));
    const env = environment({ KEYVAULT_CONNECTOR_PLUGINS: own, PATH: "/usr/bin" });
    expect(env.PATH).toBe(`${own}:/cli/bin:/usr/bin`);
    fs.rmdirSync(own);
    expect(() => environment({ KEYVAULT_CONNECTOR_PLUGINS: own })).toThrow(/KEYVAULT_CONNECTOR_PLUGINS.*not a folder/);
  });
});

describe("writeCommand", () => {
  it("makes a command that runs the script with its arguments, even from a path with a quote", () => {
    const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "commands-")), "it's here");
    fs.mkdirSync(folder);
    const script = path.join(folder, "script.js");
    fs.writeFileSync(script, "console.log(JSON.stringify(process.argv.slice(2)))");
    writeCommand(folder, "pulumi-resource-x", script);
    const { stdout } = spawnSync(path.join(folder, "pulumi-resource-x"), ["127.0.0.1:1", "a b"], { encoding: "utf8" });
    expect(JSON.parse(stdout)).toEqual(["127.0.0.1:1", "a b"]);
  });
});
