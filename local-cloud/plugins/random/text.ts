import crypto from "node:crypto";
import type { CheckFailure } from "../common/plugin";
import { isObject, optionalText, type Properties } from "../common/values";

const specialCharacters = "!@#$%&*()-_=+[]{}<>:?";

function count(inputs: Properties, key: string): number {
  const value = inputs[key];
  return typeof value === "number" ? value : 0;
}

/** The classes of characters that a text may have, and how many of each it must have. */
function classes(inputs: Properties) {
  return [
    { allowed: inputs.upper === true, minimum: count(inputs, "minUpper"), characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
    { allowed: inputs.lower === true, minimum: count(inputs, "minLower"), characters: "abcdefghijklmnopqrstuvwxyz" },
    { allowed: inputs.numeric === true, minimum: count(inputs, "minNumeric"), characters: "0123456789" },
    {
      allowed: inputs.special === true,
      minimum: count(inputs, "minSpecial"),
      characters: optionalText(inputs, "overrideSpecial") ?? specialCharacters,
    },
  ];
}

function draw(characters: string): string {
  return characters.charAt(crypto.randomInt(characters.length));
}

/** Fisher and Yates' shuffle: every order is as likely as any other. */
function shuffled(list: readonly string[]): string[] {
  const result = [...list];
  for (let end = result.length - 1; end > 0; end--) {
    const other = crypto.randomInt(end + 1);
    [result[end], result[other]] = [result[other] ?? "", result[end] ?? ""];
  }
  return result;
}

/** A random text with at least the asked number of characters of each class. */
export function randomText(inputs: Properties): string {
  const kinds = classes(inputs);
  const required = kinds.flatMap(({ minimum, characters }) => Array.from({ length: minimum }, () => draw(characters)));
  const allowed = kinds.map((kind) => (kind.allowed ? kind.characters : "")).join("");
  const free = Array.from({ length: count(inputs, "length") - required.length }, () => draw(allowed));
  return shuffled([...required, ...free]).join("");
}

/** Inputs with the older name of `numeric` taken into account, as outputs show both. */
export function withNumber(inputs: Properties): Properties {
  const numeric = inputs.numeric ?? inputs.number ?? true;
  return { ...inputs, numeric, number: numeric };
}

export function textProblems(inputs: Properties): CheckFailure[] {
  const problems: CheckFailure[] = [];
  const length = count(inputs, "length");
  const kinds = classes(withNumber(inputs));
  const least = kinds.reduce((sum, { minimum }) => sum + minimum, 0);
  if (!Number.isInteger(length) || length < 1) {
    problems.push({ property: "length", reason: "'length' must be a whole number of at least 1" });
  } else if (length < least) {
    problems.push({
      property: "length",
      reason: `'length' (${String(length)}) must be at least the sum of the minimum numbers (${String(least)})`,
    });
  } else if (length > least && !kinds.some(({ allowed, characters }) => allowed && characters.length > 0)) {
    problems.push({ property: "length", reason: "no kind of character is allowed (upper, lower, numeric, special)" });
  }
  if (inputs.keepers !== undefined && inputs.keepers !== null && !isObject(inputs.keepers)) {
    problems.push({ property: "keepers", reason: "'keepers' must be an object of texts" });
  }
  return problems;
}
