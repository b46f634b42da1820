import path from "node:path";
import { examine, type Settings } from "../../settings";
import { expiryWarnings } from "../../settings/expiry";
import { type Problem, remedy } from "../../settings/problems";
import { hintsOf } from "./hints";
import { declarationProblems, type ProjectFile, readProjectFile } from "./projectFile";
import { readStackFile, stackFiles, stackOf, type StackFile } from "./stackFile";

/** A finding in a stack's file: a mistake, or something to think of. */
export interface Finding {
  /** Without the project's namespace. */
  key: string;
  /** In the stack's file; 1 for what is missing. */
  line: number;
  what: string;
  allowed?: string;
  example?: string;
}

/** What `--json` prints for a stack. */
export interface StackReport {
  stack: string;
  file: string;
  mistakes: Finding[];
  hints: Finding[];
}

/** A stack's file with what came of it. */
export interface ExaminedStack {
  report: StackReport;
  /** Absent with mistakes. */
  settings?: Settings;
}

/** Whether a problem is about an encrypted value, of which nothing can be said here. */
const isUnknown = ({ encrypted }: StackFile, { key }: Problem) =>
  encrypted.some((one) => key === one || key.startsWith(`${one}.`) || key.startsWith(`${one}[`));

/** Values of secrets that stand in the file in clear, beside encrypted ones: the engine takes the whole key for encrypted. */
function openValues({ source: { project }, values, encrypted }: StackFile): Problem[] {
  const given = values[`${project}:secretValues`];
  if (typeof given !== "object" || given === null) return [];
  return Object.keys(given)
    .map((name) => `secretValues.${name}`)
    .filter((key) => !encrypted.includes(key))
    .map((key) => ({
      key,
      what: "is not encrypted: remove it from the stack's file, and treat the value as known.",
      example: "",
    }));
}

/** Checks one stack's file against Pulumi.yaml and the rules of settings. */
export function examineStack(file: string, project: ProjectFile, now = new Date()): ExaminedStack {
  const stackFile = readStackFile(file, project.name);
  const { stack, source, values } = stackFile;
  const isReadable = stackFile.problems.length === 0;
  const examined = isReadable ? examine(source) : { problems: [] };
  const found = examined.problems.filter((problem) => !isUnknown(stackFile, problem) && problem.key !== "secretValues");
  const wholly = examined.problems.filter(({ key }) => key === "secretValues" && !stackFile.encrypted.includes(key));
  const open = openValues(stackFile);
  const declared = isReadable ? declarationProblems(project, values) : [];
  const problems = [...stackFile.problems, ...found, ...(open.length > 0 ? open : wholly)];
  const all = [...problems, ...declared.filter(({ key }) => !problems.some((other) => other.key.startsWith(key)))];
  const finding = (problem: Problem): Finding => {
    const { key, what, allowed } = problem;
    const example = remedy(project.name, problem);
    return {
      key,
      line: stackFile.lineOf(key),
      what,
      ...(allowed ? { allowed } : {}),
      ...(example === "" ? {} : { example }),
    };
  };
  const { settings } = examined;
  const hints = [
    ...hintsOf(project.name, values, now),
    ...(settings ? expiryWarnings(settings).map((what) => ({ key: "rotation", what })) : []),
  ];
  return {
    report: {
      stack,
      file: stackFile.file,
      mistakes: all.map(finding),
      hints: hints.map(({ key, what }) => ({ key, line: stackFile.lineOf(key), what })),
    },
    ...(settings && all.length === 0 ? { settings } : {}),
  };
}

/**
 * Checks the files of a project's stacks.
 * @param stack only this one. Default: all
 * @throws Error when there are none
 */
export function checkOffline(folder: string, stack?: string): StackReport[] {
  const project = readProjectFile(folder);
  const files = stackFiles(folder).filter((file) => stack === undefined || stackOf(file) === stack);
  if (files.length === 0) {
    const wanted = stack === undefined ? "a stack's file (Pulumi.<stack>.yaml)" : `Pulumi.${stack}.yaml`;
    throw new Error(`${folder} has no ${wanted}. There are: ${stackFiles(folder).join(", ") || "none"}.`);
  }
  return files.map((file) => examineStack(path.join(folder, file), project).report);
}
