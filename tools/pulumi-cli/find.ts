import fs from "node:fs";
import path from "node:path";
import { withProgress } from "../progress";
import { findOnPath, run } from "../process";
import { buildFromGoModule } from "./build";
import { cliFolder, executable, fillOnce } from "./cache";
import { installOfficial } from "./official";
import { pinnedVersion, satisfies } from "./version";

export interface PulumiCli {
  /** The executable. */
  file: string;
  /** As it prints it, such as "v3.259.0". */
  version: string;
  /** Whether it came with a Node.js language host, as official releases do. */
  hasLanguageHost: boolean;
}

/** The ways to get a CLI that is not on PATH; each fills `bin/` of a folder. */
export interface Sources {
  official: (version: string, folder: string) => Promise<void>;
  build: (version: string, folder: string) => Promise<void>;
}

export interface FindOptions {
  /** Default: PATH. */
  searchPath?: string | undefined;
  /** Default: the user's cache folder. */
  folder?: string;
  sources?: Sources;
  say?: (line: string) => void;
}

const realSources: Sources = { official: installOfficial, build: buildFromGoModule };
const versionMilliseconds = 30_000;

/** What an executable is, or undefined when it does not run or is too old. */
async function examine(file: string | undefined, searchPath = ""): Promise<PulumiCli | undefined> {
  if (file === undefined || !fs.existsSync(file)) return undefined;
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const outcome = await run(file, ["version"], { env, timeoutMilliseconds: versionMilliseconds }).catch(
    () => undefined,
  );
  const version = outcome?.stdout.trim() ?? "";
  if (outcome?.code !== 0 || !satisfies(version, pinnedVersion)) return undefined;
  const places = [path.dirname(fs.realpathSync(file)), path.dirname(file), searchPath].join(path.delimiter);
  const host = findOnPath([executable("pulumi-language-nodejs"), "pulumi-language-nodejs.cmd"], places);
  return { file, version, hasLanguageHost: host !== undefined };
}

/**
 * The Pulumi CLI: from PATH when it is at least the pinned version, else from the user's cache folder, which is filled
 * once with the official release or, where that cannot be downloaded, with a build from the Go module.
 * @throws Error saying what to install, when no way works.
 */
export async function findPulumi(options: FindOptions = {}): Promise<PulumiCli> {
  const { searchPath = process.env.PATH, folder = cliFolder(pinnedVersion), sources = realSources } = options;
  const say = options.say ?? ((line: string) => process.stderr.write(`${line}\n`));
  const onPath = await examine(findOnPath([executable("pulumi")], searchPath), searchPath);
  if (onPath) return onPath;

  const cached = path.join(folder, "bin", executable("pulumi"));
  const kept = await examine(cached);
  if (kept) return kept;

  // There, but it does not run or says another version: made for another machine, or damaged.
  if (fs.existsSync(folder)) fs.rmSync(folder, { recursive: true });
  await fillOnce(folder, async (temporary) => {
    try {
      await withProgress(`Downloading Pulumi ${pinnedVersion}`, () => sources.official(pinnedVersion, temporary));
    } catch (error) {
      say(`No official Pulumi ${pinnedVersion} (${(error as Error).message}); building it from its Go module instead.`);
      await sources.build(pinnedVersion, temporary);
    }
  });
  const made = await examine(cached);
  if (made) return made;
  throw new Error(`${cached} does not run as Pulumi ${pinnedVersion} or newer. Delete ${folder} and try again.`);
}
