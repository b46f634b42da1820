/** An OpenAPI 2.0 document, the only version that custom connectors take. Source: https://swagger.io/specification/v2 */
export interface OpenApiDocument {
  swagger: "2.0";
  info: {
    /** The connector's display name. A change makes another connector, since the service refuses to rename one. */
    title: string;
    description?: string;
    version: string;
    [extension: `x-${string}`]: unknown;
  };
  /** Host name of the backend, without scheme. */
  host: string;
  /** Begins with a slash. @default "/" */
  basePath?: string;
  /** @default https */
  schemes?: string[];
  consumes?: string[];
  produces?: string[];
  paths: Record<string, Record<string, OpenApiOperation | Record<string, unknown>[]>>;
  definitions?: Record<string, unknown>;
  parameters?: Record<string, unknown>;
  responses?: Record<string, unknown>;
  securityDefinitions?: Record<string, unknown>;
  security?: Record<string, string[]>[];
  tags?: { name: string; description?: string }[];
}

/** One operation of a connector. */
export interface OpenApiOperation {
  /** Flows refer to it. */
  operationId?: string;
  summary?: string;
  description?: string;
  "x-ms-visibility"?: "none" | "important" | "advanced" | "internal";
  parameters?: Record<string, unknown>[];
  responses: Record<string, unknown>;
  [other: string]: unknown;
}

/** A parameter that a connection asks for. Source: https://learn.microsoft.com/connectors/custom-connectors/connection-parameters */
export interface ConnectionParameter {
  type: "string" | "securestring" | "oauthSetting" | "gatewaySetting" | "bool" | "int";
  /** Of type oauthSetting. Never with a client secret: see `oauthClientSecret`. */
  oAuthSettings?: OAuthSettings;
  metadata?: Record<string, unknown>;
  uiDefinition?: Record<string, unknown>;
}

/** How a connection signs in. */
export interface OAuthSettings {
  identityProvider: string;
  clientId?: string;
  /** "GenericFederatedIdentityCredential": without a client secret. A preview of the platform. */
  clientAssertionType?: string;
  scopes?: string[];
  /** The service makes it GlobalPerConnector, whatever is sent. */
  redirectMode?: string;
  properties?: Record<string, unknown>;
  customParameters?: Record<string, { value?: string | boolean }>;
}

/** The kinds of sign-in among which whoever makes a connection chooses. */
export interface ConnectionParameterSets {
  uiDefinition?: { displayName: string; description: string };
  values: ConnectionParameterSet[];
}

export interface ConnectionParameterSet {
  /** Named in connections; must not change while there are any. */
  name: string;
  uiDefinition?: { displayName: string; description: string };
  metadata?: Record<string, unknown>;
  parameters: Record<string, ConnectionParameter>;
}

/** A policy of a connector. Source: https://learn.microsoft.com/connectors/custom-connectors/policy-templates */
export interface PolicyTemplateInstance {
  /** Such as "setheader" or "dynamichosturl". */
  templateId: string;
  title?: string;
  /** Named `x-ms-apimTemplateParameter.…`, and `x-ms-apimTemplate-policySection` ("Request" or "Response"). */
  parameters?: Record<string, unknown>;
}

/** A file that is read when the connector is written. */
export interface LocalFile {
  path: string;
  /** Of its content: a change of the content is a change of the connector. */
  sha256: string;
}

/** An environment variable of Dataverse that holds a client secret by naming it in Azure Key Vault. */
export interface SecretVariable {
  /** Its schema name, with the publisher's prefix: "contoso_KeyVaultAccessSecret". */
  schemaName: string;
  /**
   * Resource id of the secret in Key Vault, `/subscriptions/…/vaults/…/secrets/…`: the variable is made, and deleted with the
   * connector. @default - a variable that is there already
   */
  secretId?: string;
}

/** Someone with whom a connector or a connection is shared. */
export interface Share {
  /** Object id in Entra. */
  principalId: string;
  principalType: "User" | "Group";
  /** CanView uses it, CanViewWithShare also shares it, CanEdit also changes it. */
  role: "CanView" | "CanViewWithShare" | "CanEdit";
}
