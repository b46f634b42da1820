import { isObject, type Properties } from "../common/values";

/** One property, in the names of the SDK and of Microsoft Graph. */
export interface Field {
  sdk: string;
  graph: string;
  /** Members, of an object or of each object of a list. */
  members?: readonly Field[];
  /** What Graph is sent when the program takes the property away. Default null; lists are emptied. */
  empty?: unknown;
}

export const field = (sdk: string, graph = sdk): Field => ({ sdk, graph });
export const list = (sdk: string, graph = sdk, members?: readonly Field[]): Field => ({
  sdk,
  graph,
  empty: [],
  ...(members ? { members } : {}),
});
export const block = (sdk: string, members: readonly Field[], graph = sdk): Field => ({
  sdk,
  graph,
  members,
  empty: Object.fromEntries(members.map((member) => [member.graph, member.empty ?? null])),
});

function mapped(value: unknown, map: (member: Properties) => Properties): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => mapped(item, map));
  return isObject(value) ? map(value) : value;
}

/** Names of Graph; what is not set is left out. */
export function toGraph(fields: readonly Field[], inputs: Properties): Properties {
  return Object.fromEntries(
    fields
      .filter(({ sdk }) => inputs[sdk] !== undefined)
      .map(({ sdk, graph, members }) => [
        graph,
        members ? mapped(inputs[sdk], (value) => toGraph(members, value)) : inputs[sdk],
      ]),
  );
}

/** Names of the SDK; what Graph has no value for is left out. */
export function fromGraph(fields: readonly Field[], entity: Properties): Properties {
  return Object.fromEntries(
    fields
      .filter(({ graph }) => entity[graph] !== undefined && entity[graph] !== null)
      .map(({ sdk, graph, members }) => [
        sdk,
        members ? mapped(entity[graph], (value) => fromGraph(members, value)) : entity[graph],
      ]),
  );
}

function isBlock({ members, empty }: Field): boolean {
  return members !== undefined && !Array.isArray(empty);
}

/** The body of a PATCH: what is set, and what was taken away since, also inside of blocks. */
export function patchOf(fields: readonly Field[], before: Properties, after: Properties): Properties {
  const patch = toGraph(fields, after);
  for (const { sdk, graph, empty } of fields) {
    if (before[sdk] !== undefined && after[sdk] === undefined) patch[graph] = empty ?? null;
  }
  for (const { sdk, graph, members = [] } of fields.filter(isBlock)) {
    const [was, is] = [before[sdk], after[sdk]];
    if (isObject(was) && isObject(is)) patch[graph] = patchOf(members, was, is);
  }
  return patch;
}
