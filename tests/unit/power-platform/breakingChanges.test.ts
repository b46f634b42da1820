import type { OpenApiDocument } from "../../../power-platform";
import { breakingChanges } from "../../../power-platform/lifecycle/breakingChanges";
import { unknownValue } from "../../../power-platform/lifecycle/unknown";

type Parameter = Record<string, unknown>;

const limit: Parameter = { name: "limit", in: "query", type: "integer" };
const row = { type: "object", properties: { title: { type: "string" } } };
const answering = (schema: unknown) => ({ 200: { description: "Rows", schema } });

/** A document with one operation, of which a test changes parts. */
function document(
  parts: {
    own?: Parameter[];
    ofPath?: Parameter[];
    parameters?: Record<string, unknown>;
    responses?: Record<string, unknown>;
    named?: Record<string, unknown>;
    definitions?: Record<string, unknown>;
  } = {},
): OpenApiDocument {
  const { own = [], ofPath = [], responses = answering({ $ref: "#/definitions/Row" }) } = parts;
  return {
    swagger: "2.0",
    info: { title: "Rows", version: "1.0" },
    host: "contoso.com",
    paths: { "/rows": { parameters: ofPath, get: { operationId: "GetRows", parameters: own, responses } } },
    definitions: parts.definitions ?? { Row: row },
    parameters: parts.parameters ?? {},
    responses: parts.named ?? {},
  };
}

const needs = (name: string) => [`the operation GetRows now needs the parameter ${name}.`];
const lacks = (name: string) => [`the operation GetRows no longer has the parameter ${name}.`];
const otherType = ["the operation GetRows answers with another type."];
const required = { ...limit, required: true };

test.each([
  ["of the operation", { own: [limit] }, { own: [required] }],
  ["of the path", { ofPath: [limit] }, { ofPath: [required] }],
  ["of the path, added", {}, { ofPath: [required] }],
  ["that is referred to", { parameters: { limit } }, { own: [{ $ref: "#/parameters/limit" }] }],
])("a parameter %s that becomes necessary breaks", (_where, before, after) => {
  const named = { ...after, parameters: { limit: required } };
  expect(breakingChanges(document(before), document(named))).toEqual(needs("limit"));
  expect(breakingChanges(document(named), document(named))).toEqual([]);
});

test("a parameter that is necessary by a reference's change alone breaks", () => {
  const own = [{ $ref: "#/parameters/limit" }];
  const before = document({ own, parameters: { limit } });
  expect(breakingChanges(before, document({ own, parameters: { limit: required } }))).toEqual(needs("limit"));
});

test("a parameter that moves between operation, path and reference stays what it is", () => {
  const ways = [
    document({ own: [limit] }),
    document({ ofPath: [limit] }),
    document({ own: [{ $ref: "#/parameters/limit" }], parameters: { limit } }),
    document({ ofPath: [{ $ref: "#/parameters/limit" }], parameters: { limit } }),
  ];
  for (const before of ways) {
    for (const after of ways) expect(breakingChanges(before, after)).toEqual([]);
    expect(breakingChanges(before, document())).toEqual(lacks("limit"));
  }
});

test("an operation's own parameter comes before its path's of the same name", () => {
  const after = document({ ofPath: [required], own: [limit] });
  expect(breakingChanges(document({ own: [limit] }), after)).toEqual([]);
});

test("a body's properties count as parameters", () => {
  const body = (schema: unknown) => [{ name: "body", in: "body", schema }];
  const before = document({ own: body({ $ref: "#/definitions/Row" }) });
  const more = { type: "object", required: ["id"], properties: { ...row.properties, id: { type: "string" } } };
  expect(breakingChanges(before, document({ own: body(more) }))).toEqual(needs("body/id"));
  expect(breakingChanges(before, document({ own: body({ type: "object", properties: {} }) }))).toEqual(
    lacks("body/title"),
  );
});

test("an answer's type is that of all that it refers to, under whatever name", () => {
  const rows = answering({ type: "array", items: { $ref: "#/definitions/Row" } });
  const before = document({ responses: rows });
  const another = { type: "object", properties: { title: { type: "integer" } } };
  expect(breakingChanges(before, document({ responses: rows, definitions: { Row: another } }))).toEqual(otherType);
  const renamed = answering({ type: "array", items: { $ref: "#/definitions/Line" } });
  expect(breakingChanges(before, document({ responses: renamed, definitions: { Line: row } }))).toEqual([]);
  const shared = { 200: { $ref: "#/responses/Rows" } };
  expect(breakingChanges(before, document({ responses: shared, named: { Rows: rows[200] } }))).toEqual([]);
});

test("titles and descriptions may change; a property that is called title may not go", () => {
  const described = { ...row, title: "A row", description: "Of a table", "x-ms-summary": "Row" };
  expect(breakingChanges(document(), document({ definitions: { Row: described } }))).toEqual([]);
  expect(breakingChanges(document(), document({ definitions: { Row: { ...row, properties: {} } } }))).toEqual(
    otherType,
  );
});

test("a type that refers to itself, and a reference that leads nowhere, end", () => {
  const tree = { type: "object", properties: { below: { $ref: "#/definitions/Row" } } };
  const recursive = document({ definitions: { Row: tree } });
  expect(breakingChanges(recursive, recursive)).toEqual([]);
  const loop = document({ parameters: { a: { $ref: "#/parameters/a" } }, own: [{ $ref: "#/parameters/a" }] });
  expect(breakingChanges(loop, loop)).toEqual([]);
  expect(breakingChanges(document({ definitions: {} }), document())).toEqual(otherType);
});

test("an operation that is gone or renamed breaks; of what is not known yet nothing is said", () => {
  const renamed = document();
  renamed.paths = { "/rows": { get: { operationId: "ListRows", responses: {} } } };
  expect(breakingChanges(document(), renamed)).toEqual(["the operation GetRows is removed or renamed."]);
  const unknown = { ...renamed, paths: unknownValue as unknown as OpenApiDocument["paths"] };
  expect(breakingChanges(document(), unknown)).toEqual([]);
  expect(breakingChanges(document(), { ...renamed, host: unknownValue })).not.toEqual([]);
});
