import * as pulumi from "@pulumi/pulumi";

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

/* The text of these functions is kept in the state: see customConnector.ts. */
/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/require-await */
const provider: pulumi.dynamic.ResourceProvider = {
  diff: async (...a) => require("@keyvault-connector/power-platform/provider").clientSecretAcceptance.diff(...a),
  create: async (...a) => require("@keyvault-connector/power-platform/provider").clientSecretAcceptance.create(...a),
  read: async (...a) => require("@keyvault-connector/power-platform/provider").clientSecretAcceptance.read(...a),
  update: async (...a) => require("@keyvault-connector/power-platform/provider").clientSecretAcceptance.update(...a),
  delete: async (...a) => require("@keyvault-connector/power-platform/provider").clientSecretAcceptance.delete(...a),
};
/* eslint-enable */

/**
 * The fact that Entra accepts a client secret, found out by asking for a token: a new one takes seconds to spread. What uses
 * the secret depends on this, so that it never gets one that does not work yet.
 */
export class ClientSecretAcceptance extends pulumi.dynamic.Resource {
  /** How long the last new secret took. */
  declare readonly acceptedAfterSeconds: pulumi.Output<number>;

  constructor(name: string, args: ClientSecretAcceptanceArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      provider,
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
        hideDiffs: ["__provider", ...(opts.hideDiffs ?? [])],
        additionalSecretOutputs: ["clientSecretHash", ...(opts.additionalSecretOutputs ?? [])],
      },
      "powerPlatform",
      "ClientSecretAcceptance",
    );
  }
}
