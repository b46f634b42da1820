import * as pulumi from "@pulumi/pulumi";
import { PowerPlatformResource } from "./resource";

export interface ClientSecretAcceptanceArgs {
  /** @default "https://login.microsoftonline.com" */
  authority?: pulumi.Input<string>;
  tenantId: pulumi.Input<string>;
  clientId: pulumi.Input<string>;
  /** Only used. */
  clientSecret: pulumi.Input<string>;
  /** Resource that a token is asked for, such as `https://vault.azure.net`. */
  resource: pulumi.Input<string>;
  /** How long Entra may take to know the application and its secret, in seconds. @default 300 */
  deadlineSeconds?: pulumi.Input<number>;
}

/**
 * The fact that Entra accepts a client secret, found out by asking for a token: a new one takes seconds to spread. What uses
 * the secret depends on this, so that it never gets one that does not work yet.
 */
export class ClientSecretAcceptance extends PowerPlatformResource {
  /** How long the last new secret took. */
  declare readonly acceptedAfterSeconds: pulumi.Output<number>;

  constructor(name: string, args: ClientSecretAcceptanceArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      "ClientSecretAcceptance",
      name,
      {
        ...args,
        authority: args.authority ?? "https://login.microsoftonline.com",
        clientSecret: pulumi.secret(args.clientSecret),
        deadlineSeconds: args.deadlineSeconds ?? 300,
        clientSecretHash: undefined,
        acceptedAfterSeconds: undefined,
      },
      {
        ...opts,
        additionalSecretOutputs: ["clientSecretHash", ...(opts.additionalSecretOutputs ?? [])],
      },
    );
  }
}
