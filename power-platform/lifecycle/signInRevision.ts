import crypto from "node:crypto";
import type { CustomConnectorInputs } from "./connectorInputs";
import { isObject } from "./json";
import { containsUnknown, unknownValue } from "./unknown";

/** The engine hands maps over in any order. */
const inOrder = (_key: string, value: unknown): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) : value;

/** Changes when connections must be written again: what a connection knows of signing in is frozen into it. */
export function signInRevisionOf({
  connectionParameterSets: sets,
  connectionParameters: parameters = {},
}: Partial<CustomConnectorInputs>): string {
  if (containsUnknown([sets, parameters])) return unknownValue;
  const text = JSON.stringify([sets, parameters], inOrder);
  return crypto.createHash("sha256").update(text).digest("hex").slice(0, 16);
}
