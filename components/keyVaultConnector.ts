import * as pulumi from "@pulumi/pulumi";
import { type Cloud, CustomConnector } from "../power-platform";
import type { AppRegistration } from "./appRegistration";
import {
  connectorDefinition,
  operationPath,
  operationPaths,
  type OperationKind,
  type SecretOperation,
  type SignInKind,
  signInSets,
  type Visibility,
} from "./connectorDefinition";
import type { KeyVault } from "./keyVault";
import type { VaultSecret } from "./vaultSecret";

/** An operation as it is wished for: of a secret, whose version is not known yet. */
export interface OperationArgs {
  kind: OperationKind;
  operationId: string;
  summary: string;
  description: string;
  visibility: Visibility;
  /** One of the connector's secrets; what "byName" is proven with. */
  secretName: string;
}

export interface KeyVaultConnectorArgs {
  /** National cloud of the Power Platform. */
  cloud: Cloud;
  /** How the connector is written: see CustomConnector. */
  route: "auto" | "dataverse" | "powerApps";
  /** Unique name of the solution, for the route dataverse. @default - the default solution */
  solution?: string;
  /** Takes over an existing connector: see CustomConnector. @default - makes one */
  adopt?: string;
  /** The component's first name, when it was renamed: see CustomConnector.identityName. */
  firstName: string;
  /** How connections sign in. */
  signIn: SignInKind;
  environmentId: string;
  vault: KeyVault;
  app: AppRegistration;
  /** Display name. A change replaces the connector and its connections. */
  title: string;
  /** More than 30 characters, as the portal wants it. */
  description: string;
  /** The secrets that the operations read. */
  secrets: VaultSecret[];
  /** At least one; the first is the one that is proven. */
  operations: OperationArgs[];
  /** Version of the vault's API. */
  apiVersion: string;
  authority: string;
  /** Resource that tokens are for. @default - the vault's own URL */
  resourceUrl?: string;
  iconBrandColor: string;
}

/** An operation of the finished connector. */
export interface Operation {
  operationId: string;
  secret: VaultSecret;
  /** Path and query below the vault's URL. */
  path: pulumi.Output<string>;
}

/** The custom connector of a vault: its operations read secrets, and its connections sign in as the application. */
export class KeyVaultConnector extends pulumi.ComponentResource {
  readonly connector: CustomConnector;
  readonly operations: Operation[];
  readonly resourceUrl: pulumi.Output<string>;
  readonly authority: string;
  /** What must be there before a managed identity can sign in; empty for other kinds. */
  readonly trust: pulumi.Resource[];

  constructor(name: string, args: KeyVaultConnectorArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("keyvault-connector:index:KeyVaultConnector", name, {}, opts);
    const { vault, app, apiVersion, authority, title, description } = args;
    this.authority = authority;
    this.resourceUrl = args.resourceUrl === undefined ? vault.uri : pulumi.output(args.resourceUrl);
    const secretNamed = (secretName: string): VaultSecret => {
      const secret = args.secrets.find((one) => one.secretName === secretName);
      if (secret) return secret;
      throw new pulumi.RunError(`The connector ${name} has no secret ${secretName} for its operation.`);
    };
    const operations = args.operations.map((operation) =>
      // Only a pinned operation follows the version: the others stay as they are when the value changes.
      pulumi
        .output(operation.kind === "pinned" ? secretNamed(operation.secretName).version : "")
        .apply((secretVersion): SecretOperation => ({ ...operation, secretVersion })),
    );
    this.operations = args.operations.map(({ operationId, secretName }, index) => ({
      operationId,
      secret: secretNamed(secretName),
      path: pulumi
        .output(operations[index])
        .apply((operation) => (operation ? operationPath(operation, apiVersion) : "")),
    }));
    this.connector = new CustomConnector(
      `${name}-connector`,
      {
        environmentId: args.environmentId,
        // In parts: while the version of a pinned secret is not known, a preview shows that nothing else changes.
        definition: {
          ...connectorDefinition({ title, description, vaultHost: "", apiVersion, operations: [] }),
          host: vault.host,
          paths: pulumi.all(operations).apply((known) => operationPaths(known, apiVersion)),
        },
        connectionParameterSets: pulumi
          .all([app.clientId, app.tenantId, this.resourceUrl])
          .apply(([clientId, tenantId, resourceUrl]) =>
            signInSets({ clientId, tenantId, authority, resourceUrl }, args.signIn),
          ),
        ...(app.clientSecret ? { oauthClientSecret: app.clientSecret.value } : {}),
        iconBrandColor: args.iconBrandColor,
        cloud: args.cloud,
        route: args.route,
        ...(args.solution === undefined ? {} : { solution: args.solution }),
        ...(args.adopt === undefined ? {} : { adopt: args.adopt }),
        identityName: `${args.firstName}-connector`,
      },
      { parent: this, ...(app.clientSecret ? { dependsOn: [app.clientSecret.acceptance] } : {}) },
    );
    this.trust = args.signIn === "managedIdentity" ? [app.trust(name, this.connector.federatedIdentity)] : [];
    this.registerOutputs({ connectorId: this.connector.connectorId, redirectUrl: this.connector.redirectUrl });
  }
}
