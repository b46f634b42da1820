/** An OpenAPI 2.0 document, the only version that custom connectors take. Source: https://swagger.io/specification/v2 */
export interface OpenApiDocument {
  swagger: "2.0";
  info: {
    /** The connector's display name. A change makes another connector, since the service refuses to rename one. */
    title: string;
    description: string;
    version: string;
    [extension: `x-${string}`]: unknown;
  };
  /** Host name of the backend, without scheme. */
  host: string;
  /** Begins with a slash. */
  basePath: string;
  schemes: ("https" | "http")[];
  consumes?: string[];
  produces?: string[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  definitions?: Record<string, unknown>;
  parameters?: Record<string, unknown>;
  responses?: Record<string, unknown>;
  securityDefinitions?: Record<string, unknown>;
  security?: Record<string, string[]>[];
  tags?: { name: string; description?: string }[];
}

/** One operation of a connector. */
export interface OpenApiOperation {
  operationId: string;
  summary: string;
  description: string;
  "x-ms-visibility"?: "none" | "important" | "advanced" | "internal";
  parameters: Record<string, unknown>[];
  responses: Record<string, unknown>;
}

/** A parameter that a connection asks for. Source: https://learn.microsoft.com/connectors/custom-connectors/connection-parameters */
export interface ConnectionParameter {
  type: "string" | "securestring" | "oauthSetting";
  oAuthSettings?: OAuthSettings;
  metadata?: Record<string, unknown>;
  uiDefinition?: Record<string, unknown>;
}

/** How a connection signs in. */
export interface OAuthSettings {
  identityProvider: string;
  clientId?: string;
  scopes: string[];
  redirectMode: "Global" | "GlobalPerConnector";
  properties?: Record<string, unknown>;
  customParameters: Record<string, { value?: string | boolean }>;
}

/** The kinds of sign-in among which whoever makes a connection chooses. */
export interface ConnectionParameterSets {
  uiDefinition: { displayName: string; description: string };
  values: ConnectionParameterSet[];
}

export interface ConnectionParameterSet {
  /** Named in connections; must not change while there are any. */
  name: string;
  uiDefinition: { displayName: string; description: string };
  metadata?: Record<string, unknown>;
  parameters: Record<string, ConnectionParameter>;
}
