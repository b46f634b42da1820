import type { CheckFailure } from "../common/plugin";
import { type Properties, unknownValue } from "../common/values";

/** What is wrong with a known text, if anything. */
export type TextRule = (value: string) => string | undefined;

export const matches =
  (pattern: RegExp, expected: string): TextRule =>
  (value) =>
    pattern.test(value) ? undefined : `expected ${expected}, got '${value}'`;

export const oneOf =
  (...words: string[]): TextRule =>
  (value) =>
    words.includes(value) ? undefined : `expected one of ${words.join(", ")}, got '${value}'`;

export const guid = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

export const isGuid = matches(new RegExp(`^${guid}$`), "a GUID");

/** The resource id of an application, as other resources name it. */
export const isApplicationId = matches(
  new RegExp(`^/applications/${guid}$`),
  "the id of an application, '/applications/' and its object id",
);

/** RFC 3339, as Graph takes moments. */
export const isMoment: TextRule = (value) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value))
    ? undefined
    : `expected a moment like '2027-01-31T12:00:00Z' (RFC 3339), got '${value}'`;

export function missing(inputs: Properties, required: readonly string[]): CheckFailure[] {
  return required
    .filter((property) => inputs[property] === undefined)
    .map((property) => ({ property, reason: `Missing required property '${property}'` }));
}

export function brokenRules(inputs: Properties, rules: Record<string, TextRule>): CheckFailure[] {
  return Object.entries(rules).flatMap(([property, rule]) => {
    const value = inputs[property];
    if (value === undefined || value === unknownValue) return [];
    const reason = typeof value === "string" ? rule(value) : "expected a text";
    return reason === undefined ? [] : [{ property, reason: `'${property}': ${reason}` }];
  });
}
