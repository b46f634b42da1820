import type { Cloud } from "../client/clouds";
import type { ChosenRoute } from "../routes/choose";
import type { FileLocations, RouteName } from "../routes/route";
import type {
  ConnectionParameter,
  ConnectionParameterSets,
  LocalFile,
  OpenApiDocument,
  PolicyTemplateInstance,
  SecretVariable,
  Share,
} from "../types";

/** What the engine hands over: the resource's arguments, defaults filled in. */
export interface CustomConnectorInputs {
  cloud: Cloud;
  /** "auto" looks at what the environment has. */
  route: "auto" | RouteName;
  /** Unique name of the solution, for Dataverse. */
  solution?: string;
  environmentId: string;
  definition: OpenApiDocument;
  connectionParameterSets?: ConnectionParameterSets;
  connectionParameters: Record<string, ConnectionParameter>;
  iconBrandColor: string;
  capabilities: string[];
  policies: PolicyTemplateInstance[];
  scriptOperations: string[];
  icon?: LocalFile;
  script?: LocalFile;
  publisher?: string;
  stackOwner?: string;
  shareWith: Share[];
  /** Internal name, id or display name of the connector to take over. */
  adopt?: string;
  deleteWhileUsed: boolean;
  identity: string;
  signInRevision: string;
  /** Only sent. */
  oauthClientSecret?: string;
  /** For Dataverse, which keeps no client secrets. */
  oauthClientSecretVariable?: SecretVariable;
}

/** What a federated credential of the application must say. */
export interface FederatedIdentity {
  issuer: string;
  subject: string;
  audience: string;
}

/** How a connector stands: written, half written, edited by somebody else, or taken over and not yet written. */
export type ConnectorStatus = "Ready" | "Incomplete" | "Drifted" | "Adopted";

/** What the state keeps. */
export interface CustomConnectorOutputs
  extends Omit<CustomConnectorInputs, "oauthClientSecret">, ChosenRoute, FileLocations {
  /** Id of its row in Dataverse; "" without one. */
  dataverseId: string;
  connectorId: string;
  internalName: string;
  redirectUrl: string;
  runtimeUrl: string;
  /** As whom the platform signs in for the application; empty texts without a managed identity. */
  federatedIdentity: FederatedIdentity;
  status: ConnectorStatus;
}
