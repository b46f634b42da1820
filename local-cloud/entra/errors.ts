import crypto from "node:crypto";

/**
 * An error of the token endpoint.
 * Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export class EntraError extends Error {
  constructor(
    readonly status: number,
    /** The OAuth 2.0 error, such as `invalid_client`. */
    readonly error: string,
    /** The number in AADSTS… */
    readonly code: number,
    message: string,
  ) {
    super(message);
  }

  /** The body as Entra writes it. @param correlationId the client's own id of its request, when it sent one */
  body(now: Date, correlationId: string = crypto.randomUUID()): Record<string, unknown> {
    const traceId = crypto.randomUUID();
    const timestamp = now
      .toISOString()
      .replace("T", " ")
      .replace(/\.\d{3}Z$/, "Z");
    return {
      error: this.error,
      error_description: `AADSTS${String(this.code)}: ${this.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [this.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${String(this.code)}`,
    };
  }
}

const federationCodes = { issuer: 700211, audience: 700212, subject: 700213 } as const;

/** The errors that the local cloud can give, by what went wrong. */
export const entraErrors = {
  missingParameter: (name: string) =>
    new EntraError(400, "invalid_request", 900144, `The request body must contain the following parameter: '${name}'.`),
  unsupportedGrant: () =>
    new EntraError(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type."),
  unknownTenant: (tenant: string) =>
    new EntraError(
      400,
      "invalid_request",
      90002,
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
    ),
  malformedTenant: (tenant: string) =>
    new EntraError(
      400,
      "invalid_request",
      900023,
      `Specified tenant identifier '${tenant}' is neither a valid DNS name, nor a valid external domain.`,
    ),
  wrongMethod: (method: string) =>
    new EntraError(
      400,
      "invalid_request",
      900561,
      `The endpoint only accepts POST, OPTIONS requests. Received a ${method} request.`,
    ),
  noTenant: () =>
    new EntraError(
      400,
      "invalid_request",
      50059,
      "No tenant-identifying information found in either the request or implied by any provided credentials.",
    ),
  malformedClientId: (id: string) =>
    new EntraError(400, "unauthorized_client", 700038, `${id} is not a valid application identifier.`),
  unknownApplication: (id: string, tenant: string) =>
    new EntraError(
      400,
      "unauthorized_client",
      700016,
      `Application with identifier '${id}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
    ),
  missingServicePrincipal: (id: string, tenant: string) =>
    new EntraError(
      400,
      "unauthorized_client",
      7000229,
      `The client application ${id} is missing service principal in the tenant ${tenant}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`,
    ),
  disabledPrincipal: (id: string) => new EntraError(401, "invalid_client", 7000112, `Application '${id}' is disabled.`),
  missingSecret: () =>
    new EntraError(
      401,
      "invalid_client",
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
  wrongSecret: (id: string) =>
    new EntraError(
      401,
      "invalid_client",
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${id}'.`,
    ),
  expiredSecret: (id: string) =>
    new EntraError(
      401,
      "invalid_client",
      7000222,
      `The provided client secret keys for app '${id}' are expired. Visit the Azure portal to create new keys for your app, or consider using certificate credentials for added security.`,
    ),
  wrongAssertion: () => new EntraError(401, "invalid_client", 50027, "JWT token is invalid or malformed."),
  expiredAssertion: () =>
    new EntraError(401, "invalid_client", 700024, "Client assertion is not within its valid time range."),
  wrongSignature: () => new EntraError(401, "invalid_client", 700027, "Client assertion failed signature validation."),
  unknownCertificate: (thumbprint: string) =>
    new EntraError(
      401,
      "invalid_client",
      700027,
      `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${thumbprint}'.]`,
    ),
  /** What of an assertion is in none of the application's federated identity credentials. */
  noMatchingFederatedCredential: (claim: keyof typeof federationCodes, value: string) =>
    new EntraError(
      401,
      "invalid_client",
      federationCodes[claim],
      `No matching federated identity record found for presented assertion ${claim} '${value}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`,
    ),
  unknownResource: (resource: string, tenant: string) =>
    new EntraError(
      400,
      "invalid_resource",
      500011,
      `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
    ),
  scopeNotDefault: (scope: string) =>
    new EntraError(
      400,
      "invalid_scope",
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    ),
  unknownUser: (name: string) =>
    new EntraError(400, "invalid_grant", 50034, `The user account ${name} does not exist in the directory.`),
  wrongPassword: () =>
    new EntraError(400, "invalid_grant", 50126, "Error validating credentials due to invalid username or password."),
  malformedRequest: () =>
    new EntraError(400, "invalid_request", 9002313, "Invalid request. Request is malformed or invalid."),
  badRefreshToken: () =>
    new EntraError(400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid."),
  authorizationPending: () =>
    new EntraError(
      400,
      "authorization_pending",
      70016,
      "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    ),
};
