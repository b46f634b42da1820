import type {
  ConnectionParameterSet,
  ConnectionParameterSets,
  OpenApiDocument,
  OpenApiOperation,
} from "../power-platform";

/** Which secret an operation reads: one version of one secret, its latest version, or the one that the caller names. */
export type OperationKind = "pinned" | "latest" | "byName";
/** How prominent the designers show an operation; "none" says nothing. Source: https://learn.microsoft.com/connectors/custom-connectors/openapi-extensions#x-ms-visibility */
export type Visibility = "none" | "important" | "advanced" | "internal";

/** An operation of the connector. */
export interface SecretOperation {
  kind: OperationKind;
  /** Unique in the connector; flows refer to it. */
  operationId: string;
  summary: string;
  description: string;
  visibility: Visibility;
  /** Name of the secret; not used by "byName". */
  secretName: string;
  /** Version of the secret, 32 hexadecimal digits; only used by "pinned". */
  secretVersion: string;
}

export interface DefinitionArgs {
  /** The connector's display name. */
  title: string;
  /** More than 30 characters. */
  description: string;
  /** Host of the vault, `contoso.vault.azure.net`. */
  vaultHost: string;
  /** Version of the vault's API that the operations send by default. */
  apiVersion: string;
  operations: SecretOperation[];
}

const secretNameParameter = "secret-name";

/** Path of an operation below the vault's URL, as it stands in the definition. */
export function pathTemplate({ kind, secretName, secretVersion }: SecretOperation): string {
  if (kind === "byName") return `/secrets/{${secretNameParameter}}`;
  return kind === "pinned" ? `/secrets/${secretName}/${secretVersion}` : `/secrets/${secretName}`;
}

/** Path and query with which the operation reads its secret; "byName" is given the operation's own. */
export function operationPath(operation: SecretOperation, apiVersion: string): string {
  const path = pathTemplate(operation).replace(`{${secretNameParameter}}`, encodeURIComponent(operation.secretName));
  return `${path}?api-version=${apiVersion}`;
}

function operationObject(operation: SecretOperation, apiVersion: string): OpenApiOperation {
  const { kind, operationId, summary, description, visibility } = operation;
  return {
    operationId,
    summary,
    description,
    ...(visibility === "none" ? {} : { "x-ms-visibility": visibility }),
    parameters: [
      ...(kind === "byName"
        ? [
            {
              name: secretNameParameter,
              in: "path",
              required: true,
              type: "string",
              "x-ms-summary": "Secret name",
              "x-ms-url-encoding": "single",
            },
          ]
        : []),
      // A text: as a number, version 7.10 would be 7.1.
      {
        name: "api-version",
        in: "query",
        required: true,
        type: "string",
        default: apiVersion,
        "x-ms-visibility": "internal",
      },
    ],
    responses: {
      200: { description: "The secret", schema: { $ref: "#/definitions/SecretBundle" } },
      default: { description: "Why the vault refused", schema: { $ref: "#/definitions/KeyVaultError" } },
    },
  };
}

const text = { type: "string" };
const integer = { type: "integer", format: "int64" };

/** Source: https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret */
const definitions = {
  SecretBundle: {
    type: "object",
    properties: {
      value: { ...text, "x-ms-summary": "Value" },
      id: { ...text, "x-ms-summary": "Identifier" },
      contentType: { ...text, "x-ms-summary": "Content type" },
      attributes: {
        type: "object",
        properties: {
          enabled: { type: "boolean" },
          nbf: integer,
          exp: integer,
          created: integer,
          updated: integer,
          recoveryLevel: text,
          recoverableDays: { type: "integer", format: "int32" },
        },
      },
      tags: { type: "object", additionalProperties: text },
    },
  },
  KeyVaultError: {
    type: "object",
    properties: { error: { type: "object", properties: { code: text, message: text } } },
  },
};

/** What the portal writes when "Enable Service Principal support" is ticked, its odd token URL included. It is informative: the parameter sets below drive the sign-in. */
const securityDefinitions = {
  "oauth2-auth": {
    type: "oauth2",
    flow: "accessCode",
    tokenUrl: "https://login.windows.net/common/oauth2/authorize",
    scopes: {},
    authorizationUrl: "https://login.microsoftonline.com/common/oauth2/authorize",
  },
  oAuthClientCredentials: {
    type: "oauth2",
    flow: "application",
    tokenUrl: "https://login.windows.net/common/oauth2/authorize",
    scopes: {},
  },
};

/** The part of the document that says what the operations are. */
export function operationPaths(operations: readonly SecretOperation[], apiVersion: string): OpenApiDocument["paths"] {
  return Object.fromEntries(operations.map((one) => [pathTemplate(one), { get: operationObject(one, apiVersion) }]));
}

/** The connector's OpenAPI 2.0 document. The same arguments give the same document, to the order of its keys. */
export function connectorDefinition(args: DefinitionArgs): OpenApiDocument {
  const { title, description, vaultHost, apiVersion, operations } = args;
  return {
    swagger: "2.0",
    info: { title, description, version: "1.0" },
    host: vaultHost,
    basePath: "/",
    schemes: ["https"],
    consumes: [],
    produces: ["application/json"],
    paths: operationPaths(operations, apiVersion),
    definitions,
    parameters: {},
    responses: {},
    securityDefinitions,
    security: [{ "oauth2-auth": [] }],
    tags: [],
  };
}

export interface SignInArgs {
  clientId: string;
  tenantId: string;
  /** Base of the authorization URL, `https://login.microsoftonline.com`. */
  authority: string;
  /** Resource that tokens are for, `https://vault.azure.net` or the vault's own URL. */
  resourceUrl: string;
}

/** How connections sign in: as the application with its client secret or with the platform's word for it, or as the user. */
export type SignInKind = "servicePrincipal" | "managedIdentity" | "user";

/** Names of the sets as the portal gives them. Connections refer to the second one. */
export const userSignIn = "oauth2-auth";
export const servicePrincipalSignIn = "oAuthClientCredentials";
/** A name of ours: the portal's is not known. */
export const managedIdentitySignIn = "managedIdentity";

const input = (displayName: string, tabIndex: number) => ({
  displayName,
  constraints: { required: "true", hidden: "false", tabIndex },
});

function userSet({ clientId, tenantId, authority, resourceUrl }: SignInArgs): ConnectionParameterSet {
  return {
    name: userSignIn,
    uiDefinition: { displayName: "Default OAuth Connection", description: "Sign in as a user" },
    parameters: {
      token: {
        type: "oauthSetting",
        oAuthSettings: {
          identityProvider: "aad",
          clientId,
          scopes: [],
          redirectMode: "GlobalPerConnector",
          properties: {
            IsFirstParty: "False",
            AzureActiveDirectoryResourceId: resourceUrl,
            IsOnbehalfofLoginSupported: true,
          },
          customParameters: {
            LoginUri: { value: authority },
            TenantId: { value: tenantId },
            ResourceUri: { value: resourceUrl },
            EnableOnbehalfOfLogin: { value: "false" },
          },
        },
      },
      "token:TenantId": {
        type: "string",
        metadata: { sourceType: "AzureActiveDirectoryTenant" },
        uiDefinition: { constraints: { required: "false", hidden: "true" } },
      },
    },
  };
}

// No `allowSharing: false` here, unlike in the published example: makers must be able to use the connection.
function servicePrincipalSet({ clientId, authority, resourceUrl }: SignInArgs): ConnectionParameterSet {
  return {
    name: servicePrincipalSignIn,
    uiDefinition: { displayName: "Service Principal Connection", description: "Sign in as an application" },
    parameters: {
      token: {
        type: "oauthSetting",
        oAuthSettings: {
          identityProvider: "aad",
          clientId,
          scopes: [],
          redirectMode: "GlobalPerConnector",
          properties: { IsFirstParty: "False", AzureActiveDirectoryResourceId: resourceUrl },
          customParameters: {
            LoginUri: { value: authority },
            TenantId: {},
            ResourceUri: { value: resourceUrl },
            grantType: { value: "client_credentials" },
          },
        },
        uiDefinition: { displayName: "Sign in", constraints: { required: "false", hidden: "true" } },
      },
      "token:clientId": { type: "string", uiDefinition: input("Client ID", 2) },
      "token:clientSecret": { type: "securestring", uiDefinition: input("Client Secret", 3) },
      "token:TenantId": {
        type: "string",
        metadata: { sourceType: "AzureActiveDirectoryTenant" },
        uiDefinition: input("Tenant", 4),
      },
    },
  };
}

/**
 * The platform signs in for the application, whose federated credential trusts it: no client secret anywhere. A preview of the
 * platform; only the form for users is published, that for applications alone is a guess (docs/decisions/0051).
 */
function managedIdentitySet({ clientId, tenantId, authority, resourceUrl }: SignInArgs): ConnectionParameterSet {
  return {
    name: managedIdentitySignIn,
    uiDefinition: { displayName: "Managed identity", description: "Sign in as an application, without a secret" },
    parameters: {
      token: {
        type: "oauthSetting",
        oAuthSettings: {
          identityProvider: "aad",
          clientId,
          clientAssertionType: "GenericFederatedIdentityCredential",
          scopes: [],
          redirectMode: "GlobalPerConnector",
          properties: {
            IsFirstParty: "False",
            AzureActiveDirectoryResourceId: resourceUrl,
            FederatedIdentityCredentials: {
              Issuer: `${authority}/${tenantId}/v2.0`,
              Subject: "",
              Audience: "api://AzureADTokenExchange",
            },
          },
          customParameters: {
            LoginUri: { value: authority },
            TenantId: {},
            ResourceUri: { value: resourceUrl },
            grantType: { value: "client_credentials_with_federated_identity_credentials" },
          },
        },
        uiDefinition: { displayName: "Sign in", constraints: { required: "false", hidden: "true" } },
      },
      "token:clientId": { type: "string", uiDefinition: input("Client ID", 2) },
      "token:TenantId": {
        type: "string",
        metadata: { sourceType: "AzureActiveDirectoryTenant" },
        uiDefinition: input("Tenant", 3),
      },
    },
  };
}

/**
 * The two kinds of sign-in that the portal's "Enable Service Principal support" makes; on-behalf-of is off, scopes are empty.
 * With a managed identity they stay beside it, so that a connection works while it is moved from one to the other.
 */
export function signInSets(args: SignInArgs, signIn: SignInKind = "servicePrincipal"): ConnectionParameterSets {
  return {
    uiDefinition: { displayName: "Authentication Type", description: "Type of authentication to be used." },
    values: [
      userSet(args),
      servicePrincipalSet(args),
      ...(signIn === "managedIdentity" ? [managedIdentitySet(args)] : []),
    ],
  };
}
