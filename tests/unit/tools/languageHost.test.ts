import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { projectRoot } from "../../../local-cloud/project";

const { ensureBuilt } = jest.requireActual<{ ensureBuilt: (names: string[]) => void }>("../../../tools/build.cjs");

let host: ChildProcess;
let client: LanguageRuntimeClient;
let program: string;

beforeAll(async () => {
  ensureBuilt(["tools"]);
  const script = path.join(projectRoot(), "dist", "tools", "pulumi-cli", "languageHost.js");
  host = spawn(process.execPath, [script, "--some-flag", "127.0.0.1:4242"], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<string>((resolve) => host.stdout?.once("data", (line: Buffer) => { resolve(line.toString()); })); // prettier-ignore
  expect(port).toMatch(/^\d+\n$/);
  client = new LanguageRuntimeClient(`127.0.0.1:${port.trim()}`, grpc.credentials.createInsecure());

  // A program whose SDK writes down how it was started, and ends as the entry point's name says.
  program = fs.mkdtempSync(path.join(os.tmpdir(), "program-"));
  const runner = path.join(program, "node_modules", "@pulumi", "pulumi", "cmd", "run");
  fs.mkdirSync(runner, { recursive: true });
  fs.writeFileSync(path.join(program, "package.json"), '{"dependencies":{"left":"1.0.0"}}');
  fs.writeFileSync(
    path.join(runner, "index.js"),
    `const { PULUMI_CONFIG, PULUMI_CONFIG_SECRET_KEYS, PULUMI_NODEJS_TYPESCRIPT, PULUMI_NODEJS_TSCONFIG_PATH } = process.env;
     require("node:fs").writeFileSync("seen.json", JSON.stringify({ args: process.argv.slice(2), nodeargs: process.execArgv,
       cwd: process.cwd(), env: { PULUMI_CONFIG, PULUMI_CONFIG_SECRET_KEYS, PULUMI_NODEJS_TYPESCRIPT, PULUMI_NODEJS_TSCONFIG_PATH } }));
     process.exit(Number(process.argv.at(-1)));`,
  );
});
afterAll(() => {
  client.close();
  host.kill();
});

function run(
  exitCode: number,
  options: Record<string, JavaScriptValue> = {},
  folder = program,
): Promise<language.RunResponse> {
  const info = new language.ProgramInfo()
    .setRootDirectory(folder)
    .setProgramDirectory(folder)
    .setEntryPoint(String(exitCode))
    .setOptions(Struct.fromJavaScript(options));
  const request = new language.RunRequest()
    .setInfo(info)
    .setPwd(folder)
    .setProject("proj")
    .setStack("dev")
    .setOrganization("org")
    .setDryrun(true)
    .setParallel(-1)
    .setMonitorAddress("127.0.0.1:1")
    .setConfigsecretkeysList(["proj:b"]);
  request.getConfigMap().set("proj:a", "1");
  return new Promise((resolve, reject) => {
    client.run(request, (error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

const seen = () => JSON.parse(fs.readFileSync(path.join(program, "seen.json"), "utf8")) as Record<string, unknown>;

describe("the language host", () => {
  it("starts the program as the SDK expects it", async () => {
    const response = await run(0);
    expect(response.toObject()).toEqual({ error: "", bail: false });
    expect(seen()).toEqual({
      args: [
        "--monitor=127.0.0.1:1",
        "--engine=127.0.0.1:4242",
        "--organization=org",
        "--project=proj",
        `--root-directory=${program}`,
        "--stack=dev",
        `--pwd=${program}`,
        "--parallel=-1",
        "--dry-run",
        "0",
      ],
      nodeargs: [],
      cwd: program,
      env: {
        PULUMI_CONFIG: '{"proj:a":"1"}',
        PULUMI_CONFIG_SECRET_KEYS: '["proj:b"]',
        PULUMI_NODEJS_TYPESCRIPT: "true",
      },
    });
  });

  it("honours the runtime options of Pulumi.yaml", async () => {
    await run(0, { typescript: false, nodeargs: "--no-deprecation  --trace-warnings", tsconfig: "other.json" });
    expect(seen()).toMatchObject({
      nodeargs: ["--no-deprecation", "--trace-warnings"],
      env: { PULUMI_NODEJS_TSCONFIG_PATH: path.join(program, "other.json") },
    });
    expect(seen().env).not.toHaveProperty("PULUMI_NODEJS_TYPESCRIPT");
  });

  it("bails when the program has told its error, and tells it otherwise", async () => {
    expect((await run(32)).toObject()).toEqual({ error: "", bail: true });
    expect((await run(3)).toObject()).toEqual({ error: "The program ended with exit code 3.", bail: false });
  });

  it("says which package is missing when the SDK is not installed", async () => {
    const empty = fs.mkdtempSync(path.join(os.tmpdir(), "program-"));
    const response = await run(0, {}, empty);
    expect(response.getError()).toMatch(/could not be started: Cannot find module '@pulumi\/pulumi\/cmd\/run'/);
  });

  it("answers what the engine asks beside", async () => {
    const info = new language.ProgramInfo().setProgramDirectory(program);
    const dependencies = await new Promise<language.GetProgramDependenciesResponse>((resolve, reject) => {
      client.getProgramDependencies(new language.GetProgramDependenciesRequest().setInfo(info), (error, response) => {
        if (error) reject(error);
        else resolve(response);
      });
    });
    expect(dependencies.toObject().dependenciesList).toEqual([{ name: "left", version: "1.0.0" }]);
    const required = await new Promise<language.GetRequiredPackagesResponse>((resolve, reject) => {
      client.getRequiredPackages(new language.GetRequiredPackagesRequest().setInfo(info), (error, response) => {
        if (error) reject(error);
        else resolve(response);
      });
    });
    expect(required.toObject().packagesList).toEqual([]);
    const version = await new Promise<string>((resolve, reject) => {
      client.about(new language.AboutRequest(), (error, response) => {
        if (error) reject(error);
        else resolve(response.getVersion());
      });
    });
    expect(version).toBe(process.version);
  });

  it("ends a running program when the engine cancels", async () => {
    const forever = path.join(program, "node_modules", "@pulumi", "pulumi", "cmd", "run", "index.js");
    fs.writeFileSync(forever, 'require("node:fs").writeFileSync("running", ""); setInterval(() => {}, 1000);');
    const running = run(0);
    while (!fs.existsSync(path.join(program, "running"))) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => client.cancel(new Empty(), resolve));
    expect((await running).getError()).toBe("The program ended with SIGTERM.");
  });
});
