import fs from "node:fs";
import path from "node:path";
import { closest } from "fastest-levenshtein";
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Scalar } from "yaml";
import type { SettingsSource } from "../../settings";
import type { Problem } from "../../settings/problems";

/** Keys that the CLI knows at the top of a stack's file. Source: https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file */
const topKeys = ["config", "encryptionsalt", "encryptedkey", "secretsprovider", "environment"];

type Path = readonly (string | number)[];

/** A stack's file, read without the Pulumi CLI and without its passphrase. */
export interface StackFile {
  stack: string;
  /** Name of the file, without its folder. */
  file: string;
  /** What the engine would hand over, but that every encrypted value is a few dots. */
  source: SettingsSource;
  /** The configuration's own structure, by full key; encrypted values are `undefined`. */
  values: Record<string, unknown>;
  /** Keys, as problems name them, of encrypted values: what they hold is not known here. */
  encrypted: string[];
  /** Mistakes in the file itself. */
  problems: Problem[];
  /** Line on which a key stands, or the nearest thing around it. */
  lineOf: (key: string) => number;
}

const dots = "••••••••";

const isEncrypted = (value: unknown): value is { secure: unknown } =>
  typeof value === "object" && value !== null && Object.keys(value).join() === "secure";

/** A key of the project as problems name it: without the project's namespace. */
const shortKey = (project: string, key: string) =>
  key.startsWith(`${project}:`) ? key.slice(project.length + 1) : key;

interface Opened {
  value: unknown;
  encrypted: string[];
}

/** A value in which each encrypted text is replaced by `replacement`, with the keys of those. */
function opened(value: unknown, key: string, replacement: unknown): Opened {
  if (isEncrypted(value)) return { value: replacement, encrypted: [key] };
  if (Array.isArray(value)) {
    const items = value.map((item, index) => opened(item, `${key}[${index}]`, replacement));
    return { value: items.map((item) => item.value), encrypted: items.flatMap((item) => item.encrypted) };
  }
  if (typeof value !== "object" || value === null) return { value, encrypted: [] };
  const members = Object.entries(value).map(
    ([name, one]) => [name, opened(one, `${key}.${name}`, replacement)] as const,
  );
  return {
    value: Object.fromEntries(members.map(([name, one]) => [name, one.value])),
    encrypted: members.flatMap(([, one]) => one.encrypted),
  };
}

const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

function topProblems(content: Record<string, unknown>): Problem[] {
  return Object.keys(content)
    .filter((key) => !topKeys.includes(key))
    .map((key) => ({
      key,
      what: `is nothing that the CLI reads in a stack's file. Did you mean ${closest(key, topKeys)}?`,
      allowed: topKeys.join(", "),
    }));
}

/** The parts of a problem's key: "secrets[0].name" → secrets, 0, name. */
const partsOf = (key: string): Path =>
  [...key.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, index]) =>
    index === undefined ? (name ?? "") : Number(index),
  );

/** Where a path begins in the text: its last key, or as much of it as is there. @returns offset; undefined for nothing */
function offsetOf(root: unknown, path: Path): number | undefined {
  let node = root;
  let offset: number | undefined;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      if (!pair) return offset;
      offset = (pair.key as Scalar).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === "number") {
      const item: unknown = node.items[part];
      if (!isNode(item)) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}

function lineIn(document: Document, lines: LineCounter, project: string, key: string): number {
  const [first = "", ...rest] = partsOf(key);
  const paths: Path[] = [
    [key],
    ...[`${project}:${key}`, key].map((whole) => ["config", whole]),
    ...[`${project}:${first}`, first].map((whole) => ["config", whole, ...rest]),
  ];
  const offsets = paths.map((one) => offsetOf(document.contents, one) ?? 0);
  return lines.linePos(Math.max(...offsets)).line;
}

/** Files of stacks in a folder, sorted by name. */
export function stackFiles(folder: string): string[] {
  return fs
    .readdirSync(folder)
    .filter((file) => /^Pulumi\..+\.ya?ml$/.test(file))
    .sort();
}

/** Name of the stack that a file belongs to. */
export const stackOf = (file: string): string =>
  path
    .basename(file)
    .replace(/^Pulumi\./, "")
    .replace(/\.ya?ml$/, "");

/** Reads a stack's file. What is wrong with the file itself is among its problems. */
export function readStackFile(file: string, project: string): StackFile {
  const lines = new LineCounter();
  const document = parseDocument(fs.readFileSync(file, "utf8"), { lineCounter: lines });
  const stack = stackOf(file);
  const unreadable = document.errors.map(({ message, linePos }) => ({
    key: `line ${linePos?.[0].line ?? 1}`,
    what: `is no YAML: ${message.split("\n")[0] ?? ""}`,
  }));
  const content: unknown = unreadable.length > 0 ? {} : (document.toJS() ?? {});
  const isStructure = typeof content === "object" && content !== null && !Array.isArray(content);
  const top = (isStructure ? content : {}) as Record<string, unknown>;
  const config = top.config ?? {};
  const isConfig = typeof config === "object" && !Array.isArray(config);
  // Keys without a namespace are the project's own.
  const entries = Object.entries(isConfig ? (config as Record<string, unknown>) : {}).map(
    ([key, value]) => [key.includes(":") ? key : `${project}:${key}`, value] as const,
  );
  const found = entries.map(([key, value]) => [key, opened(value, shortKey(project, key), dots)] as const);
  const isSecret = ({ encrypted }: Opened) => encrypted.length > 0;
  return {
    stack,
    file: path.basename(file),
    source: {
      project,
      stack,
      config: Object.fromEntries(found.map(([key, { value }]) => [key, asText(value)])),
      secretKeys: found.filter(([, one]) => isSecret(one)).map(([key]) => key),
    },
    values: Object.fromEntries(entries.map(([key, value]) => [key, opened(value, key, undefined).value])),
    encrypted: found.flatMap(([, { encrypted }]) => encrypted),
    problems: [
      ...unreadable,
      ...(isStructure ? [] : [{ key: "file", what: "holds no structure with the key config." }]),
      ...topProblems(top),
      ...(isConfig
        ? []
        : [
            {
              key: "config",
              what: "is no structure of keys and values.",
              allowed: "azure-native:location: westeurope",
            },
          ]),
    ],
    lineOf: (key) =>
      unreadable.length > 0 ? Number(/^line (\d+)$/.exec(key)?.[1] ?? 1) : lineIn(document, lines, project, key),
  };
}
