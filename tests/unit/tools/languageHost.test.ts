import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { projectRoot } from "../../../local-cloud/project";

let host: ChildProcess;
let client: LanguageRuntimeClient;
let program: string;

beforeAll(async () => {
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

  it("says how the installation of dependencies ended", async () => {
    const broken = fs.mkdtempSync(path.join(os.tmpdir(), "program-"));
    fs.writeFileSync(path.join(broken, "package.json"), "{");
    const request = new language.InstallDependenciesRequest().setDirectory(broken);
    const call = client.installDependencies(request);
    call.on("data", () => undefined);
    const failed = await new Promise<Error>((resolve) => call.once("error", resolve));
    expect(failed.message).toMatch(/npm install ended with exit code 1 in /);
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

/** Lets a program's SDK have an entry that does what the code says. */
function writeEntry(folder: string, name: string, code: string): void {
  const entry = path.join(folder, "node_modules", "@pulumi", "pulumi", "cmd", name);
  fs.mkdirSync(entry, { recursive: true });
  fs.writeFileSync(path.join(entry, "index.js"), code);
}

interface PluginOutcome {
  stdout: string;
  stderr: string;
  exitCode: number | undefined;
}

/** Runs a plugin to its end; onStdout sees what it has printed so far. */
function runPlugin(
  request: language.RunPluginRequest,
  onStdout: (stdout: string, cancel: () => void) => void = () => undefined,
): Promise<PluginOutcome> {
  const outcome: PluginOutcome = { stdout: "", stderr: "", exitCode: undefined };
  const call = client.runPlugin(request);
  return new Promise((resolve, reject) => {
    call.on("data", (message: language.RunPluginResponse) => {
      outcome.stderr += Buffer.from(message.getStderr_asU8()).toString();
      if (message.hasExitcode()) outcome.exitCode = message.getExitcode();
      if (!message.hasStdout()) return;
      outcome.stdout += Buffer.from(message.getStdout_asU8()).toString();
      onStdout(outcome.stdout, () => {
        call.cancel();
      });
    });
    call.on("end", () => {
      resolve(outcome);
    });
    call.on("error", reject);
  });
}

function pluginRequest(kind: string, folder: string, options: Record<string, JavaScriptValue> = {}) {
  const info = new language.ProgramInfo()
    .setRootDirectory(folder)
    .setProgramDirectory(folder)
    .setEntryPoint(".")
    .setOptions(Struct.fromJavaScript(options));
  return new language.RunPluginRequest()
    .setInfo(info)
    .setKind(kind)
    .setPwd(os.tmpdir())
    .setArgsList(["127.0.0.1:4242"])
    .setEnvList(["GIVEN=a=b", "PULUMI_NODEJS_STACK=other"]);
}

const echo = `console.log(JSON.stringify({ args: process.argv.slice(2), nodeargs: process.execArgv, cwd: process.cwd(),
  given: process.env.GIVEN, path: process.env.PATH !== undefined, typescript: process.env.PULUMI_NODEJS_TYPESCRIPT }));`;

describe("a plugin that is written for Node.js", () => {
  it("is started with its folder first, in the engine's folder, and streamed until its exit code", async () => {
    writeEntry(program, "run-plugin", `${echo} console.error("beside"); process.exitCode = 7;`);
    const { stdout, stderr, exitCode } = await runPlugin(
      pluginRequest("resource", program, { nodeargs: "--no-deprecation" }),
    );
    expect(JSON.parse(stdout)).toEqual({
      args: [program, "127.0.0.1:4242"],
      nodeargs: ["--no-deprecation"],
      cwd: fs.realpathSync(os.tmpdir()),
      given: "a=b",
      path: true,
      typescript: "true",
    });
    expect({ stderr, exitCode }).toEqual({ stderr: "beside\n", exitCode: 7 });
  });

  it("ends when the engine hangs up", async () => {
    const pidFile = path.join(program, "plugin.pid");
    const code = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);
      require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); console.log("4243");`;
    writeEntry(program, "run-plugin", code);
    const running = runPlugin(pluginRequest("resource", program), (_stdout, cancel) => {
      cancel();
    });
    await expect(running).rejects.toThrow(/CANCELLED/);
    const pid = Number(fs.readFileSync(pidFile, "utf8"));
    const runs = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    while (runs()) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it("is refused with the reason when the SDK is not installed", async () => {
    const empty = fs.mkdtempSync(path.join(os.tmpdir(), "program-"));
    await expect(runPlugin(pluginRequest("resource", empty))).rejects.toThrow(
      /The plugin could not be started: Cannot find module '@pulumi\/pulumi\/cmd\/run-plugin'/,
    );
  });
});

/** A policy pack that names itself after what it was started with, and prints on after its port. */
const pack = `
  const grpc = require(${JSON.stringify(require.resolve("@grpc/grpc-js"))});
  const { AnalyzerService } = require(${JSON.stringify(require.resolve("@pulumi/pulumi/proto/analyzer_grpc_pb"))});
  const messages = require(${JSON.stringify(require.resolve("@pulumi/pulumi/proto/analyzer_pb"))});
  const { PluginInfo } = require(${JSON.stringify(require.resolve("@pulumi/pulumi/proto/plugin_pb"))});
  let tags = "never told";
  const server = new grpc.Server();
  server.addService(AnalyzerService, {
    configureStack: ({ request }, callback) => {
      tags = request.getTagsMap().get("team");
      callback(null, new messages.AnalyzerStackConfigureResponse());
    },
    getAnalyzerInfo: (_call, callback) => {
      const { PULUMI_NODEJS_STACK, PULUMI_NODEJS_PROJECT, PULUMI_NODEJS_DRY_RUN, PULUMI_CONFIG } = process.env;
      const seen = { args: process.argv.slice(2), cwd: process.cwd(), tags,
        env: { PULUMI_NODEJS_STACK, PULUMI_NODEJS_PROJECT, PULUMI_NODEJS_DRY_RUN, PULUMI_CONFIG } };
      callback(null, new messages.AnalyzerInfo().setName(JSON.stringify(seen)));
    },
    getPluginInfo: (_call, callback) => callback(null, new PluginInfo().setVersion("1.2.3")),
  });
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_error, port) => {
    process.stdout.write(port + "\\nafter");
    setTimeout(() => console.log("wards"), 10);
  });`;

describe("a policy pack", () => {
  /** Starts it and lets a client of its port speak. */
  async function withPack<T>(code: string, speak: (engine: AnalyzerClient) => Promise<T>) {
    writeEntry(program, "run-policy-pack", code);
    let spoken: Promise<T> | undefined;
    const outcome = runPlugin(pluginRequest("analyzer", program), (stdout, cancel) => {
      if (spoken) return;
      const engine = new AnalyzerClient(`127.0.0.1:${stdout.trim()}`, grpc.credentials.createInsecure());
      spoken = speak(engine).finally(() => {
        engine.close();
      });
      // One that fails ends by itself.
      spoken.then(cancel, () => undefined);
    }).catch((error: unknown) => String(error));
    const ended = await outcome;
    return { ended, said: spoken };
  }

  const answered = <T>(call: (callback: (error: grpc.ServiceError | null, response: T) => void) => void) =>
    new Promise<T>((resolve, reject) => {
      call((error, response) => {
        if (error) reject(error);
        else resolve(response);
      });
    });
  const info = (engine: AnalyzerClient) =>
    answered<analyzer.AnalyzerInfo>((callback) => engine.getAnalyzerInfo(new Empty(), callback));

  it("is started with the stack that the engine tells, in its own folder, which is its last argument", async () => {
    const { said } = await withPack(pack, async (engine) => {
      await answered<analyzer.AnalyzerHandshakeResponse>((callback) =>
        engine.handshake(new analyzer.AnalyzerHandshakeRequest(), callback),
      );
      const stack = new analyzer.AnalyzerStackConfigureRequest().setStack("dev").setProject("proj").setDryRun(true);
      stack.getConfigMap().set("proj:a", "1");
      stack.getTagsMap().set("team", "platform");
      await answered<analyzer.AnalyzerStackConfigureResponse>((callback) => engine.configureStack(stack, callback));
      return (await info(engine)).getName();
    });
    expect(JSON.parse((await said) ?? "")).toEqual({
      args: ["127.0.0.1:4242", program],
      cwd: fs.realpathSync(program),
      tags: "platform",
      env: {
        PULUMI_NODEJS_STACK: "dev",
        PULUMI_NODEJS_PROJECT: "proj",
        PULUMI_NODEJS_DRY_RUN: "true",
        PULUMI_CONFIG: '{"proj:a":"1"}',
      },
    });
  });

  it("is started without a stack when the engine asks something else first", async () => {
    const { said } = await withPack(pack, async (engine) => {
      const plugin = await answered<PluginInfo>((callback) => engine.getPluginInfo(new Empty(), callback));
      return { version: plugin.getVersion(), name: (await info(engine)).getName() };
    });
    const { version, name } = (await said) ?? { version: "", name: "{}" };
    expect(version).toBe("1.2.3");
    expect(JSON.parse(name)).toMatchObject({ tags: "never told", env: { PULUMI_NODEJS_STACK: "other" } });
  });

  it("fails every call when it cannot be started, and hands its words on", async () => {
    const { ended, said } = await withPack('console.error("no such module"); process.exit(3);', info);
    await expect(said).rejects.toThrow(/The policy pack in .* ended with exit code 3/);
    expect(ended).toMatchObject({ stderr: "no such module\n", exitCode: 3 });
  });

  it("fails every call when it prints anything else where its port is expected", async () => {
    const { said } = await withPack('console.log("hello"); setTimeout(() => {}, 100);', info);
    await expect(said).rejects.toThrow(/printed "hello" where its port was expected/);
  });

  it("needs no start when the engine hangs up before it has told the stack", async () => {
    const { ended } = await withPack(pack, () => Promise.resolve());
    expect(ended).toMatch(/CANCELLED/);
  });
});
