import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "./connection";
import type { CustomConnector } from "./customConnector";
import { PowerPlatformResource } from "./resource";

export interface OperationProofArgs {
  /**
   * "direct": sign in with the same client id, secret, tenant and resource as the connection, and send the same request to
   * the backend. "runtime": call the operation through the connection, as the identity that runs Pulumi, which the platform
   * is not known to allow: a refusal is reported as not proven.
   */
  mode: pulumi.Input<"direct" | "runtime">;
  connector: CustomConnector;
  connection: Connection;
  /** Base URL of the backend, such as `https://contoso.vault.azure.net`. */
  backendUrl: pulumi.Input<string>;
  /** Path and query of the operation, such as `/secrets/name?api-version=7.4`. */
  operationPath: pulumi.Input<string>;
  /** @default "https://login.microsoftonline.com" */
  authority?: pulumi.Input<string>;
  tenantId: pulumi.Input<string>;
  clientId: pulumi.Input<string>;
  /** Resource that the token is for, such as `https://vault.azure.net`. */
  resource: pulumi.Input<string>;
  /** Only used. */
  clientSecret: pulumi.Input<string>;
  /** Compared, by hash, with what the operation answers. @default - that there is a value is enough */
  expectedValue?: pulumi.Input<string>;
  /** Property of the answer that is compared. @default "value" */
  valueProperty?: pulumi.Input<string>;
  /** How long the operation may be refused, in seconds: a role assignment takes minutes. @default 600 */
  deadlineSeconds?: pulumi.Input<number>;
}

/** Proves that an operation answers with an expected value; a failed proof fails the update. Repeated when what it proves changes. */
export class OperationProof extends PowerPlatformResource {
  declare readonly result: pulumi.Output<"proven" | "notProven">;
  /** Why nothing was proven; "" when it was. */
  declare readonly reason: pulumi.Output<string>;
  declare readonly httpStatus: pulumi.Output<number>;

  constructor(name: string, args: OperationProofArgs, opts: pulumi.CustomResourceOptions = {}) {
    const { connector, connection, deadlineSeconds, authority, valueProperty, clientSecret, expectedValue, ...same } =
      args;
    super(
      "OperationProof",
      name,
      {
        ...same,
        cloud: connector.asked.cloud,
        connectionName: connection.connectionName,
        connectionRevision: connection.secretParametersHash,
        runtimeUrl: connector.runtimeUrl,
        authority: authority ?? "https://login.microsoftonline.com",
        clientSecret: pulumi.secret(clientSecret),
        expectedValue: pulumi.secret(expectedValue ?? ""),
        valueProperty: valueProperty ?? "value",
        deadlineSeconds: deadlineSeconds ?? 600,
        result: undefined,
        reason: undefined,
        httpStatus: undefined,
        secretsHash: undefined,
      },
      {
        ...opts,
        additionalSecretOutputs: ["secretsHash", ...(opts.additionalSecretOutputs ?? [])],
      },
    );
  }
}
