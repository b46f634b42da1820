import * as pulumi from "@pulumi/pulumi";
import { OperationProof } from "../power-platform";
import type { AppRegistration } from "./appRegistration";
import type { KeyVault } from "./keyVault";
import type { KeyVaultConnector } from "./keyVaultConnector";
import type { ServicePrincipalConnection } from "./servicePrincipalConnection";
import type { VaultAccess } from "./vaultAccess";

export interface SecretProofArgs {
  /** "direct" or "runtime": see OperationProof. */
  mode: "direct" | "runtime";
  vault: KeyVault;
  app: AppRegistration;
  /** What lets the application read the vault. */
  access: VaultAccess;
  connector: KeyVaultConnector;
  connection: ServicePrincipalConnection;
  /** How long the vault may refuse, in seconds. */
  deadlineSeconds: number;
}

/** The proof that the connector's first operation answers with the secret's value. */
export class SecretProof extends pulumi.ComponentResource {
  readonly result: pulumi.Output<"proven" | "notProven">;
  readonly reason: pulumi.Output<string>;

  constructor(name: string, args: SecretProofArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("keyvault-connector:index:SecretProof", name, {}, opts);
    const { app, connector } = args;
    const [operation] = connector.operations;
    if (operation === undefined) throw new pulumi.RunError("A connector without operations cannot be proven.");
    const proof = new OperationProof(
      `${name}-operation`,
      {
        mode: args.mode,
        connector: connector.connector,
        connection: args.connection.connection,
        backendUrl: args.vault.uri,
        operationPath: operation.path,
        authority: connector.authority,
        tenantId: app.tenantId,
        clientId: app.clientId,
        resource: connector.resourceUrl,
        clientSecret: app.clientSecret?.value ?? "",
        ...(operation.secret.value ? { expectedValue: operation.secret.value } : {}),
        deadlineSeconds: args.deadlineSeconds,
      },
      { parent: this, dependsOn: args.access.assignmentsFor(operation.secret) },
    );
    this.result = proof.result;
    this.reason = proof.reason;
    this.registerOutputs({ result: this.result, reason: this.reason });
  }
}
