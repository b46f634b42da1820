// Power Platform as Pulumi resources. Programs import from here; the engine's provider process loads provider.ts.
export { type Cloud, cloudNames, clouds } from "./client/clouds";
export { ClientSecretAcceptance, type ClientSecretAcceptanceArgs } from "./clientSecretAcceptance";
export { Connection, type ConnectionArgs } from "./connection";
export { CustomConnector, type CustomConnectorArgs } from "./customConnector";
export { uuidOf } from "./identity";
export { OperationProof, type OperationProofArgs } from "./operationProof";
export type {
  ConnectionParameter,
  ConnectionParameterSet,
  ConnectionParameterSets,
  OAuthSettings,
  OpenApiDocument,
  OpenApiOperation,
  PolicyTemplateInstance,
  SecretVariable,
  Share,
} from "./types";
