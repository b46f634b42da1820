import * as pulumi from "@pulumi/pulumi";
import { Connection, type Share } from "../power-platform";
import type { AppRegistration } from "./appRegistration";
import { managedIdentitySignIn, servicePrincipalSignIn } from "./connectorDefinition";
import type { KeyVaultConnector } from "./keyVaultConnector";

export interface ServicePrincipalConnectionArgs {
  connector: KeyVaultConnector;
  /** The application that the connection signs in as: with its client secret, or without one where it has none. */
  app: AppRegistration;
  /** As makers see it. */
  displayName: string;
  /** The makers: nobody else sees a connection that a service principal made. */
  shareWith: Share[];
  /** How long it may take to become Connected, in seconds. */
  statusDeadlineSeconds: number;
  /** The component's first name, when it was renamed: see Connection.identityName. */
  firstName: string;
}

/** A connection that signs in as a service principal, shared with the makers. */
export class ServicePrincipalConnection extends pulumi.ComponentResource {
  readonly connection: Connection;

  constructor(name: string, args: ServicePrincipalConnectionArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("keyvault-connector:index:ServicePrincipalConnection", name, {}, opts);
    const { app, connector } = args;
    const { clientSecret } = app;
    this.connection = new Connection(
      `${name}-connection`,
      {
        connector: connector.connector,
        identityName: `${args.firstName}-connection`,
        displayName: args.displayName,
        parameterSet: clientSecret ? servicePrincipalSignIn : managedIdentitySignIn,
        parameters: { "token:clientId": app.clientId, "token:TenantId": app.tenantId },
        ...(clientSecret ? { secretParameters: { "token:clientSecret": clientSecret.value } } : {}),
        shareWith: args.shareWith,
        statusDeadlineSeconds: args.statusDeadlineSeconds,
      },
      // Never before what it signs in with works.
      { parent: this, dependsOn: clientSecret ? [clientSecret.acceptance] : connector.trust },
    );
    this.registerOutputs({ connectionId: this.connection.connectionId, status: this.connection.status });
  }
}
