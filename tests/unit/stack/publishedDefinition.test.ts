import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { connectorDefinition } from "../../../components/connectorDefinition";

/** A copy of the walk-through's published definition beside the repository; it is not ours to publish. */
const file = path.join(__dirname, "../../../../shared/data/seed-KeyVaultAccess.swagger.json");
const isThere = fs.existsSync(file);
if (!isThere) process.stderr.write("The published definition is not beside the repository: nothing to compare with.\n");

const publishedSchema = z.looseObject({
  info: z.object({ title: z.string(), description: z.string(), version: z.string() }),
  host: z.string(),
  paths: z.record(
    z.string(),
    z.object({ get: z.looseObject({ operationId: z.string(), summary: z.string(), description: z.string() }) }),
  ),
});

/** Everything that a value says: the values at its ends, by where they are. */
function ends(value: unknown, at: string): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[at, value]];
  const inside = Object.entries(value);
  return inside.length === 0 ? [[at, value]] : inside.flatMap(([key, next]) => ends(next, `${at}/${key}`));
}

(isThere ? describe : describe.skip)("the published definition", () => {
  const published = isThere ? publishedSchema.parse(JSON.parse(fs.readFileSync(file, "utf8"))) : undefined;
  const [route = "", item] = Object.entries(published?.paths ?? {})[0] ?? [];
  const [, , secretName = "", secretVersion = ""] = route.split("/");
  const ours = connectorDefinition({
    title: published?.info.title ?? "",
    description: published?.info.description ?? "",
    vaultHost: published?.host ?? "",
    apiVersion: "7.4",
    operations: [
      {
        kind: "pinned",
        operationId: item?.get.operationId ?? "",
        summary: item?.get.summary ?? "",
        description: item?.get.description ?? "",
        visibility: "none",
        secretName,
        secretVersion,
      },
    ],
  });

  it.each(["swagger", "info", "host", "basePath", "schemes", "consumes", "securityDefinitions", "security", "tags"])(
    "says of %s what ours says",
    (key) => {
      expect(published).toHaveProperty([key]);
      expect({ ...ours }[key as keyof typeof ours]).toEqual(published?.[key]);
    },
  );

  it("has the same path and operation", () => {
    const { operationId, summary, description } = item?.get ?? {};
    expect(Object.keys(ours.paths)).toEqual([route]);
    expect(ours.paths[route]?.get).toMatchObject({ operationId, summary, description });
    expect(Object.keys(ours).sort()).toEqual(Object.keys(published ?? {}).sort());
  });

  it("differs in what makers would miss, and in nothing else", () => {
    const get = `/paths/${route}/get`;
    const parameter = `${get}/parameters/0`;
    const theirs = new Map(ends(published, ""));
    const mine = new Map(ends(ours, ""));
    const different = [...new Set([...theirs.keys(), ...mine.keys()])].filter(
      (at) => JSON.stringify(theirs.get(at)) !== JSON.stringify(mine.get(at)),
    );
    const deliberate = [
      // Answers are JSON.
      "/produces",
      // The version of the API is always sent, as a text, and nobody is asked for it.
      `${parameter}/required`,
      `${parameter}/type`,
      `${parameter}/default`,
      `${parameter}/x-ms-visibility`,
      // The answer has a shape, so that the designers offer its value, and so have errors.
      `${get}/responses`,
      "/definitions",
    ];
    expect(different.filter((at) => !deliberate.some((one) => at === one || at.startsWith(`${one}/`)))).toEqual([]);
    expect(deliberate.filter((one) => !different.some((at) => at === one || at.startsWith(`${one}/`)))).toEqual([]);
  });
});
