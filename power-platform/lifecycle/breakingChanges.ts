import type { OpenApiDocument } from "../types";
import { isObject } from "./json";
import { containsUnknown, isUnknown } from "./unknown";

interface Operation {
  /** By name; those of a body by `body/property`. */
  parameters: Map<string, { required: boolean }>;
  /** The schema of a success, as text. */
  answer: string;
}

/** A reference to a reference to …: no document means more than this. */
const longestChain = 10;

/** What a JSON pointer names in the document; undefined when it leads nowhere, or out of the document. */
function named(document: OpenApiDocument, pointer: string): unknown {
  if (!pointer.startsWith("#/")) return undefined;
  const parts = pointer.slice(2).split("/");
  return parts.reduce<unknown>((value, part) => {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    return isObject(value) ? value[key] : undefined;
  }, document);
}

/** The value itself, in place of a reference to it. */
function followed(document: OpenApiDocument, value: unknown): unknown {
  let found = value;
  for (let links = 0; links < longestChain && isObject(found) && typeof found.$ref === "string"; links++)
    found = named(document, found.$ref);
  return found;
}

/** Titles, descriptions and extensions may change: only names and types break a flow. */
const isAnnotation = (key: string) => key.startsWith("x-") || ["title", "description", "example"].includes(key);

/** A schema as text, with what it refers to, whatever that is called: the same text for the same type. */
function typeOf(document: OpenApiDocument, schema: unknown): string {
  const references: string[] = [];
  const text = (value: unknown, areNames = false): string => {
    if (Array.isArray(value)) return `[${value.map((one) => text(one)).join(",")}]`;
    if (!isObject(value)) return JSON.stringify(value ?? null);
    if (typeof value.$ref === "string" && !areNames) {
      if (!references.includes(value.$ref)) references.push(value.$ref);
      return `#${references.indexOf(value.$ref)}`;
    }
    const keys = Object.keys(value).filter((key) => areNames || !isAnnotation(key));
    return `{${keys
      .sort()
      .map((key) => `${key}:${text(value[key], key === "properties" && !areNames)}`)
      .join(",")}}`;
  };
  const texts = [text(followed(document, schema))];
  // Grows while it is read: what is referred to may refer to more.
  for (const reference of references) texts.push(text(followed(document, { $ref: reference })));
  return texts.join(";");
}

function answerOf(document: OpenApiDocument, responses: unknown): string {
  if (!isObject(responses)) return "";
  const success = followed(document, responses["200"] ?? responses["201"] ?? responses.default);
  return typeOf(document, isObject(success) ? success.schema : undefined);
}

const needed = ({ required, default: preset }: Record<string, unknown>) => ({
  required: required === true && preset === undefined,
});

/** A parameter, and for a body the properties that it has at its top. */
function namesOf(document: OpenApiDocument, parameter: Record<string, unknown>): [string, { required: boolean }][] {
  const name = String(parameter.name);
  const own: [string, { required: boolean }] = [name, needed(parameter)];
  const schema = parameter.in === "body" ? followed(document, parameter.schema) : undefined;
  if (!isObject(schema) || !isObject(schema.properties)) return [own];
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const properties = Object.entries(schema.properties).map(([key, value]): [string, { required: boolean }] => [
    `${name}/${key}`,
    needed({ ...(isObject(value) ? value : {}), required: required.has(key) }),
  ]);
  return [own, ...properties];
}

function operationsOf(document: OpenApiDocument): Map<string, Operation> {
  const found = new Map<string, Operation>();
  const parametersIn = (list: unknown) =>
    (Array.isArray(list) ? list : []).map((one) => followed(document, one)).filter(isObject);
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item)) {
      if (!isObject(operation) || typeof operation.operationId !== "string") continue;
      // Those of the path hold for all of its operations; an operation's own of the same name comes before them.
      const parameters = [...parametersIn(item.parameters), ...parametersIn(operation.parameters)];
      found.set(operation.operationId, {
        parameters: new Map(parameters.flatMap((one) => namesOf(document, one))),
        answer: answerOf(document, operation.responses),
      });
    }
  }
  return found;
}

/** Changes of a definition that break those who use it: operations gone, parameters that became necessary, other answers. */
export function breakingChanges(before: OpenApiDocument | undefined, after: OpenApiDocument): string[] {
  if (before === undefined || isUnknown(after)) return [];
  if (containsUnknown([after.paths, after.definitions, after.parameters, after.responses])) return [];
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
