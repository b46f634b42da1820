import { isDeepStrictEqual } from "node:util";

/** A property bag as the engine sends it, in plain JSON. */
export type Properties = Record<string, unknown>;

/** Stands in previews for a value that is not known yet, whatever its type. Fixed by the engine's protocol. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** How the engine's protocol writes a secret: an object with this mark. Fixed by the protocol. */
const secretMark = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/** The properties with those under the given keys marked as secrets, as far as they are there. */
export function withSecrets(properties: Properties, keys: readonly string[]): Properties {
  const secrets = Object.entries(pick(properties, keys)).map(([key, value]) => [key, { ...secretMark, value }]);
  return { ...properties, ...(Object.fromEntries(secrets) as Properties) };
}

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function containsUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isObject(value) && Object.values(value).some(containsUnknown);
}

/** The value without null and undefined members: the engine's protocol has no undefined, and nobody means null. */
export function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compact);
  return isObject(value) ? compactObject(value) : value;
}

export function compactObject(value: Properties): Properties {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([key, member]) => [key, compact(member)]),
  );
}

export function pick(value: Properties, keys: readonly string[]): Properties {
  return Object.fromEntries(keys.filter((key) => value[key] !== undefined).map((key) => [key, value[key]]));
}

/** Property at a path like `properties.vaultUri`. */
export function getPath(value: Properties, path: string): unknown {
  return path.split(".").reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), value);
}

/** A copy with the property at a path set, or taken away when `member` is undefined. */
export function withPath(value: Properties, path: string, member: unknown): Properties {
  const [key = "", ...rest] = path.split(".");
  if (rest.length === 0) {
    const { [key]: _replaced, ...others } = value;
    return member === undefined ? others : { ...others, [key]: member };
  }
  const inner = value[key];
  if (isObject(inner)) return { ...value, [key]: withPath(inner, rest.join("."), member) };
  // Nothing to take away, or something in the way that is not an object (an unknown, for example).
  return inner !== undefined || member === undefined
    ? value
    : { ...value, [key]: withPath({}, rest.join("."), member) };
}

/** A required text, with an error that names it. */
export function text(value: Properties, key: string): string {
  const member = value[key];
  if (typeof member !== "string") throw new Error(`'${key}' must be a text`);
  return member;
}

export function optionalText(value: Properties, key: string): string | undefined {
  return value[key] === undefined ? undefined : text(value, key);
}

/**
 * What changed between `from` and `to`, done to `base`; the rest of `base` stays as it is. From the outputs before and
 * after a refresh it makes the inputs that describe the drift; from the inputs before and after, planned outputs.
 */
export function rebase(base: Properties, from: Properties, to: Properties): Properties {
  const result = new Map(Object.entries(base));
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [was, is, current] = [from[key], to[key], result.get(key)];
    if (isDeepStrictEqual(was, is)) continue;
    if (is === undefined) result.delete(key);
    else result.set(key, isObject(current) && isObject(was) && isObject(is) ? rebase(current, was, is) : is);
  }
  return Object.fromEntries(result);
}
