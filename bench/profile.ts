import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { projectRoot } from "../local-cloud/project";
import { run } from "../tools/process";
import { ownSettings, type Place, Stack } from "./stacks";

/** Processor time of one package or part of Node.js, functions of its own alone. */
export interface PackageTime {
  name: string;
  milliseconds: number;
}

/** Where the time of the stack's own processes goes in a preview, the largest first. */
export interface Profiles {
  program: PackageTime[];
  /** What the SDK's process for dynamic resources loads before it is asked for anything. */
  providerEntry: PackageTime[];
}

/** What V8 writes with --cpu-prof. Source: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

function packageOf({ functionName, url }: CpuProfile["nodes"][number]["callFrame"]): string | undefined {
  if (functionName === "(idle)" || functionName === "(root)") return undefined;
  if (functionName === "(garbage collector)") return "garbage collector";
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  if (url.startsWith("node:")) return "Node.js: modules, files, streams";
  if (url === "") return "Node.js: native code, compiling";
  return url.includes("/dist/program/") ? "the compiled program with its packages" : "the program's start";
}

function byPackage({ nodes, samples, timeDeltas }: CpuProfile): PackageTime[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, packageOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id);
    if (name !== undefined) times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  }
  return [...times]
    .map(([name, milliseconds]) => ({ name, milliseconds: Math.round(milliseconds) }))
    .sort((one, other) => other.milliseconds - one.milliseconds);
}

/** The profiles in a folder, which name the functions that ran. */
const profilesIn = (folder: string) =>
  fs.readdirSync(folder).map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as CpuProfile);

const ran = (profile: CpuProfile, file: string) => profile.nodes.some(({ callFrame }) => callFrame.url.includes(file));

/** A preview of the whole stack, and the start of the SDK's provider process, under V8's profiler. */
export async function measureProfiles(place: Place): Promise<Profiles> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "profiles-"));
  try {
    const stack = await Stack.make(place, ".", "profiled", ownSettings());
    const preview = path.join(folder, "preview");
    fs.mkdirSync(preview);
    const profiler = path.join(projectRoot(), "bench", "profiler.cjs");
    await stack.run("preview", { NODE_OPTIONS: `--require ${profiler}`, BENCH_PROFILES: preview });
    const program = profilesIn(preview).find((one) => ran(one, "/dist/program/"));
    const entry = [
      "--cpu-prof",
      `--cpu-prof-dir=${path.join(folder, "entry")}`,
      "-e",
      'require("@pulumi/pulumi/runtime")',
    ];
    await run(process.execPath, entry, { cwd: projectRoot() });
    const [providerEntry] = profilesIn(path.join(folder, "entry"));
    if (!program || !providerEntry)
      throw new Error("Node.js wrote no profile of the program or of the provider's start.");
    return { program: byPackage(program), providerEntry: byPackage(providerEntry) };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
