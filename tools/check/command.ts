import path from "node:path";
import { cloudEnvironment, homeFolder, startCloud } from "../../local-cloud/client";
import { projectRoot } from "../../local-cloud/project";
import { localStack } from "../local";
import { run } from "../process";
import { coloured, withProgress } from "../progress";
import { areas, type CloudFinding, type Level } from "./finding";
import { checkOffline, type Finding, type StackReport } from "./offline";

export interface CheckOptions {
  /** Default: every stack that has a file. */
  stack?: string;
  /** Only the files: nothing is asked of any cloud. */
  offline?: boolean;
  /** One JSON object on standard output. */
  json?: boolean;
}

const indented = (label: string, text: string | undefined) =>
  text === undefined ? [] : [`            ${label} ${text}`];

function findingLines({ key, line, what, allowed, example }: Finding, mark: string): string[] {
  return [
    `  ${mark} line ${String(line).padEnd(3)}  ${key} ${what}`,
    ...indented("Allowed:", allowed),
    ...indented("Example:", example),
  ];
}

function stackLines({ file, mistakes, hints }: StackReport): string[] {
  const out = process.stdout;
  const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
  const verdict = mistakes.length === 0 ? coloured("green", "no mistakes", out) : coloured("red", count, out);
  return [
    `${coloured("bold", file, out)}: ${verdict}`,
    ...mistakes.flatMap((one) => findingLines(one, coloured("red", "✗", out))),
    ...hints.flatMap((one) => findingLines(one, coloured("yellow", "!", out))),
  ];
}

/** `npm run check -- --offline`. @returns exit code: 1 with mistakes */
export function offline({ stack, json }: CheckOptions, folder = projectRoot()): number {
  const stacks = checkOffline(folder, stack);
  const mistakes = stacks.reduce((sum, one) => sum + one.mistakes.length, 0);
  if (json) {
    process.stdout.write(`${JSON.stringify({ mistakes, stacks })}\n`);
  } else {
    const lines = stacks.flatMap((one) => [...stackLines(one), ""]);
    const of = `${stacks.length} ${stacks.length === 1 ? "stack" : "stacks"}`;
    const found = mistakes === 1 ? "One mistake" : `${mistakes === 0 ? "No" : mistakes} mistakes`;
    process.stdout.write(`${lines.join("\n")}\n${found} in ${of}.\n`);
  }
  return mistakes === 0 ? 0 : 1;
}

/** The environment in which a stack is deployed: the local cloud's for stack local, otherwise that of this process. */
async function environmentFor(stack: string): Promise<NodeJS.ProcessEnv> {
  if (stack !== localStack) return process.env;
  const home = homeFolder();
  await withProgress("Starting the local cloud", () => startCloud(home));
  return { ...process.env, ...(await cloudEnvironment(home)) };
}

const marks: Record<Level, readonly ["green" | "yellow" | "red", string]> = {
  ok: ["green", "✓"],
  hint: ["yellow", "!"],
  unknown: ["yellow", "?"],
  problem: ["red", "✗"],
};

function areaLines(area: string, findings: readonly CloudFinding[]): string[] {
  const out = process.stdout;
  const lines = findings.flatMap(({ level, what, remedy }) => {
    const [colour, mark] = marks[level];
    return [`  ${coloured(colour, mark, out)} ${what}`, ...(remedy === undefined ? [] : [`    → ${remedy}`])];
  });
  return lines.length === 0 ? [] : [coloured("bold", area, out), ...lines, ""];
}

/** `npm run check -- -s STACK`. @returns exit code: 1 with problems */
export async function online(stack: string, json = false, folder = projectRoot()): Promise<number> {
  const env = await environmentFor(stack);
  const worker = path.join(projectRoot(), "dist/tools/check/worker.js");
  const { code, stdout, stderr } = await withProgress(`Looking at what stack ${stack} would meet`, () =>
    run(process.execPath, [worker, folder, stack], { env }),
  );
  if (code !== 0) throw new Error(stderr.trim());
  const findings = JSON.parse(stdout) as CloudFinding[];
  const count = (level: Level) => findings.filter((one) => one.level === level).length;
  const problems = count("problem");
  if (json) {
    process.stdout.write(`${JSON.stringify({ stack, problems, findings })}\n`);
  } else {
    const lines = areas.flatMap((area) =>
      areaLines(
        area,
        findings.filter((one) => one.area === area),
      ),
    );
    const verdict =
      problems === 0
        ? "Nothing was found that would stop pulumi up"
        : `${problems === 1 ? "One finding" : `${problems} findings`} would stop pulumi up`;
    const unknown = count("unknown") > 0 ? `; ${count("unknown")} could not be looked at` : "";
    process.stdout.write(`${lines.join("\n")}\n${verdict}${unknown}.\n`);
  }
  return problems === 0 ? 0 : 1;
}

/** `npm run check`. @returns exit code */
export function check(options: CheckOptions): Promise<number> | number {
  if (options.offline) return offline(options);
  if (options.stack !== undefined) return online(options.stack, options.json);
  throw new Error(
    "Name a stack, such as npm run check -- -s dev, or check the files of all with npm run check -- --offline.",
  );
}
