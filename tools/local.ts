import fs from "node:fs";
import path from "node:path";
import { cloudEnvironment, homeFolder, startCloud } from "../local-cloud/client";
import { projectRoot } from "../local-cloud/project";
import { engineLog, logsProperties } from "./engineLog";
import { type Environment, pulumiEnvironment, pulumiHomeFolder } from "./environment";
import { run } from "./process";
import { withProgress } from "./progress";
import { findPulumi, type PulumiCli } from "./pulumi-cli/find";

export const localStack = "local";

/** A Pulumi CLI and a running local cloud for it. */
export interface Workplace {
  cli: PulumiCli;
  home: string;
  env: Environment;
}

/** Makes ready what every command needs: CLI, local cloud, environment. */
export async function prepare(home = homeFolder()): Promise<Workplace> {
  const cli = await findPulumi();
  await withProgress("Starting the local cloud", () => startCloud(home));
  return { cli, home, env: pulumiEnvironment({ home, cli, cloud: await cloudEnvironment(home) }) };
}

/** Whether arguments of `pulumi` name a stack themselves. */
export function namesStack(args: readonly string[]): boolean {
  return args.some((arg) => arg === "-s" || arg === "--stack" || arg.startsWith("--stack=") || /^-s./.test(arg));
}

function hasSelectedStack(home: string): boolean {
  const folder = path.join(pulumiHomeFolder(home), "workspaces");
  return fs.existsSync(folder) && fs.readdirSync(folder).some((file) => file.endsWith("-workspace.json"));
}

/**
 * Makes stack `local` and selects it, unless a stack was selected before.
 * @throws Error with what pulumi said.
 */
export async function ensureStack({ cli, home, env }: Workplace): Promise<void> {
  if (hasSelectedStack(home)) return;
  const args = ["stack", "select", "--create", localStack, "--non-interactive"];
  const { code, stderr } = await run(cli.file, args, { cwd: projectRoot(), env });
  if (code !== 0) throw new Error(`Stack "${localStack}" could not be made:\n${stderr.trim()}`);
}

/** `npm run local -- ARGS`: runs `pulumi ARGS` on the local cloud. @returns pulumi's exit code. */
export async function local(args: readonly string[]): Promise<number> {
  const workplace = await prepare();
  if (!namesStack(args)) await ensureStack(workplace);
  const { cli, env } = workplace;
  const cwd = projectRoot();
  if (!logsProperties(args)) return (await run(cli.file, args, { cwd, env, stdio: "inherit" })).code;

  const toStderr = "--logtostderr";
  const log = engineLog(args.includes(toStderr));
  const all = log.file === undefined ? args : [...args, toStderr];
  const { code } = await run(cli.file, all, {
    cwd,
    env,
    stdio: ["inherit", "inherit", "pipe"],
    onErrorLine: log.take,
  });
  if (log.file !== undefined)
    process.stderr.write(`The engine's log, with the values of properties hidden: ${log.file}\n`);
  return code;
}
