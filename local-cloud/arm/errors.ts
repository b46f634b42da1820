/** An error of Azure Resource Manager: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors */
export class ArmError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }

  body(): Record<string, unknown> {
    return { error: { code: this.code, message: this.message } };
  }
}

export const armErrors = {
  unauthenticated: (tenantId: string) =>
    new ArmError(
      401,
      "AuthenticationFailed",
      "Authentication failed. The 'Authorization' header is missing or invalid.",
      {
        "www-authenticate": `Bearer authorization_uri="https://login.microsoftonline.com/${tenantId}", error="invalid_token", error_description="The authentication failed because of missing 'Authorization' header."`,
      },
    ),
  forbidden: (oid: string, action: string, scope: string) =>
    new ArmError(
      403,
      "AuthorizationFailed",
      `The client '${oid}' with object id '${oid}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    ),
  missingApiVersion: () =>
    new ArmError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    ),
  invalidApiVersion: (version: string) =>
    new ArmError(400, "InvalidApiVersionParameter", `The api-version '${version}' is invalid.`),
  unknownSubscription: (id: string) =>
    new ArmError(404, "SubscriptionNotFound", `The subscription '${id}' could not be found.`),
  groupNotFound: (name: string) =>
    new ArmError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`),
  resourceNotFound: (type: string, name: string, group: string) =>
    new ArmError(
      404,
      "ResourceNotFound",
      `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    ),
  invalidType: (path: string) =>
    new ArmError(404, "InvalidResourceType", `The resource type could not be found for the path '${path}'.`),
  methodNotAllowed: (method: string) =>
    new ArmError(405, "MethodNotAllowed", `The HTTP method '${method}' is not supported at scope of the resource.`),
  unsupportedVersion: (type: string, version: string, supported: readonly string[]) =>
    new ArmError(
      400,
      "NoRegisteredProviderFound",
      `No registered resource provider found for API version '${version}' for type '${type.split("/")[1] ?? type}'. The supported api-versions are '${supported.join(", ")}'.`,
    ),
  unavailableLocation: (type: string, location: string, available: readonly string[]) =>
    new ArmError(
      400,
      "LocationNotAvailableForResourceType",
      `The provided location '${location}' is not available for resource type '${type.toLowerCase()}'. List of available regions for the resource type is '${available.join(",")}'.`,
    ),
  locked: (id: string, operation: "write" | "delete", scopes: readonly string[]) =>
    new ArmError(
      409,
      "ScopeLocked",
      `The scope '${id}' cannot perform ${operation} operation because following scope(s) are locked: '${scopes.join(",")}'. Please remove the lock and try again.`,
    ),
  invalidContent: (message: string) => new ArmError(400, "InvalidRequestContent", message),
  badRequest: (message: string, code = "BadRequest") => new ArmError(400, code, message),
  conflict: (code: string, message: string) => new ArmError(409, code, message),
};
