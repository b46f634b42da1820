// What the page shows, as the server sends it. No value of a secret is in any of these but TestResult.

export interface View {
  tenant: { id: string; name: string; domain: string };
  environment: { id: string; name: string };
  /** The maker who calls operations from the Test tab. */
  maker: { name: string; userName: string };
  applications: ApplicationView[];
  vaults: VaultView[];
  connectors: ConnectorView[];
}

export interface ApplicationView {
  displayName: string;
  clientId: string;
  objectId: string;
  /** "" while there is none. */
  servicePrincipalObjectId: string;
  created: string;
  owners: string[];
  redirectUris: string[];
  clientSecrets: { keyId: string; name: string; hint: string; starts: string; ends: string; state: CredentialState }[];
  federatedCredentials: { name: string; issuer: string; subject: string; audience: string }[];
}

export type CredentialState = "valid" | "expired" | "notYet";

export interface VaultView {
  name: string;
  id: string;
  uri: string;
  location: string;
  sku: string;
  /** Each with its meaning in words. */
  protections: { name: string; value: string; isSafe: boolean }[];
  tags: Record<string, string>;
  assignments: AssignmentView[];
  secrets: SecretView[];
  /** Locks, logs and alerts of the vault and of its resource group. */
  operations: { kind: string; name: string; what: string }[];
}

export interface AssignmentView {
  role: string;
  principal: string;
  principalType: string;
  principalId: string;
  /** "the vault", "secret …" or what lies above. */
  scope: string;
}

export interface SecretView {
  name: string;
  contentType: string;
  isEnabled: boolean;
  isDeleted: boolean;
  /** Newest first. */
  versions: { version: string; created: string; expires: string }[];
}

export interface ConnectorView {
  name: string;
  title: string;
  description: string;
  iconBrandColor: string;
  /** A data URL, or "" for an icon that lies elsewhere. */
  icon: string;
  scheme: string;
  host: string;
  basePath: string;
  environment: string;
  created: string;
  modified: string;
  redirectUrl: string;
  signIns: SignInView[];
  operations: OperationView[];
  connections: ConnectionView[];
}

export interface SignInView {
  name: string;
  title: string;
  kind: "servicePrincipal" | "managedIdentity" | "user";
  fields: { name: string; value: string }[];
}

export interface OperationView {
  operationId: string;
  summary: string;
  description: string;
  visibility: string;
  verb: string;
  path: string;
  parameters: ParameterView[];
  responses: { status: string; description: string }[];
}

export interface ParameterView {
  name: string;
  place: string;
  isRequired: boolean;
  type: string;
  defaultValue: string;
}

export interface ConnectionView {
  name: string;
  title: string;
  signIn: string;
  values: { name: string; value: string }[];
  /** How many values of it are kept sealed. */
  sealedCount: number;
  createdBy: string;
  created: string;
  modified: string;
  sharedWith: { principal: string; type: string; role: string }[];
}

/** Whether a connection can sign in right now. */
export interface ConnectionStatus {
  connector: string;
  connection: string;
  status: string;
  reason: string;
}

export interface TestRequest {
  connector: string;
  connection: string;
  operationId: string;
  parameters: Record<string, string>;
}

/** An operation as the maker called it. */
export interface TestResult {
  request: { method: string; url: string; headers: Record<string, string> };
  response: { status: number; reason: string; headers: Record<string, string>; body: string };
  /** What the definition says of an answer with this status; "" for nothing. */
  described: string;
  milliseconds: number;
}
