import SwaggerParser from "@apidevtools/swagger-parser";
import fc from "fast-check";
import {
  connectorDefinition,
  type DefinitionArgs,
  operationPath,
  pathTemplate,
  type SecretOperation,
} from "../../../components/connectorDefinition";
import type { OpenApiDocument, OpenApiOperation } from "../../../power-platform";

const version = "0123456789abcdef0123456789abcdef";

const operation = (parts: Partial<SecretOperation>): SecretOperation => ({
  kind: "pinned",
  operationId: "GetSecret",
  summary: "Get secret",
  description: "Reads the secret",
  visibility: "none",
  secretName: "ppsecret1",
  secretVersion: version,
  ...parts,
});

const args = (...operations: SecretOperation[]): DefinitionArgs => ({
  title: "KeyVaultAccess",
  description: "Reads secrets of the key vault as a service principal",
  vaultHost: "kv-contoso-dev.vault.azure.net",
  apiVersion: "7.4",
  operations,
});

/** Throws what is wrong with an OpenAPI 2.0 document: its shape, its references, ids and path parameters. */
async function validate(document: unknown): Promise<void> {
  // A copy: references are resolved in place.
  await SwaggerParser.validate(JSON.parse(JSON.stringify(document)) as Parameters<typeof SwaggerParser.validate>[0]);
}

/** The operations of a document, by path. */
const operationsOf = ({ paths }: OpenApiDocument): Map<string, OpenApiOperation> =>
  new Map(Object.entries(paths).map(([path, { get }]) => [path, get as OpenApiOperation]));

describe("the validator", () => {
  it("sees what is wrong", async () => {
    const document = connectorDefinition(args(operation({ kind: "byName" })));
    const [[path, get] = ["", undefined]] = operationsOf(document);
    await expect(validate({ ...document, paths: { "/secrets/{other}": { get } } })).rejects.toThrow("other");
    await expect(validate({ ...document, definitions: {} })).rejects.toThrow("SecretBundle");
    await expect(validate({ ...document, paths: { [path]: { get }, "/twice": { get } } })).rejects.toThrow();
  });
});

describe.each(["pinned", "latest", "byName"] as const)("an operation of kind %s", (kind) => {
  const paths = {
    pinned: [`/secrets/ppsecret1/${version}`, `/secrets/ppsecret1/${version}`],
    latest: ["/secrets/ppsecret1", "/secrets/ppsecret1"],
    byName: ["/secrets/{secret-name}", "/secrets/ppsecret1"],
  } as const;
  const [template, path] = paths[kind];
  const one = operation({ kind });
  const document = connectorDefinition(args(one));
  const get = operationsOf(document).get(template);

  it("makes a valid OpenAPI 2.0 document", async () => {
    await validate(document);
    expect(document).toMatchObject({
      swagger: "2.0",
      info: { title: "KeyVaultAccess", version: "1.0" },
      host: "kv-contoso-dev.vault.azure.net",
      basePath: "/",
      schemes: ["https"],
    });
  });

  it("has its path and says what it is", () => {
    expect(Object.keys(document.paths)).toEqual([template]);
    expect(pathTemplate(one)).toBe(template);
    expect(operationPath(one, "7.4")).toBe(`${path}?api-version=7.4`);
    expect(get).toMatchObject({ operationId: "GetSecret", summary: "Get secret", description: "Reads the secret" });
  });

  it("sends the version of the API without asking for it, as a text", () => {
    const parameters = get?.parameters ?? [];
    expect(parameters.find(({ name }) => name === "api-version")).toEqual({
      name: "api-version",
      in: "query",
      required: true,
      type: "string",
      default: "7.4",
      "x-ms-visibility": "internal",
    });
    expect(parameters).toHaveLength(kind === "byName" ? 2 : 1);
  });

  it("says how prominent it is only when asked to", () => {
    expect(get).not.toHaveProperty("x-ms-visibility");
    const important = connectorDefinition(args(operation({ kind, visibility: "important" })));
    expect(operationsOf(important).get(template)).toHaveProperty("x-ms-visibility", "important");
  });
});

it("has one document for all kinds at once", async () => {
  const document = connectorDefinition(
    args(
      operation({ operationId: "A" }),
      operation({ operationId: "B", kind: "latest" }),
      operation({ operationId: "C", kind: "byName" }),
      operation({ operationId: "D", kind: "latest", secretName: "other" }),
    ),
  );
  await validate(document);
  expect([...operationsOf(document).values()].map(({ operationId }) => operationId)).toEqual(["A", "B", "C", "D"]);
});

describe("whatever the settings", () => {
  const secretName = fc.stringMatching(/^[0-9A-Za-z-]{1,127}$/);
  const anyOperation = fc.record({
    kind: fc.constantFrom("pinned", "latest", "byName"),
    operationId: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/),
    summary: fc.stringMatching(/^[^/()]{1,80}$/),
    description: fc.string({ minLength: 1, maxLength: 1000, unit: "grapheme" }),
    visibility: fc.constantFrom("none", "important", "advanced", "internal"),
    secretName,
    secretVersion: fc.stringMatching(/^[0-9a-f]{32}$/),
  }) satisfies fc.Arbitrary<SecretOperation>;
  const anyArgs = fc.record({
    title: fc.string({ minLength: 1, maxLength: 64, unit: "grapheme" }),
    description: fc.string({ minLength: 31, maxLength: 500, unit: "grapheme" }),
    vaultHost: fc.stringMatching(/^[a-z][a-z0-9]{2,23}$/).map((name) => `${name}.vault.azure.net`),
    apiVersion: fc.constantFrom("7.0", "7.4", "7.10", "2025-07-01"),
    operations: fc
      .uniqueArray(anyOperation, { minLength: 1, maxLength: 6, selector: ({ operationId }) => operationId })
      .filter((all) => new Set(all.map(pathTemplate)).size === all.length),
  }) satisfies fc.Arbitrary<DefinitionArgs>;

  it("is a valid document", async () => {
    await fc.assert(
      fc.asyncProperty(anyArgs, async (settings) => {
        await validate(connectorDefinition(settings));
      }),
      { numRuns: 60 },
    );
  });

  it("is the same document, byte for byte, for the same arguments", () => {
    fc.assert(
      fc.property(anyArgs, (settings) => {
        const again = JSON.parse(JSON.stringify(settings)) as DefinitionArgs;
        expect(JSON.stringify(connectorDefinition(again))).toBe(JSON.stringify(connectorDefinition(settings)));
      }),
    );
  });

  it("has a path for each operation, which is the one that is called", () => {
    fc.assert(
      fc.property(anyArgs, (settings) => {
        const operations = operationsOf(connectorDefinition(settings));
        expect([...operations.keys()].sort()).toEqual(settings.operations.map(pathTemplate).sort());
        for (const one of settings.operations) {
          const template = pathTemplate(one);
          expect(operations.get(template)).toMatchObject({ operationId: one.operationId, summary: one.summary });
          const url = new URL(operationPath(one, settings.apiVersion), `https://${settings.vaultHost}`);
          expect(url.pathname).toBe(template.replace("{secret-name}", one.secretName));
          expect(url.pathname.split("/").slice(1, 3)).toEqual(["secrets", one.secretName]);
          expect([...url.searchParams]).toEqual([["api-version", settings.apiVersion]]);
        }
      }),
    );
  });
});
