import * as pulumi from "@pulumi/pulumi";
import { parseSettings, type Settings, type SettingsSource } from "../../../settings";

export const project = "keyvault-connector";
export const environmentId = "0f3c4c39-6d1b-4b0e-9d6c-0c1d2e3f4a5b";

interface Parts {
  stack?: string;
  secretKeys?: string[];
  /** azure-native:location. */
  location?: string | undefined;
  /** Configuration of other namespaces. */
  others?: Record<string, string>;
}

/** A stack's configuration as the engine hands it over: one text for each key, structures as JSON. */
export function source(config: Record<string, unknown>, parts: Parts = {}): SettingsSource {
  const { others, location: _, ...same } = parts;
  const location = "location" in parts ? parts.location : "westeurope";
  const all: Record<string, unknown> = { powerPlatformEnvironmentId: environmentId, ...config };
  const own = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [`${project}:${key}`, typeof value === "string" ? value : JSON.stringify(value)] as const);
  return {
    project,
    stack: "dev",
    secretKeys: [`${project}:secretValues`],
    ...same,
    config: {
      ...(location === undefined ? {} : { "azure-native:location": location }),
      ...others,
      ...Object.fromEntries(own),
    },
  };
}

export const settingsOf = (config: Record<string, unknown>, parts?: Parts): Settings =>
  parseSettings(source(config, parts));

/** What people read when the configuration is refused; throws when it is accepted. */
export function refusal(config: Record<string, unknown>, parts?: Parts): string {
  try {
    settingsOf(config, parts);
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) return error.message;
    throw error;
  }
  throw new Error(`This configuration was accepted: ${JSON.stringify(config)}`);
}
