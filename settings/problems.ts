import { closest, distance } from "fastest-levenshtein";
import * as z from "zod";
import type { SettingHelp } from "./schema";

/** One mistake in a stack's settings. */
export interface Problem {
  /** With dots and brackets, as `pulumi config set --path` takes it; without the project's namespace. */
  key: string;
  /** What is wrong, beginning in lower case. */
  what: string;
  allowed?: string;
  /** A value that works. */
  example?: unknown;
  /** Key of the example. @default - the key of the problem */
  exampleKey?: string;
}

type Path = readonly PropertyKey[];

export const keyOf = (path: Path): string =>
  path.reduce<string>(
    (key, part) =>
      typeof part === "number" ? `${key}[${part}]` : key === "" ? String(part) : `${key}.${String(part)}`,
    "",
  );

/** The schema below defaults and optionals. */
function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrapped(schema.unwrap() as z.ZodType);
  }
  return schema;
}

function step(schema: z.ZodType, part: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<PropertyKey, z.ZodType>)[part];
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  return schema instanceof z.ZodRecord ? (schema.valueType as z.ZodType) : undefined;
}

interface Place {
  schema: z.ZodType | undefined;
  /** Of the innermost setting on the way. */
  help: Partial<SettingHelp>;
  helpPath: Path;
}

function placeAt(root: z.ZodType, path: Path): Place {
  let schema: z.ZodType | undefined = unwrapped(root);
  let help: Partial<SettingHelp> = {};
  let helpPath: Path = [];
  for (const [index, part] of path.entries()) {
    const next: z.ZodType | undefined = schema && step(schema, part);
    schema = next && unwrapped(next);
    const own = schema?.meta() as SettingHelp | undefined;
    if (own) [help, helpPath] = [own, path.slice(0, index + 1)];
  }
  return { schema, help, helpPath };
}

/** What a structure without help of its own is to be. */
function structure(schema: z.ZodType | undefined): string | undefined {
  if (schema instanceof z.ZodObject) return `a structure of ${Object.keys(schema.shape).join(", ")}`;
  if (schema instanceof z.ZodArray) return "a list";
  return schema instanceof z.ZodRecord ? "a structure of names with a text each" : undefined;
}

/** What is allowed at a path, and a value that works there or for the setting that it is in. */
function advice({ schema, help, helpPath }: Place, path: Path): Pick<Problem, "allowed" | "example" | "exampleKey"> {
  const isOwn = helpPath.length === path.length;
  const allowed = isOwn ? undefined : structure(schema);
  if (allowed !== undefined) return { allowed };
  return { ...help, ...(isOwn ? {} : { exampleKey: keyOf(helpPath) }) };
}

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    root,
  );

const longestShown = 60;

/** A value for a message; one of an encrypted setting is never shown. */
function shown(value: unknown, isSecret: boolean): string {
  if (isSecret) return "the value";
  const text = JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** A key that nobody reads is a mistake: the setting that was meant would silently keep its default. */
function unknownKey(path: Path, known: readonly string[]): Problem {
  const name = String(path.at(-1));
  const [head = ""] = name.split(/[.[]/);
  if (path.length === 1 && head !== name && known.includes(head)) {
    return { key: keyOf(path), what: `is one key with a dot in it, and no setting: set ${head} with --path.` };
  }
  const near = known.length > 0 ? closest(name, known) : "";
  const guess = near !== "" && distance(name.toLowerCase(), near.toLowerCase()) <= 3 ? ` Did you mean ${near}?` : "";
  return { key: keyOf(path), what: `is not a setting.${guess}`, allowed: known.join(", ") };
}

/** A schema's findings in words; values of the settings in `secretKeys` are not shown. */
export function problemsOf(
  error: z.ZodError,
  schema: z.ZodType,
  raw: unknown,
  secretKeys: readonly PropertyKey[],
): Problem[] {
  const problems = error.issues.flatMap((issue): Problem[] => {
    const place = placeAt(schema, issue.path);
    if (issue.code === "unrecognized_keys") {
      const known = place.schema instanceof z.ZodObject ? Object.keys(place.schema.shape) : [];
      return issue.keys.map((key) => unknownKey([...issue.path, key], known));
    }
    const value = valueAt(raw, issue.path);
    const [section = ""] = issue.path;
    const what = value === undefined ? "is missing." : `cannot be ${shown(value, secretKeys.includes(section))}.`;
    return [{ key: keyOf(issue.path), what, allowed: issue.message, ...advice(place, issue.path) }];
  });
  // Two checks of one setting say the same.
  return problems.filter(({ key }, index) => problems.findIndex((other) => other.key === key) === index);
}

const asArgument = (value: unknown) => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[\w.:/#-]+$/.test(text) ? text : `'${text}'`;
};

/** How to set a key; structures are shown as they stand in the stack's file. "" where no example is known. */
export function remedy(project: string, problem: Problem): string {
  const { example, exampleKey: key = problem.key } = problem;
  if (example === undefined) return "";
  const path = `'${project}:${key}'`;
  if (key.startsWith("secretValues")) return `pulumi config set --secret --path ${path}`;
  if (typeof example === "object") return `${project}:${key}: ${JSON.stringify(example)}`;
  return `pulumi config set --path ${path} ${asArgument(example)}`;
}

/** The message for all mistakes of a stack. */
export function message(project: string, stack: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "One setting" : `${problems.length} settings`;
  const lines = problems.flatMap((problem) => {
    const { key, what, allowed } = problem;
    const how = remedy(project, problem);
    return [
      `  ${project}:${key} ${what}`,
      ...(allowed === undefined || allowed === "" ? [] : [`    Allowed: ${allowed}`]),
      ...(how === "" ? [] : [`    Example: ${how}`]),
    ];
  });
  return `${count} of stack ${stack} cannot be used. Nothing was changed.\n${lines.join("\n")}`;
}
