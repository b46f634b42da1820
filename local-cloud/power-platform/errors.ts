/** An error of the Power Platform services: `{"error":{"code","message"}}`. */
export class PowerPlatformError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: { code: string; message: string }[] = [],
  ) {
    super(message);
  }

  body(): Record<string, unknown> {
    const details = this.details.length > 0 ? { details: this.details } : {};
    return { error: { code: this.code, message: this.message, ...details } };
  }
}

/** Codes as clients met them; of the wordings only the first is the service's own (docs/decisions/0033). */
export const powerPlatformErrors = {
  environmentNotFound: (environment: string, tenantId: string) =>
    new PowerPlatformError(
      404,
      "ServiceToServiceEnvironmentNotFound",
      `The environment '${environment}' could not be found in the tenant '${tenantId}'.`,
    ),
  adminEnvironmentNotFound: (environment: string) =>
    new PowerPlatformError(404, "EnvironmentNotFound", `The environment '${environment}' could not be found.`),
  missingFilter: () =>
    new PowerPlatformError(
      400,
      "MissingEnvironmentFilter",
      "The request needs the query $filter=environment eq '<environment>'.",
    ),
  apiVersion: (given: string | undefined) =>
    given
      ? new PowerPlatformError(
          400,
          "InvalidApiVersion",
          `The api-version '${given}' is not supported. Dates from 2015-02-01 to 2025-04-01 are, such as 2016-11-01.`,
        )
      : new PowerPlatformError(400, "MissingApiVersionParameter", "The request needs the query api-version."),
  unauthenticated: () =>
    new PowerPlatformError(401, "InvalidAuthenticationToken", "The access token is invalid or expired."),
  notRegistered: (clientId: string, path: string) =>
    new PowerPlatformError(
      403,
      "Forbidden",
      `The service principal with id '${clientId}' does not have permission to access the path '${path}'.`,
    ),
  usersOnly: () =>
    new PowerPlatformError(403, "Forbidden", "Service principals cannot register themselves or other applications."),
  connectorNotFound: (name: string) =>
    new PowerPlatformError(404, "ApiResourceNotFound", `Could not find API '${name}'.`),
  connectorForbidden: (objectId: string, name: string) =>
    new PowerPlatformError(
      403,
      "ApiAuthorizationFailed",
      `The caller object id '${objectId}' does not have the required permission on API '${name}'.`,
    ),
  connectorExists: (displayName: string) =>
    new PowerPlatformError(
      409,
      "ApiAlreadyExists",
      `A custom connector with the title '${displayName}' already exists in this environment.`,
    ),
  connectionNotFound: (id: string, connector: string) =>
    new PowerPlatformError(404, "ConnectionNotFound", `Could not find connection '${id}' for API '${connector}'.`),
  connectionForbidden: (objectId: string, id: string, connector: string) =>
    new PowerPlatformError(
      403,
      "ConnectionAuthorizationFailed",
      `The caller with object id '${objectId}' does not have the minimum required permission to perform the requested operation on connection '${id}' under API '${connector}'.`,
    ),
  policyNotFound: (name: string) =>
    new PowerPlatformError(404, "PolicyNotFound", `The policy '${name}' could not be found.`),
  invalid: (message: string, code = "InvalidRequestContent") => new PowerPlatformError(400, code, message),
};
