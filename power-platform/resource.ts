import * as pulumi from "@pulumi/pulumi";

/** The types of resources whose lives are in provider.ts, under these names. */
const lives = {
  CustomConnector: "customConnector",
  Connection: "connection",
  OperationProof: "operationProof",
  ClientSecretAcceptance: "clientSecretAcceptance",
} as const;

/**
 * What the engine keeps of a provider in the state, and runs in its provider process: the text of a module whose `handler`
 * returns the provider. This is what pulumi.dynamic.Resource would make of five functions that hand each call on, without
 * its serialiser, which loads the TypeScript compiler for it (docs/decisions/0070). It says nothing but where the code is,
 * so that it never changes.
 */
const providerText = (life: string) =>
  `exports.handler = () => require("@keyvault-connector/power-platform/provider").${life};`;

/** A dynamic resource of Power Platform: the engine calls its provider in a process of Node.js. */
export abstract class PowerPlatformResource extends pulumi.CustomResource {
  constructor(type: keyof typeof lives, name: string, props: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    super(
      `pulumi-nodejs:dynamic/powerPlatform:${type}`,
      name,
      { ...props, __provider: providerText(lives[type]) },
      // The provider's text is bookkeeping that nobody wants to read in a preview.
      { ...opts, hideDiffs: ["__provider", ...(opts.hideDiffs ?? [])] },
    );
  }
}
