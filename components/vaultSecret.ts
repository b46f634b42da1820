import { getSecretOutput } from "@pulumi/azure-native/keyvault/getSecret";
import { Secret } from "@pulumi/azure-native/keyvault/secret";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import type { KeyVault } from "./keyVault";

export interface VaultSecretArgs {
  vault: KeyVault;
  /** 1 to 127 letters, digits and dashes. */
  secretName: string;
  /** The value; kept as a secret. @default - generated, see `length` */
  value?: pulumi.Input<string>;
  /** Number of characters of a generated value. */
  length: number;
  /** A change of this text generates another value. @default - it stays */
  window?: string;
  /** Somebody else writes newer versions: the stack makes the first one, and then only reads which is the newest. */
  managedOutside: boolean;
  /** What the value is, for those who read it, such as "text/plain". @default - nothing is said */
  contentType?: string;
  /** When the value should no longer be used. Informative: the vault goes on answering. @default - never */
  expires?: Date;
  /** False: the vault refuses to answer with it. */
  enabled: boolean;
  tags: Record<string, string>;
}

/** A secret of a vault, given or generated once. A new value is a new version; older versions stay. */
export class VaultSecret extends pulumi.ComponentResource {
  readonly secretName: string;
  /** ARM id, the scope of roles on this secret. */
  readonly secretId: pulumi.Output<string>;
  /** `https://{vault}.vault.azure.net/secrets/{name}`. */
  readonly uri: pulumi.Output<string>;
  readonly uriWithVersion: pulumi.Output<string>;
  /** 32 hexadecimal digits. */
  readonly version: pulumi.Output<string>;
  /** Secret. Absent when it is managed outside. */
  readonly value?: pulumi.Output<string>;

  constructor(name: string, args: VaultSecretArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("keyvault-connector:index:VaultSecret", name, {}, opts);
    const { vault, secretName, expires, managedOutside, window } = args;
    this.secretName = secretName;
    const keepers = window === undefined ? {} : { keepers: { window } };
    const value = pulumi.secret(
      args.value ??
        new RandomPassword(`${name}-value`, { length: args.length, special: false, ...keepers }, { parent: this })
          .result,
    );
    if (!managedOutside) this.value = value;
    const secret = new Secret(
      `${name}-secret`,
      {
        resourceGroupName: vault.resourceGroupName,
        vaultName: vault.vaultName,
        secretName,
        properties: {
          value,
          ...(args.contentType === undefined ? {} : { contentType: args.contentType }),
          attributes: {
            enabled: args.enabled,
            ...(expires === undefined ? {} : { expires: Math.floor(expires.getTime() / 1000) }),
          },
        },
        tags: args.tags,
      },
      // With the vault goes the secret; deleting it alone needs the vault's data plane (docs/decisions/0011).
      // A write of whatever property would be a new version, with the first value.
      { parent: this, deletedWith: vault.vault, ignoreChanges: managedOutside ? ["properties", "tags"] : [] },
    );
    this.secretId = secret.id;
    this.uri = secret.properties.apply(({ secretUri }) => secretUri);
    const { resourceGroupName, vaultName } = vault;
    const newest = managedOutside
      ? getSecretOutput({ resourceGroupName, vaultName, secretName: secret.name }, { parent: this })
      : secret;
    this.uriWithVersion = newest.properties.apply(({ secretUriWithVersion }) => secretUriWithVersion);
    this.version = this.uriWithVersion.apply((uri) => uri.split("/").at(-1) ?? "");
    this.registerOutputs({ secretId: this.secretId, uri: this.uri, version: this.version });
  }
}
