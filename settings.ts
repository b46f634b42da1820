import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime/config";
import * as z from "zod";
import { completed, type Settings } from "./settings/completion";
import { message, type Problem, problemsOf } from "./settings/problems";
import { ruleProblems } from "./settings/rules";
import { type ParsedSettings, settingsSchema } from "./settings/schema";

export type { ConnectorSettings, SecretSettings, Settings } from "./settings/completion";

export interface SettingsSource {
  project: string;
  stack: string;
  /** All configuration in clear, by full key. */
  config: Record<string, string>;
  /** Full keys of secret configuration. */
  secretKeys: readonly string[];
}

/** The engine reads a date without quotes in a stack's file as a moment, and hands it over in the words of Go. */
function asWritten(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const [, day, time] = /^(\S{10}) (\S{8}) \+0000 UTC$/.exec(value) ?? [];
  if (day === undefined || time === undefined) return value;
  return time === "00:00:00" ? day : `${day}T${time}Z`;
}

/** A text of the configuration as the schema wants it: structures are JSON, numbers are texts. */
function decoded(text: string, schema: z.ZodType | undefined): unknown {
  const json = /^\s*[[{]/.test(text);
  const numeric = schema instanceof z.ZodDefault && schema.unwrap() instanceof z.ZodNumber && /^-?\d+$/.test(text);
  if (!json && !numeric) return asWritten(text);
  try {
    return JSON.parse(text, (_key, value: unknown) => asWritten(value));
  } catch {
    return text;
  }
}

/** Values of secrets belong into encrypted configuration. */
function openSecrets({ project, config, secretKeys }: SettingsSource): Problem[] {
  const key = `${project}:secretValues`;
  const isSet = config[key] !== undefined && config[key] !== "{}";
  if (!isSet || secretKeys.includes(key)) return [];
  return [
    {
      key: "secretValues",
      what: "is not encrypted: remove it from the stack's file, and treat the values as known.",
      allowed: "values that are set with --secret",
      example: "",
    },
  ];
}

/** What was found in a stack's configuration. */
export interface Examination {
  /** All mistakes; without any there are `settings`. */
  problems: Problem[];
  settings?: Settings;
}

/** Looks at a stack's configuration; needs nothing but what it is given. */
export function examine(source: SettingsSource): Examination {
  const { project, stack, config } = source;
  const secretKeys = ["secretValues", ...source.secretKeys.map((key) => key.slice(project.length + 1))];
  const shape: Record<string, z.ZodType> = settingsSchema.shape;
  const raw = Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(`${project}:`))
      .map(([key, text]) => [key.slice(project.length + 1), text] as const)
      .map(([key, text]) => [key, decoded(text, shape[key])] as const),
  );
  const location = config["azure-native:location"];
  const parsed = settingsSchema.safeParse(raw);
  const known = Object.fromEntries(
    Object.entries(shape).flatMap(([key, schema]) => {
      const section = schema.safeParse(raw[key]);
      return section.success ? [[key, section.data] as const] : [];
    }),
  ) as Partial<ParsedSettings>;
  const problems = [
    ...(parsed.success ? [] : problemsOf(parsed.error, settingsSchema, raw, secretKeys)),
    ...ruleProblems(known, location),
    ...openSecrets(source),
  ];
  if (problems.length > 0 || !parsed.success) return { problems };
  return { problems, settings: completed(parsed.data, stack, location ?? "") };
}

/**
 * Checks a stack's configuration.
 * @throws pulumi.RunError that names every mistake with its key, what is allowed, and an example
 */
export function parseSettings(source: SettingsSource): Settings {
  const { problems, settings } = examine(source);
  if (!settings) throw new pulumi.RunError(message(source.project, source.stack, problems));
  return settings;
}

/** The settings of the stack that runs. @throws pulumi.RunError */
export function loadSettings(): Settings {
  return parseSettings({
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    config: allConfig(),
    secretKeys: JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[],
  });
}
