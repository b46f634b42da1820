import type { RunPluginRequest, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import path from "node:path";
import { createRequire } from "node:module";

/** The process in which a Pulumi program in Node.js runs. */
export interface ProgramProcess {
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

/** An entry of the SDK that a program itself has installed. */
function sdkEntry(programFolder: string, name: "run" | "run-plugin" | "run-policy-pack"): string {
  return createRequire(path.join(programFolder, "package.json")).resolve(`@pulumi/pulumi/cmd/${name}`);
}

/** `runtime.options` of Pulumi.yaml, as far as they concern a program's start. */
interface RuntimeOptions {
  /** Whether the program is TypeScript that the SDK compiles. Default: true. */
  typescript: boolean;
  /** Arguments for node itself, separated by spaces. */
  nodeargs: string[];
  /** tsconfig file, relative to the program's folder. Default: tsconfig.json. */
  tsconfig: string | undefined;
}

function runtimeOptions(request: Pick<RunRequest, "getInfo">): RuntimeOptions {
  const given: Record<string, unknown> = request.getInfo()?.getOptions()?.toJavaScript() ?? {};
  const text = (name: string) => (typeof given[name] === "string" && given[name] !== "" ? given[name] : undefined);
  return {
    typescript: given.typescript !== false,
    nodeargs: text("nodeargs")?.split(/\s+/).filter(Boolean) ?? [],
    tsconfig: text("tsconfig"),
  };
}

/** The SDK's name for runtime options in a process' environment. */
function optionsEnvironment({ typescript, tsconfig }: RuntimeOptions, programFolder: string): Record<string, string> {
  return {
    ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: path.resolve(programFolder, tsconfig) }),
  };
}

/**
 * What to start for the engine's request to run a program.
 * @param engine Address of the engine, host and port.
 */
export function programProcess(request: RunRequest, engine: string): ProgramProcess {
  const info = request.getInfo();
  const programFolder = info?.getProgramDirectory() ?? request.getPwd();
  const options = runtimeOptions(request);
  const flags: [name: string, value: string][] = [
    ["--monitor", request.getMonitorAddress()],
    ["--engine", engine],
    ["--organization", request.getOrganization()],
    ["--project", request.getProject()],
    ["--root-directory", info?.getRootDirectory() ?? ""],
    ["--stack", request.getStack()],
    ["--pwd", request.getPwd()],
    ["--parallel", String(request.getParallel())],
  ];
  return {
    cwd: programFolder,
    args: [
      ...options.nodeargs,
      sdkEntry(programFolder, "run"),
      ...flags.filter(([, value]) => value !== "").map(([name, value]) => `${name}=${value}`),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info?.getEntryPoint() ?? request.getProgram(),
      ...request.getArgsList(),
    ],
    env: {
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      ...optionsEnvironment(options, programFolder),
    },
  };
}

/** The kind of plugin that holds policies; the engine's name for it. */
export const policyPackKind = "analyzer";

/**
 * What to start for the engine's request to run a plugin: a policy pack, or a provider, with components or without. A
 * policy pack works in its own folder and takes that as its last argument, everything else takes it as the first.
 */
export function pluginProcess(request: RunPluginRequest): ProgramProcess {
  const folder = request.getInfo()?.getProgramDirectory() ?? request.getProgram();
  const options = runtimeOptions(request);
  const isPolicyPack = request.getKind() === policyPackKind;
  const args = isPolicyPack ? [...request.getArgsList(), folder] : [folder, ...request.getArgsList()];
  const given = request.getEnvList().map((entry): [string, string] => {
    const end = entry.indexOf("=", 1); // Windows has variables whose names start with "=".
    return [entry.slice(0, end), entry.slice(end + 1)];
  });
  return {
    cwd: isPolicyPack ? folder : request.getPwd(),
    args: [...options.nodeargs, sdkEntry(folder, isPolicyPack ? "run-policy-pack" : "run-plugin"), ...args],
    env: { ...Object.fromEntries(given), ...optionsEnvironment(options, folder) },
  };
}
