import type { Share } from "../types";
import type {
  ConnectionParameter,
  ConnectionParameterSets,
  LocalFile,
  OpenApiDocument,
  PolicyTemplateInstance,
} from "../types";

/** What the engine hands over: the resource's arguments, defaults filled in. */
export interface CustomConnectorInputs {
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
}

/** How a connector stands: written, half written, edited by somebody else, or taken over and not yet written. */
export type ConnectorStatus = "Ready" | "Incomplete" | "Drifted" | "Adopted";

/** What the state keeps. */
export interface CustomConnectorOutputs extends Omit<CustomConnectorInputs, "oauthClientSecret"> {
  connectorId: string;
  internalName: string;
  redirectUrl: string;
  runtimeUrl: string;
  status: ConnectorStatus;
  /** Where the service keeps the icon and the script that were sent; "" for none. A change of them is somebody's edit. */
  iconLocation: string;
  scriptLocation: string;
}
