import { z } from "zod";

/** As much of the services' answers as is read. Everything else in them is let through unread. */

const federated = z.looseObject({ Issuer: z.string(), Subject: z.string(), Audience: z.string() });
const oAuthSettings = z.looseObject({
  redirectUrl: z.string().optional(),
  properties: z.looseObject({ FederatedIdentityCredentials: federated.nullish() }).nullish(),
});
const parameter = z.looseObject({ oAuthSettings: oAuthSettings.optional() });
const parameters = z.record(z.string(), parameter);

export const connectorSchema = z.looseObject({
  name: z.string(),
  id: z.string(),
  properties: z.looseObject({
    displayName: z.string(),
    description: z.string().nullish(),
    iconBrandColor: z.string().nullish(),
    iconUri: z.string().nullish(),
    scriptDefinitionUrl: z.string().nullish(),
    capabilities: z.array(z.string()).nullish(),
    policyTemplateInstances: z.array(z.unknown()).nullish(),
    scriptOperations: z.array(z.string()).nullish(),
    publisher: z.string().nullish(),
    createdBy: z.looseObject({ displayName: z.string().nullish(), id: z.string().nullish() }).nullish(),
    connectionParameters: parameters.nullish(),
    connectionParameterSets: z
      .looseObject({ values: z.array(z.looseObject({ name: z.string(), parameters })) })
      .nullish(),
    primaryRuntimeUrl: z.string().nullish(),
    /** Id of the row in Dataverse that it was made of. */
    metadata: z.looseObject({ xrmConnectorId: z.string().nullish() }).nullish(),
    apiDefinitions: z.looseObject({ originalSwaggerUrl: z.string().nullish() }).nullish(),
  }),
});
/** A custom connector as the service shows it. */
export type WireConnector = z.infer<typeof connectorSchema>;

export const connectorListSchema = z.looseObject({
  value: z.array(connectorSchema),
  nextLink: z.string().nullish(),
});

const status = z.looseObject({
  status: z.string(),
  error: z.looseObject({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

export const connectionSchema = z.looseObject({
  name: z.string(),
  id: z.string(),
  properties: z.looseObject({
    displayName: z.string().nullish(),
    apiId: z.string().nullish(),
    createdBy: z.looseObject({ displayName: z.string().nullish(), id: z.string().nullish() }).nullish(),
    statuses: z.array(status).default([]),
    /** Of connectors without parameter sets. */
    connectionParameters: z.record(z.string(), z.unknown()).nullish(),
    connectionParametersSet: z
      .looseObject({ name: z.string(), values: z.record(z.string(), z.looseObject({ value: z.unknown() })).nullish() })
      .nullish(),
  }),
});
/** A connection as the service shows it: without its secrets. */
export type WireConnection = z.infer<typeof connectionSchema>;

export const connectionListSchema = z.looseObject({ value: z.array(connectionSchema) });

export const permissionListSchema = z.looseObject({
  value: z.array(
    z.looseObject({
      name: z.string(),
      id: z.string(),
      properties: z.looseObject({
        roleName: z.string(),
        principal: z.looseObject({ id: z.string(), type: z.string() }),
      }),
    }),
  ),
});
export type WirePermission = z.infer<typeof permissionListSchema>["value"][number];
