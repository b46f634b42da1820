import type { ResourceState } from "./preview";
import { at, type Fields, fieldsOf, isFields, isUnknown, itemsOf, ordered, textOf, withTexts } from "./values";

/** An operation of a connector, as its definition says. */
export interface Operation {
  operationId: string;
  /** `GET`. */
  method: string;
  path: string;
  fields: Fields;
}

const methods = new Set(["get", "put", "post", "delete", "options", "head", "patch"]);

/** Whether the definition is known only after the update. */
export function isDefinitionUnknown(state: ResourceState | undefined): boolean {
  const definition = state?.inputs.definition;
  return isUnknown(definition) || isUnknown(at(definition, "paths"));
}

/** Operations by their id. */
export function operationsOf(state: ResourceState | undefined): Map<string, Operation> {
  const paths = Object.entries(fieldsOf(at(state?.inputs.definition, "paths")));
  const found = paths.flatMap(([path, item]) =>
    Object.entries(fieldsOf(item))
      .filter(([method, fields]) => methods.has(method) && isFields(fields))
      .map(([method, fields]): [string, Operation] => {
        const operationId = textOf(at(fields, "operationId")) || `${method} ${path}`;
        return [operationId, { operationId, method: method.toUpperCase(), path, fields: fieldsOf(fields) }];
      }),
  );
  return new Map(found.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Operations that read one version of one secret for ever. */
export function pinnedSecrets(
  state: ResourceState | undefined,
): { operationId: string; secret: string; version: string }[] {
  return [...operationsOf(state).values()].flatMap(({ operationId, path }) => {
    const [, secret, version] = /^\/secrets\/([^/{}]+)\/([0-9a-f]{32})\/?$/i.exec(path) ?? [];
    return secret === undefined || version === undefined ? [] : [{ operationId, secret, version }];
  });
}

const known = (value: unknown) => withTexts(value, (text) => (isUnknown(text) ? "(known after the update)" : text));
const without = (fields: Fields, ...names: string[]) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/** What a reviewer compares of an operation: short where the definition is long. */
function readable({ method, path, fields }: Operation): Fields {
  const parameters = itemsOf(fields.parameters).map((parameter) => {
    const { name, in: place, ...rest } = fieldsOf(parameter);
    return [`${textOf(name) || "?"} in ${textOf(place) || "?"}`, rest] as const;
  });
  const rest = {
    ...without(fields, "operationId", "parameters"),
    ...(parameters.length > 0 ? { parameters: Object.fromEntries(parameters) } : {}),
  };
  // First what tells operations apart, so that it stands near every difference.
  return { request: `${method} ${path}`, ...fieldsOf(ordered(rest)) };
}

/** The parts of a connector or a connection that a reviewer compares. */
export interface Comparable {
  operations: unknown;
  signIn: unknown;
  other: unknown;
}

const inputNames = {
  signIn: ["connectionParameterSets", "connectionParameters", "parameterSet", "parameters", "secretParameters"],
  /** What follows from something else, or belongs to the program's machinery. */
  derived: [
    "__provider",
    "definition",
    "identity",
    "signInRevision",
    "connectorName",
    "connectorIdentity",
    "connectorChosenRoute",
    "connectorRoute",
    "connectionRevision",
    "oauthClientSecret",
    "shareWith",
  ],
};

const definitionNames = {
  signIn: ["securityDefinitions", "security"],
  derived: ["paths", "securityDefinitions", "security"],
};

const picked = (fields: Fields, names: readonly string[]) =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => names.includes(name) && value !== undefined));

/** A connector or connection as texts can be compared. */
export function comparable(state: ResourceState | undefined): Comparable | undefined {
  if (!state) return undefined;
  const definition = fieldsOf(state.inputs.definition);
  const operations = [...operationsOf(state).values()].map((one) => [one.operationId, readable(one)] as const);
  const other = without(state.inputs, ...inputNames.signIn, ...inputNames.derived);
  const info = without(fieldsOf(definition.info), "x-iac-id");
  const rest = without(definition, ...definitionNames.derived);
  return {
    operations: known(Object.fromEntries(operations)),
    signIn: known(
      ordered({ ...picked(state.inputs, inputNames.signIn), ...picked(definition, definitionNames.signIn) }),
    ),
    other: known(
      ordered({ ...other, ...(isFields(state.inputs.definition) ? { definition: { ...rest, info } } : {}) }),
    ),
  };
}
