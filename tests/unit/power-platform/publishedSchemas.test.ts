import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import Ajv07 from "ajv";
import Ajv04 from "ajv-draft-04";
import fc from "fast-check";
import { parse } from "yaml";
import { connectorProblems } from "../../../power-platform/lifecycle/connectorCheck";
import { inputsOfFolder } from "../../../tools/connectors/folder";
import { seed } from "../../../local-cloud/seed";

/** Copies of Microsoft's schemas of connector files and of published files beside the repository; they are not ours to publish. */
const data = path.join(__dirname, "../../../../shared/data");
const isThere = fs.existsSync(data);
if (!isThere) process.stderr.write("The published schemas are not beside the repository: nothing to compare with.\n");

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** They have comments and commas that JSON has not. */
const read = (name: string) =>
  parse(fs.readFileSync(path.join(data, name), "utf8").replace(/("(?:[^"\\]|\\.)*")|\/\/.*$/gm, "$1")) as Record<
    string,
    Json
  >;

const isParent = (value: unknown): value is Json[] | Record<string, Json> =>
  typeof value === "object" && value !== null;

/** Everywhere in a document, with what is there. */
function places(value: Json, at: string[] = []): string[][] {
  const inside = isParent(value) ? Object.entries(value as Record<string, Json>) : [];
  return [...(at.length > 0 ? [at] : []), ...inside.flatMap(([key, next]) => places(next, [...at, key]))];
}

/** What documents of this kind say in other places, so that edits are of their kind. */
const anything = fc.oneof(
  fc.constantFrom<Json>(
    "",
    "string",
    "integer",
    "object",
    "body",
    "query",
    "https",
    "#/definitions/none",
    true,
    false,
    0,
    -1,
  ),
  fc.constantFrom<Json>([], {}, { type: "string" }, ["a"], [{}], { "x-ms-summary": "Text" }, { description: "Text" }),
);
const keys = fc.constantFrom(
  "x-ms-visibility",
  "x-other",
  "description",
  "title",
  "type",
  "default",
  "enum",
  "tags",
  "metadata",
);
const edit = fc.record({
  where: fc.nat(),
  kind: fc.constantFrom("remove", "replace", "add"),
  value: anything,
  key: keys,
});

/** Thousands on demand: `SCHEMA_RUNS=5000`. */
const runs = Number(process.env.SCHEMA_RUNS ?? 150);

/** A copy with edits made anywhere. */
function edited(document: Json, edits: { where: number; kind: string; value: Json; key: string }[]): Json {
  const copy = structuredClone(document);
  for (const { where, kind, value, key } of edits) {
    const all = places(copy);
    const at = all[where % all.length] ?? [];
    const last = at.at(-1) ?? "";
    const parent = at.slice(0, -1).reduce<Json>((inside, name) => (inside as Record<string, Json>)[name] ?? null, copy);
    if (!isParent(parent)) continue;
    const target = parent as Record<string, Json>;
    const here = target[last] ?? null;
    if (kind === "replace") target[last] = structuredClone(value);
    else if (kind === "add" && isParent(here) && !Array.isArray(here)) here[key] = structuredClone(value);
    else if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else Reflect.deleteProperty(target, last);
  }
  return copy;
}

(isThere ? describe : describe.skip)("what the published schemas accept is accepted", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "schemas-"));
  afterAll(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const published = isThere
    ? {
        definition: read("seed-KeyVaultAccess.swagger.json"),
        properties: read("AzureKeyVault-sample.apiProperties.json"),
      }
    : { definition: {}, properties: {} };

  /** What our checks say to the two files. */
  const problems = async (files: { definition: Json; properties: Json }) => {
    fs.writeFileSync(path.join(folder, "apiDefinition.swagger.json"), JSON.stringify(files.definition));
    fs.writeFileSync(path.join(folder, "apiProperties.json"), JSON.stringify(files.properties));
    return connectorProblems({}, inputsOfFolder(folder, { environmentId: seed.environment.id, route: "auto" }));
  };

  test("of edited definitions", async () => {
    const accepts = new Ajv04({ strict: false, validateFormats: false }).compile(
      read("apiDefinition.swagger.schema.json"),
    );
    const samples = [published.definition, read("AzureKeyVault-sample.apiDefinition.swagger.json")];
    expect(samples.map((sample) => accepts(sample))).toEqual([true, true]);
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        async (sample, edits) => {
          const definition = edited(sample, edits);
          if (!accepts(definition)) return;
          accepted += 1;
          expect(await problems({ ...published, definition })).toEqual([]);
        },
      ),
      { numRuns: runs },
    );
    expect(accepted).toBeGreaterThan(runs / 10);
  }, 120_000);

  test("of edited properties", async () => {
    const accepts = new Ajv07({ strict: false, validateFormats: false }).compile(
      Object.fromEntries(Object.entries(read("paconn-apiProperties.schema.json")).filter(([key]) => key !== "id")),
    );
    expect(accepts(published.properties)).toBe(true);
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const properties = edited(published.properties, edits);
        if (!accepts(properties)) return;
        accepted += 1;
        expect(await problems({ ...published, properties })).toEqual([]);
      }),
      { numRuns: runs },
    );
    expect(accepted).toBeGreaterThan(runs / 10);
  }, 120_000);
});
