"use strict";

const definition = (title) => ({
  swagger: "2.0",
  info: { title, description: "Reads a secret of a key vault as a service principal", version: "1.0" },
  host: "contoso.vault.azure.net",
  basePath: "/",
  schemes: ["https"],
  paths: {
    "/secrets/one": {
      get: { operationId: "GetSecret", summary: "GetSecret", responses: { default: { description: "default" } } },
    },
  },
});

const connectionParameters = (clientId) => ({
  token: {
    type: "oauthSetting",
    oAuthSettings: {
      identityProvider: "aad",
      clientId,
      scopes: [],
      redirectMode: "GlobalPerConnector",
      customParameters: { ResourceUri: { value: "https://vault.azure.net" } },
    },
  },
});

const clientId = "10ca1c10-0000-4000-8000-000000000001";

/** Inputs of a connector for our provider. */
const connectorInputs = (title, environmentId) => ({
  cloud: "public",
  route: "powerApps",
  environmentId,
  definition: definition(title),
  connectionParameters: connectionParameters(clientId),
  oauthClientSecret: "a-client-secret-of-the-bench",
  iconBrandColor: "#007ee5",
  capabilities: [],
  policies: [],
  scriptOperations: [],
  shareWith: [],
  deleteWhileUsed: false,
  identity: `identity of ${title}`,
  signInRevision: "1",
});

/** The same as files of paconn. */
const paconnFiles = (title) => ({
  "definition.json": definition(title),
  "properties.json": {
    properties: { iconBrandColor: "#007ee5", capabilities: [], connectionParameters: connectionParameters(clientId) },
  },
});

module.exports = { connectorInputs, paconnFiles };
