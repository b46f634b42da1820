// Previews come from other programs and other versions of the engine: nothing about their shape is taken for granted.

export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields of an object; none of anything else. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** The items of a list; none of anything else. */
export const itemsOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A text; "" of anything else. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The texts of a list; others are left out. */
export const textsOf = (value: unknown): string[] => itemsOf(value).filter((item) => typeof item === "string");

/** A property of an object's own, or undefined: names such as "valueOf" come from previews too. */
const own = (value: unknown, key: string): unknown =>
  isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** What stands at a path of keys, or undefined. */
export const at = (value: unknown, ...path: string[]): unknown => path.reduce(own, value);

/** How the engine writes a value that is known only after the update. Source: pulumi/pulumi sdk/go/common/resource/plugin */
const unknownTexts = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // a text
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // a truth value
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // a number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // a list
  "030794c1-ac77-496b-92df-f27374a8bd58", // an asset
  "e48ece36-62e2-4504-bad9-02848725956a", // an archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // an object
]);

export const isUnknown = (value: unknown): boolean => typeof value === "string" && unknownTexts.has(value);

/** A copy in which every text was changed by a function, keys of objects included. */
export function withTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => withTexts(item, change));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [change(key), withTexts(inner, change)]));
}

/** A copy whose objects have their keys in order, so that only what differs shows up as a difference. */
export function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, ordered(value[key])]),
  );
}

export const sameValue = (one: unknown, other: unknown): boolean =>
  JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
