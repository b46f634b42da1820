import crypto from "node:crypto";
import { optionalText, type Properties } from "../common/values";
import type { RandomKind } from "./localResource";
import { randomText, textProblems, withNumber } from "./text";

const textInputs = [
  "length",
  "lower",
  "minLower",
  "minNumeric",
  "minSpecial",
  "minUpper",
  "number",
  "numeric",
  "overrideSpecial",
  "special",
  "upper",
];
const textDefaults = {
  lower: true,
  upper: true,
  special: true,
  minLower: 0,
  minNumeric: 0,
  minSpecial: 0,
  minUpper: 0,
};

/** https://www.pulumi.com/registry/packages/random/api-docs/randomstring: the id is the text. */
const randomString: RandomKind = {
  inputs: textInputs,
  defaults: textDefaults,
  problems: textProblems,
  generate: (inputs) => {
    const result = randomText(withNumber(inputs));
    return { id: result, outputs: { ...withNumber(inputs), result } };
  },
};

/** The same as a secret, so that the id cannot be the text. */
const randomPassword: RandomKind = {
  ...randomString,
  secretOutputs: ["result"],
  generate: (inputs) => ({ id: "none", outputs: { ...withNumber(inputs), result: randomText(withNumber(inputs)) } }),
};

function integer(inputs: Properties, key: string): number | undefined {
  const value = inputs[key];
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

const randomId: RandomKind = {
  inputs: ["byteLength", "prefix"],
  problems: (inputs) =>
    (integer(inputs, "byteLength") ?? 0) >= 1
      ? []
      : [{ property: "byteLength", reason: "'byteLength' must be a whole number of at least 1" }],
  generate: (inputs) => {
    const bytes = crypto.randomBytes(integer(inputs, "byteLength") ?? 0);
    const prefix = optionalText(inputs, "prefix") ?? "";
    const hex = bytes.toString("hex");
    const id = bytes.toString("base64url");
    return {
      id,
      outputs: {
        b64Std: prefix + bytes.toString("base64"),
        b64Url: prefix + id,
        dec: prefix + BigInt(`0x${hex}`).toString(),
        hex: prefix + hex,
      },
    };
  },
};

const randomUuid: RandomKind = {
  inputs: [],
  generate: () => {
    const result = crypto.randomUUID();
    return { id: result, outputs: { result } };
  },
};

const randomInteger: RandomKind = {
  inputs: ["max", "min"],
  problems: (inputs) => {
    const [min, max] = [integer(inputs, "min"), integer(inputs, "max")];
    if (min !== undefined && max !== undefined && min <= max && max - min < 2 ** 48) return [];
    return [{ property: "min", reason: "'min' and 'max' must be whole numbers, 'min' not above 'max'" }];
  },
  generate: (inputs) => {
    const [min, max] = [integer(inputs, "min") ?? 0, integer(inputs, "max") ?? 0];
    // crypto.randomInt wants a range of at least one.
    const result = min + crypto.randomInt(max - min + 1);
    return { id: String(result), outputs: { result } };
  },
};

/** By type token of @pulumi/random 4.21. */
export const randomKinds: Record<string, RandomKind> = {
  "random:index/randomString:RandomString": randomString,
  "random:index/randomPassword:RandomPassword": randomPassword,
  "random:index/randomId:RandomId": randomId,
  "random:index/randomUuid:RandomUuid": randomUuid,
  "random:index/randomInteger:RandomInteger": randomInteger,
};
