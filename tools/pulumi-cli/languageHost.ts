// A Node.js language host: the program `pulumi-language-nodejs` that the engine starts for a project whose runtime is
// nodejs. Official releases bring theirs; this one serves a CLI that was built from its Go module (docs/decisions/0021).
// Protocol: proto/pulumi/language.proto of the SDK. Only its deep imports are used, since start-up is paid at every preview.
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { programProcess } from "./programRun";
import { runPlugin } from "./runPlugin";

/** The SDK's exit code for "the program failed, and has told the user". */
const alreadyReported = 32;
const parentCheckMilliseconds = 1000;

type Unary<Request, Response> = (
  call: { request: Request },
  callback: (error: Error | null, response?: Response) => void,
) => void;

const children = new Set<ChildProcess>();

function started(child: ChildProcess): ChildProcess {
  children.add(child);
  child.once("close", () => children.delete(child));
  return child;
}

function endChildren(): void {
  for (const child of children) child.kill();
}

/** An answer that says nothing. */
function answer<Response>(response: () => Response): Unary<unknown, Response> {
  return (_call, callback) => {
    callback(null, response());
  };
}

function run(engine: string): Unary<language.RunRequest, language.RunResponse> {
  return ({ request }, callback) => {
    const response = new language.RunResponse();
    const fail = (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      callback(null, response.setError(`The program could not be started: ${reason}`));
    };
    try {
      const { args, cwd, env } = programProcess(request, engine);
      const stdio = ["ignore", "inherit", "inherit"] as const;
      const child = started(spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: [...stdio] }));
      child.once("error", fail);
      child.once("close", (code, signal) => {
        if (code === alreadyReported) response.setBail(true);
        else if (code !== 0) response.setError(`The program ended with ${signal ?? `exit code ${String(code)}`}.`);
        callback(null, response);
      });
    } catch (error) {
      fail(error);
    }
  };
}

/** The dependencies that the program's package.json names, for `pulumi about`. */
const getProgramDependencies: Unary<language.GetProgramDependenciesRequest, language.GetProgramDependenciesResponse> = (
  { request },
  callback,
) => {
  const folder = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  const response = new language.GetProgramDependenciesResponse();
  const manifest = path.join(folder, "package.json");
  if (fs.existsSync(manifest)) {
    const { dependencies = {} } = JSON.parse(fs.readFileSync(manifest, "utf8")) as {
      dependencies?: Record<string, string>;
    };
    const listed = Object.entries(dependencies).map(([name, version]) =>
      new language.DependencyInfo().setName(name).setVersion(version),
    );
    response.setDependenciesList(listed);
  }
  callback(null, response);
};

/** Ends a stream with an error. grpc-js tells the client of what is emitted, not of what a stream is destroyed with. */
function fail(call: NodeJS.EventEmitter, error: Error): void {
  call.emit("error", error);
}

/** `pulumi install`: npm, as the lock file says where there is one. */
function installDependencies(
  call: grpc.ServerWritableStream<language.InstallDependenciesRequest, language.InstallDependenciesResponse>,
): void {
  const cwd = call.request.getInfo()?.getProgramDirectory() ?? call.request.getDirectory();
  const args = [fs.existsSync(path.join(cwd, "package-lock.json")) ? "ci" : "install"];
  const child = started(spawn("npm", args, { cwd, shell: process.platform === "win32" }));
  child.stdout?.on("data", (chunk: Buffer) => call.write(new language.InstallDependenciesResponse().setStdout(chunk)));
  child.stderr?.on("data", (chunk: Buffer) => call.write(new language.InstallDependenciesResponse().setStderr(chunk)));
  child.once("error", (error) => {
    fail(call, error);
  });
  child.once("close", (code) => {
    if (code === 0) call.end();
    else fail(call, new Error(`npm ${args.join(" ")} ended with exit code ${String(code)} in ${cwd}.`));
  });
}

function serve(engine: string): void {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(LanguageRuntimeService, {
    handshake: answer(() => new language.LanguageHandshakeResponse()),
    getPluginInfo: answer(() => new PluginInfo().setVersion("0.0.0")),
    // Nothing for the engine to download: what the program needs is on PATH, or the engine says what is missing.
    getRequiredPackages: answer(() => new language.GetRequiredPackagesResponse()),
    about: answer(() => new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
    getProgramDependencies,
    installDependencies,
    run: run(engine),
    runPlugin: (call: grpc.ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>) => {
      runPlugin(call, started).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        fail(call, new Error(`The plugin could not be started: ${reason}`));
      });
    },
    cancel: answer(() => {
      endChildren();
      return new Empty();
    }),
  });
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
}

process.on("exit", endChildren);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
// An engine that was killed says no goodbye.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, parentCheckMilliseconds).unref();

// The engine's address is the last argument, after flags of its own.
serve(process.argv.at(-1) ?? "");
