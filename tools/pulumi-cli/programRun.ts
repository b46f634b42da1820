import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import path from "node:path";
import { createRequire } from "node:module";

/** The process in which a Pulumi program in Node.js runs. */
export interface ProgramProcess {
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

/** The entry of the SDK that a program itself has installed. */
function sdkRunner(programFolder: string): string {
  return createRequire(path.join(programFolder, "package.json")).resolve("@pulumi/pulumi/cmd/run");
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

function runtimeOptions(request: RunRequest): RuntimeOptions {
  const given: Record<string, unknown> = request.getInfo()?.getOptions()?.toJavaScript() ?? {};
  const text = (name: string) => (typeof given[name] === "string" && given[name] !== "" ? given[name] : undefined);
  return {
    typescript: given.typescript !== false,
    nodeargs: text("nodeargs")?.split(/\s+/).filter(Boolean) ?? [],
    tsconfig: text("tsconfig"),
  };
}

/**
 * What to start for the engine's request to run a program.
 * @param engine Address of the engine, host and port.
 */
export function programProcess(request: RunRequest, engine: string): ProgramProcess {
  const info = request.getInfo();
  const programFolder = info?.getProgramDirectory() ?? request.getPwd();
  const { typescript, nodeargs, tsconfig } = runtimeOptions(request);
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
      ...nodeargs,
      sdkRunner(programFolder),
      ...flags.filter(([, value]) => value !== "").map(([name, value]) => `${name}=${value}`),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info?.getEntryPoint() ?? request.getProgram(),
      ...request.getArgsList(),
    ],
    env: {
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
      ...(tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: path.resolve(programFolder, tsconfig) }),
    },
  };
}
