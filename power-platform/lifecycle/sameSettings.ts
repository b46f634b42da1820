import { isObject } from "./json";

type Entry = readonly [key: string, value: unknown];

/** `false` and `"false"` mean the same to the service, which answers with either. */
const scalar = (value: unknown) => (typeof value === "boolean" || typeof value === "number" ? String(value) : value);

/** What the service sets of its own whatever is sent, and what it never shows. */
const ownOfService = new Set(["redirecturl", "redirectmode", "clientsecret", "federatedidentitycredentials"]);

const isEmpty = (value: unknown) =>
  value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);

/**
 * Whether what the service shows is what was wanted: names are compared without case, booleans and their texts are
 * equal, and what the service fills in of its own (redirect URLs, defaults) is not a difference.
 */
export function includesSettings(found: unknown, wanted: unknown): boolean {
  if (isEmpty(wanted)) return true;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(found) &&
      found.length === wanted.length &&
      wanted.every((item, index) => includesSettings(found[index], item))
    );
  }
  if (!isObject(wanted)) return scalar(found) === scalar(wanted);
  if (!isObject(found)) return false;
  const byName = new Map<string, unknown>(
    Object.entries(found).map(([key, value]): Entry => [key.toLowerCase(), value]),
  );
  return Object.entries(wanted).every(
    ([key, value]) => ownOfService.has(key.toLowerCase()) || includesSettings(byName.get(key.toLowerCase()), value),
  );
}
