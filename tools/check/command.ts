import { projectRoot } from "../../local-cloud/project";
import { coloured } from "../progress";
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
