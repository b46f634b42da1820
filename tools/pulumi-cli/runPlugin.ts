import type * as grpc from "@grpc/grpc-js";
import { RunPluginResponse, type RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";
import { type ChildProcess, spawn } from "node:child_process";
import { PolicyPackProxy } from "./policyPackProxy";
import { pluginProcess, policyPackKind } from "./programRun";

type PluginCall = grpc.ServerWritableStream<RunPluginRequest, RunPluginResponse>;

/** What the first line is cut from, so that the rest can be handed on. */
function afterFirstLine(onLine: (line: string) => void, onRest: (rest: Buffer) => void): (chunk: Buffer) => void {
  let start: Buffer | undefined = Buffer.alloc(0);
  return (chunk) => {
    if (start === undefined) {
      onRest(chunk);
      return;
    }
    start = Buffer.concat([start, chunk]);
    const end = start.indexOf("\n");
    if (end < 0) return;
    const rest = start.subarray(end + 1);
    onLine(start.toString("utf8", 0, end).trim());
    start = undefined;
    if (rest.length > 0) onRest(rest);
  };
}

/** Starts the engine's end of a policy pack; settles with the environment that the pack is to be started with. */
async function policyPackEnvironment(call: PluginCall, proxy: PolicyPackProxy): Promise<Record<string, string>> {
  const port = await proxy.listen();
  call.write(new RunPluginResponse().setStdout(Buffer.from(`${port}\n`)));
  return await proxy.environment;
}

/**
 * Runs a plugin that is written for Node.js: what it prints is streamed to the engine, its exit code comes last.
 * @param started Told of the process, so that it ends with the host.
 */
export async function runPlugin(call: PluginCall, started: (child: ChildProcess) => ChildProcess): Promise<void> {
  const { args, cwd, env } = pluginProcess(call.request);
  const proxy = call.request.getKind() === policyPackKind ? new PolicyPackProxy() : undefined;
  let cancelled = call.cancelled;
  call.once("cancelled", () => {
    cancelled = true;
    proxy?.close("The engine has ended the policy pack.");
  });
  const stackEnv = proxy ? await policyPackEnvironment(call, proxy) : {};
  if (cancelled) return;

  const child = started(spawn(process.execPath, args, { cwd, env: { ...process.env, ...env, ...stackEnv } }));
  // The engine asks plugins to end first; this is what it does with those that have not.
  call.once("cancelled", () => child.kill("SIGKILL"));
  const onStdout = (chunk: Buffer) => call.write(new RunPluginResponse().setStdout(chunk));
  // A policy pack's first line is its port, which the engine must not see: it has the proxy's.
  const onPackPort = (line: string) => {
    if (/^\d+$/.test(line)) proxy?.attach(Number(line));
    else proxy?.close(`The policy pack printed "${line}" where its port was expected.`);
  };
  child.stdout?.on("data", proxy ? afterFirstLine(onPackPort, onStdout) : onStdout);
  child.stderr?.on("data", (chunk: Buffer) => call.write(new RunPluginResponse().setStderr(chunk)));
  const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, exitSignal) => {
      resolve({ code: exitCode, signal: exitSignal });
    });
  });
  proxy?.close(`The policy pack in ${cwd} ended with ${signal ?? `exit code ${String(code)}`}.`);
  call.write(new RunPluginResponse().setExitcode(code ?? 1));
  call.end();
}
