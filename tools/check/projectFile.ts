import fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Problem } from "../../settings/problems";

const declarationSchema = z.looseObject({
  type: z.enum(["string", "integer", "boolean", "array", "object"]).optional(),
  default: z.unknown().optional(),
});
const projectSchema = z.looseObject({ name: z.string(), config: z.record(z.string(), declarationSchema).default({}) });

/** The project's file, as far as stacks' files are checked against it. */
export type ProjectFile = z.infer<typeof projectSchema>;

/** @throws Error when there is none, or it is no project's file */
export function readProjectFile(folder: string): ProjectFile {
  const file = path.join(folder, "Pulumi.yaml");
  const read = projectSchema.safeParse(parse(fs.readFileSync(file, "utf8")));
  if (read.success) return read.data;
  throw new Error(`${file} is no project's file: ${z.prettifyError(read.error)}`);
}

const isOfType = {
  string: (value: unknown) => typeof value === "string",
  // The CLI writes numbers and booleans as texts when they are set from the command line.
  integer: (value: unknown) => Number.isInteger(value) || (typeof value === "string" && /^-?\d+$/.test(value)),
  boolean: (value: unknown) => typeof value === "boolean" || value === "true" || value === "false",
  array: (value: unknown) => Array.isArray(value),
  object: (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** What the engine would refuse: values of other types than declared, and keys without a default that are not there. */
export function declarationProblems({ name, config }: ProjectFile, values: Record<string, unknown>): Problem[] {
  return Object.entries(config).flatMap(([key, { type, default: preset }]): Problem[] => {
    const full = `${name}:${key}`;
    if (!(full in values)) return preset === undefined ? [{ key, what: "is missing." }] : [];
    const value = values[full];
    if (type === undefined || value === undefined || isOfType[type](value)) return [];
    return [{ key, what: `is no ${type}, as which Pulumi.yaml declares it.` }];
  });
}
