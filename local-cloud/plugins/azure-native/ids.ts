import crypto from "node:crypto";
import { type Properties, text } from "../common/values";
import type { ArmKind } from "./kinds";

/** Names of the parameters in a path that inputs give. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").filter((name) => name !== "subscriptionId");
}

/** @throws when a parameter is missing. */
export function resourceId(path: string, inputs: Properties, subscriptionId: string | undefined): string {
  return path.replace(/\{(\w+)\}/g, (_match, name: string) => {
    if (name !== "subscriptionId") return text(inputs, name).replace(/^\/|\/$/g, "");
    if (subscriptionId) return subscriptionId;
    throw new Error(
      "azure-native: no subscriptionId. Set ARM_SUBSCRIPTION_ID or the setting azure-native:subscriptionId.",
    );
  });
}

/** The parameters that an id was made of, for an import. @throws when the id is of another kind. */
export function parametersOf(path: string, id: string): Properties {
  const pattern = path.replace(/[.]/g, "\\.").replace(/\{(\w+)\}/g, (_match, name: string) => {
    return name === "scope" || name === "resourceUri" ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`;
  });
  const found = new RegExp(`^${pattern}$`, "i").exec(id)?.groups;
  if (!found) throw new Error(`'${id}' is not of the form '${path}'`);
  const { subscriptionId: _subscription, ...parameters } = found;
  return parameters;
}

/** The name that a resource without one is given. */
export function automaticName(way: ArmKind["autoName"]["way"], logicalName: string, seed: Uint8Array): string {
  if (way === "copy") return logicalName;
  const random = seed.length > 0 ? crypto.createHash("sha256").update(seed).digest() : crypto.randomBytes(32);
  if (way === "unique") return `${logicalName}${random.toString("hex").slice(0, 8)}`;
  const hex = `${random.toString("hex").slice(0, 12)}4${random.toString("hex").slice(13, 16)}8${random.toString("hex").slice(17, 32)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
