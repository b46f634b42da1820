import crypto from "node:crypto";

/** An OData error of Microsoft Graph: https://learn.microsoft.com/graph/errors */
export class GraphError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  body(now: Date): Record<string, unknown> {
    const id = crypto.randomUUID();
    const date = now.toISOString().replace(/\.\d{3}Z$/, "");
    return {
      error: {
        code: this.code,
        message: this.message,
        innerError: { date, "request-id": id, "client-request-id": id },
      },
    };
  }
}

export const graphErrors = {
  notFound: (id: string) =>
    new GraphError(
      404,
      "Request_ResourceNotFound",
      `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
    ),
  badRequest: (message: string) => new GraphError(400, "Request_BadRequest", message),
  unsupportedQuery: (message: string) => new GraphError(400, "Request_UnsupportedQuery", message),
  invalidFilter: (filter: string, position: number) =>
    new GraphError(
      400,
      "BadRequest",
      `Invalid filter clause: Syntax error at position ${String(position)} in '${filter}'.`,
    ),
  unknownProperty: (name: string, type: string) =>
    new GraphError(
      400,
      "BadRequest",
      `Invalid filter clause: Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`,
    ),
  conflict: (property: string) =>
    new GraphError(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      `Another object with the same value for property ${property} already exists.`,
    ),
  denied: () =>
    new GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
  unauthenticated: () =>
    new GraphError(401, "InvalidAuthenticationToken", "Access token is empty, invalid or expired."),
};
