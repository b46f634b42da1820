import type { OpenApiDocument } from "../types";
import { containsUnknown, isUnknown } from "./unknown";

interface Operation {
  parameters: Map<string, { required: boolean }>;
  /** The schema of a success, as text. */
  answer: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The text of a value with its keys in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${key}:${canonical(value[key])}`)
    .join(",")}}`;
}

/** A schema with its references to definitions followed once: a change of what they name changes the answer. */
function answerOf(responses: unknown, definitions: unknown): string {
  if (!isObject(responses)) return "";
  const success = responses["200"] ?? responses["201"] ?? responses.default;
  const schema = isObject(success) ? success.schema : undefined;
  const reference = isObject(schema) && typeof schema.$ref === "string" ? schema.$ref.split("/").at(-1) : undefined;
  const named = reference !== undefined && isObject(definitions) ? definitions[reference] : schema;
  return canonical(typesOnly(named));
}

/** Titles, descriptions and visibilities may change: only names and types break a flow. */
function typesOnly(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(typesOnly);
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(
    ([key]) => !key.startsWith("x-") && !["title", "description"].includes(key),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, typesOnly(value)]));
}

function operationsOf(definition: OpenApiDocument): Map<string, Operation> {
  const found = new Map<string, Operation>();
  for (const item of Object.values(definition.paths)) {
    for (const operation of Object.values(item)) {
      if (!isObject(operation) || typeof operation.operationId !== "string") continue;
      const parameters = Array.isArray(operation.parameters) ? operation.parameters.filter(isObject) : [];
      found.set(operation.operationId, {
        parameters: new Map(
          parameters.map((one) => [String(one.name), { required: one.required === true && one.default === undefined }]),
        ),
        answer: answerOf(operation.responses, definition.definitions),
      });
    }
  }
  return found;
}

/** Changes of a definition that break those who use it: operations gone, parameters that became necessary, other answers. */
export function breakingChanges(before: OpenApiDocument | undefined, after: OpenApiDocument): string[] {
  if (before === undefined || isUnknown(after) || containsUnknown(after.paths)) return [];
  const now = operationsOf(after);
  return [...operationsOf(before)].flatMap(([id, operation]) => {
    const same = now.get(id);
    if (!same) return [`the operation ${id} is removed or renamed.`];
    const added = [...same.parameters].filter(
      ([name, { required }]) => required && operation.parameters.get(name)?.required !== true,
    );
    const removed = [...operation.parameters.keys()].filter((name) => !same.parameters.has(name));
    return [
      ...added.map(([name]) => `the operation ${id} now needs the parameter ${name}.`),
      ...removed.map((name) => `the operation ${id} no longer has the parameter ${name}.`),
      ...(same.answer === operation.answer ? [] : [`the operation ${id} answers with another type.`]),
    ];
  });
}
