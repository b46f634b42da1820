import * as pulumi from "@pulumi/pulumi";
import { Connection, type Share } from "../power-platform";
import type { AppRegistration } from "./appRegistration";
import { servicePrincipalSignIn } from "./connectorDefinition";
import type { KeyVaultConnector } from "./keyVaultConnector";

export interface ServicePrincipalConnectionArgs {
  connector: KeyVaultConnector;
  /** The application that the connection signs in as. */
  app: AppRegistration;
  /** As makers see it. */
  displayName: string;
  /** The makers: nobody else sees a connection that a service principal made. */
  shareWith: Share[];
  /** How long it may take to become Connected, in seconds. */
  statusDeadlineSeconds: number;
}

/** A connection that signs in as a service principal, shared with the makers. */
export class ServicePrincipalConnection extends pulumi.ComponentResource {
  readonly connection: Connection;

  constructor(name: string, args: ServicePrincipalConnectionArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("keyvault-connector:index:ServicePrincipalConnection", name, {}, opts);
    const { app } = args;
    this.connection = new Connection(
      `${name}-connection`,
      {
        connector: args.connector.connector,
        displayName: args.displayName,
        parameterSet: servicePrincipalSignIn,
        parameters: { "token:clientId": app.clientId, "token:TenantId": app.tenantId },
        secretParameters: { "token:clientSecret": app.clientSecret },
        shareWith: args.shareWith,
        statusDeadlineSeconds: args.statusDeadlineSeconds,
      },
      { parent: this },
    );
    this.registerOutputs({ connectionId: this.connection.connectionId, status: this.connection.status });
  }
}
