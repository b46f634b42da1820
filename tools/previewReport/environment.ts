import { type Change, type ChangeKind, changesOf, compare } from "./changes";
import { code, counted, listed } from "./markdown";
import { kindOf, ownName } from "./nouns";
import type { Preview } from "./preview";
import { type Warning, warningsOf } from "./warnings";

/** One environment of the report: one preview and what it means. */
export interface Environment {
  /** Name of the stack; with the project's where there are several, and a number where it was given twice. */
  name: string;
  preview: Preview;
  changes: Change[];
  warnings: Warning[];
  /** What went wrong; empty after a finished preview. */
  errors: string[];
  counts: Record<ChangeKind | "same", number>;
}

/** The way of a change through the environments; others come after these, by name. */
const promotion = [
  "local",
  "dev",
  "development",
  "test",
  "qa",
  "uat",
  "staging",
  "stage",
  "preprod",
  "prod",
  "production",
];

const rank = (name: string) => {
  const index = promotion.indexOf(name.toLowerCase());
  return index < 0 ? promotion.length : index;
};

function countsOf({ summary, steps }: Preview, changes: readonly Change[]): Environment["counts"] {
  const told = Object.keys(summary).length > 0;
  const sum = (kind: ChangeKind, ...ops: string[]) =>
    told
      ? ops.reduce((total, op) => total + (summary[op] ?? 0), 0)
      : changes.filter((change) => change.kind === kind).length;
  return {
    create: sum("create", "create", "import"),
    update: sum("update", "update"),
    replace: sum("replace", "replace", "create-replacement", "import-replacement"),
    delete: sum("delete", "delete"),
    same: told ? (summary.same ?? 0) : steps.filter(({ op }) => op === "same").length,
  };
}

function errorsOf({ messages, violations, isComplete }: Preview): string[] {
  const errors = messages
    .filter(({ severity }) => severity === "error")
    .map(({ text }) => text.replace(/^error: /, ""));
  if (errors.length > 0) return errors;
  if (violations.some(({ level }) => level === "mandatory")) return ["A mandatory policy is violated."];
  return isComplete ? [] : ["It says nothing of any resource: it was ended before it began, or failed."];
}

function environmentOf(preview: Preview): Environment {
  const changes = changesOf(preview);
  return {
    name: preview.stack,
    preview,
    changes,
    warnings: warningsOf(preview, changes),
    errors: errorsOf(preview),
    counts: countsOf(preview, changes),
  };
}

/** Environments in the order of promotion, each under a name of its own, however the files were ordered. */
export function environmentsOf(previews: readonly Preview[]): Environment[] {
  const projects = new Set(previews.map(({ project }) => project).filter((project) => project !== ""));
  const named = previews.map(environmentOf).map((environment) => {
    const { project } = environment.preview;
    return {
      ...environment,
      name: projects.size > 1 && project !== "" ? `${project}/${environment.name}` : environment.name,
    };
  });
  const sorted = named.sort(
    (one, other) =>
      rank(one.preview.stack) - rank(other.preview.stack) ||
      compare(one.name, other.name) ||
      compare(JSON.stringify(one.preview), JSON.stringify(other.preview)),
  );
  const seen = new Map<string, number>();
  return sorted.map((environment) => {
    const count = (seen.get(environment.name) ?? 0) + 1;
    seen.set(environment.name, count);
    return count === 1 ? environment : { ...environment, name: `${environment.name} (${count})` };
  });
}

export const isUnchanged = ({ changes, counts, errors }: Environment): boolean =>
  errors.length === 0 && changes.length === 0 && counts.create + counts.update + counts.replace + counts.delete === 0;

const verbs: [ChangeKind, string][] = [["create", "creates"], ["update", "updates"], ["replace", "replaces"], ["delete", "deletes"]]; // prettier-ignore
/** "the secret `a`", "3 role assignments". @param namedAtMost how many of a kind are named rather than counted */
function nounPhrases(changes: readonly Change[], namedAtMost: number): string[] {
  const byNoun = new Map<string, Change[]>();
  for (const change of changes) {
    const { noun } = kindOf(change.urn);
    byNoun.set(noun, [...(byNoun.get(noun) ?? []), change]);
  }
  const precious = [...byNoun].sort(
    ([one, [first]], [other, [second]]) =>
      Number(second && kindOf(second.urn).isPrecious) - Number(first && kindOf(first.urn).isPrecious) ||
      compare(one, other),
  );
  return precious.map(([noun, all]) => {
    const [first] = all;
    const plural = first ? kindOf(first.urn).plural : noun;
    const names = all.map(({ urn, old, new: now }) => code(ownName(urn, now ?? old), 60));
    return all.length <= namedAtMost
      ? `the ${all.length === 1 ? noun : plural} ${listed(names)}`
      : counted(all.length, noun, plural);
  });
}

/**
 * What an environment's preview does, in words: "creates the secret `a` and 2 role assignments; updates the connector `b`".
 * @param longest in characters, within which resources are named
 */
export function inWords(environment: Environment, longest: number): string {
  const { changes, errors, counts } = environment;
  if (errors.length > 0) return "the preview **failed**";
  if (isUnchanged(environment)) return "nothing changes";
  const tell = (namedAtMost: number) =>
    verbs
      .map(([kind, verb]) => [verb, changes.filter((change) => change.kind === kind)] as const)
      .filter(([, some]) => some.length > 0)
      .map(([verb, some]) => `${verb} ${listed(nounPhrases(some, namedAtMost))}`)
      .join("; ");
  if (changes.length > 0) {
    const fitting = [tell(2), tell(1), tell(0)].find((words) => words.length <= longest);
    const numbers = verbs.map(
      ([kind, verb]) => [verb, changes.filter((change) => change.kind === kind).length] as const,
    );
    return (
      fitting ??
      listed(numbers.filter(([, count]) => count > 0).map(([verb, count]) => `${verb} ${counted(count, "resource")}`))
    );
  }
  const touched = counts.create + counts.update + counts.replace + counts.delete;
  return `changes ${counted(touched, "component or output", "components and outputs")} only`;
}
