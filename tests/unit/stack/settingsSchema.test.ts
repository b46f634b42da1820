import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { type SettingHelp, settingsSchema } from "../../../settings/schema";
import { environmentId, settingsOf } from "./configuration";

interface Setting {
  key: string;
  /** Below its default. */
  schema: z.ZodType;
  help: SettingHelp | undefined;
  /** Of the setting or one that it is in. */
  nearestHelp: SettingHelp | undefined;
  defaultValue: unknown;
}

function walk(key: string, wrapped: z.ZodType, above?: SettingHelp): Setting[] {
  let schema = wrapped;
  let defaultValue: unknown;
  while (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    if (schema instanceof z.ZodDefault) defaultValue = schema.def.defaultValue;
    schema = schema.unwrap() as z.ZodType;
  }
  const help = schema.meta() as SettingHelp | undefined;
  const nearestHelp = help ?? above;
  const inside = (part: string, next: unknown) =>
    walk(`${key}${key === "" || part.startsWith("[") ? "" : "."}${part}`, next as z.ZodType, nearestHelp);
  const children =
    schema instanceof z.ZodObject
      ? Object.entries(schema.shape).flatMap(([part, next]) => inside(part, next))
      : schema instanceof z.ZodArray
        ? inside("[0]", schema.element)
        : schema instanceof z.ZodRecord
          ? inside("*", schema.valueType)
          : [];
  return [{ key, schema, help, nearestHelp, defaultValue }, ...children];
}

const settings = walk("", settingsSchema).slice(1);
const isLeaf = ({ schema }: Setting) =>
  !(schema instanceof z.ZodObject || schema instanceof z.ZodArray || schema instanceof z.ZodRecord);

describe("the schema's help", () => {
  const withHelp = settings.flatMap(({ key, schema, help }) => (help ? [{ key, schema, ...help }] : []));

  it.each(withHelp)("of $key has an example that is itself accepted", ({ schema, allowed, example }) => {
    expect(schema.safeParse(example).error).toBeUndefined();
    expect(allowed).toMatch(/\S/);
  });

  it("is there for every value that can be wrong", () => {
    expect(settings.filter(isLeaf).filter(({ nearestHelp }) => nearestHelp === undefined)).toEqual([]);
    expect(settings.filter(isLeaf).length).toBeGreaterThan(35);
  });

  it.each(settings.filter(({ defaultValue }) => defaultValue !== undefined))(
    "of $key has a default that is accepted",
    ({ schema, defaultValue }) => {
      expect(schema.safeParse(defaultValue)).toEqual({ success: true, data: defaultValue });
    },
  );
});

/** The project file's settings, read as far as this needs it: text between the keys, folded lines joined. */
function described(): Map<string, { type: string; fallback: string | undefined; description: string }> {
  const file = path.join(__dirname, "../../../Pulumi.yaml");
  const [, config = ""] = fs.readFileSync(file, "utf8").split(/^config:\n/m);
  const sections = config.split(/^ {2}(?=\w+:$)/m).filter((text) => text.trim() !== "");
  return new Map(
    sections.map((section) => {
      const field = (name: string) =>
        new RegExp(`^ {4}${name}:((?: .*\\n)(?: {6}.*\\n?)*|\\n(?: {6}.*\\n?)*)`, "m").exec(`${section}\n`)?.[1];
      const flat = (text: string | undefined) => text?.replace(/>-/, "").replace(/\s+/g, " ").trim();
      const [key = ""] = section.split(":");
      const [type = "", description = ""] = [flat(field("type")), flat(field("description"))];
      return [key, { type, fallback: flat(field("default")), description }] as const;
    }),
  );
}

describe("the project file", () => {
  const sections = described();

  it("describes the very sections of the schema, with their types", () => {
    const types = Object.entries(settingsSchema.shape).map(([key, wrapped]): [string, string] => {
      const schema = walk(key, wrapped)[0]?.schema;
      const isNumber = schema instanceof z.ZodNumber;
      const isText = schema instanceof z.ZodString || schema instanceof z.ZodEnum;
      return [key, schema instanceof z.ZodArray ? "array" : isNumber ? "integer" : isText ? "string" : "object"];
    });
    expect(Object.fromEntries([...sections].map(([key, { type }]) => [key, type]))).toEqual(Object.fromEntries(types));
  });

  it("has the schema's defaults", () => {
    const fallbacks = Object.fromEntries([...sections].map(([key, { fallback }]) => [key, fallback]));
    expect(fallbacks).toMatchObject({ powerPlatformEnvironmentId: undefined, secrets: "- name: ppsecret1" });
    const { secrets: _, ...texts } = fallbacks;
    // The engine hands its defaults over like configuration.
    expect(settingsOf({ ...texts, powerPlatformEnvironmentId: environmentId })).toEqual(settingsOf({}));
    expect(settingsOf({ secrets: [{ name: "ppsecret1" }] })).toEqual(settingsOf({}));
  });

  const inside = settings
    .filter(({ key }) => /[.[]/.test(key) && !/[*\]]$/.test(key))
    .map((setting) => ({ ...setting, name: setting.key.split(".").at(-1) ?? "" }));

  it.each(inside)("describes $key", ({ key, name, defaultValue }) => {
    // A listed connector's operations and shares are those of connector and connection.
    const same = key
      .replace(/^connectors\[0\]\.operations\[/, "connector.")
      .replace(/^connectors\[0\]\.shareWith\[/, "connection.");
    const text = sections.get(same.split(/[.[]/)[0] ?? "")?.description ?? "";
    const at = text.search(new RegExp(`\\b${name}\\b`));
    expect(at).toBeGreaterThanOrEqual(0);
    // Long and structured defaults are said in words.
    const fallback = typeof defaultValue === "object" ? "" : JSON.stringify(defaultValue ?? "").replaceAll('"', "");
    if (fallback === "" || fallback.length > 40) return;
    expect(/default: "?([^");]+)/.exec(text.slice(at))?.[1]).toBe(fallback);
  });
});
