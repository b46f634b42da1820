import { Vault } from "@pulumi/azure-native/keyvault/vault";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup";
import * as pulumi from "@pulumi/pulumi";
import { RandomId } from "@pulumi/random/randomId";

/** Who reaches the vault's data plane over the network. Management by ARM is not affected. */
export interface Firewall {
  /** Public addresses and CIDR ranges that are let in. */
  ipRanges: string[];
  /** ARM ids of subnets with the service endpoint Microsoft.KeyVault that are let in. */
  subnetIds: string[];
}

export interface KeyVaultArgs {
  tenantId: pulumi.Input<string>;
  /** Azure region. A change replaces the vault. */
  location: pulumi.Input<string>;
  /** 3 to 24 letters, digits and dashes, unique in the world. @default - `kv-`, the stack's name and eight random digits */
  vaultName?: string;
  /** Existing resource group. @default - one of its own */
  resourceGroupName?: string;
  sku: "standard" | "premium";
  /** 7 to 90 days in which a deleted vault or secret can be recovered. Cannot be changed later. */
  softDeleteRetentionDays: number;
  /** Nobody can remove a deleted vault before the retention ends. Cannot be switched off again. */
  purgeProtection: boolean;
  /** False: only private endpoints reach the data plane. */
  publicNetworkAccess: boolean;
  /** Lets in what it lists and nobody else. @default - all public addresses are let in */
  firewall?: Firewall;
  /** Whether `pulumi destroy` refuses to remove the vault. */
  protect: boolean;
  tags: Record<string, string>;
}

/** A name that stays the same: the stack, shortened to what a vault's name has room for, and a random suffix. */
function generatedName(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  const stack = pulumi
    .getStack()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "")
    .slice(0, 12);
  const suffix = new RandomId(`${name}-suffix`, { byteLength: 4 }, { parent });
  return pulumi.interpolate`kv-${stack}${stack === "" ? "" : "-"}${suffix.hex}`;
}

/** A vault under Azure RBAC, in a resource group of its own or in a given one. */
export class KeyVault extends pulumi.ComponentResource {
  /** ARM id. */
  readonly vaultId: pulumi.Output<string>;
  readonly vaultName: pulumi.Output<string>;
  /** `https://{name}.vault.azure.net`, without a trailing slash. */
  readonly uri: pulumi.Output<string>;
  /** `{name}.vault.azure.net`. */
  readonly host: pulumi.Output<string>;
  readonly resourceGroupName: pulumi.Output<string>;
  /** The vault itself, for options such as `deletedWith`. */
  readonly vault: Vault;

  constructor(name: string, args: KeyVaultArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("keyvault-connector:index:KeyVault", name, {}, opts);
    const { location, tags, firewall } = args;
    const child = { parent: this, protect: args.protect };
    this.resourceGroupName =
      args.resourceGroupName === undefined
        ? new ResourceGroup(`${name}-rg`, { location, tags }, child).name
        : pulumi.output(args.resourceGroupName);
    this.vault = new Vault(
      `${name}-vault`,
      {
        resourceGroupName: this.resourceGroupName,
        vaultName: args.vaultName ?? generatedName(name, this),
        location,
        tags,
        properties: {
          tenantId: args.tenantId,
          sku: { family: "A", name: args.sku },
          // Every default of the SDK that opens something is said here: without RBAC a vault has access policies,
          // and without the last four it can be reached from everywhere and by machines.
          enableRbacAuthorization: true,
          enableSoftDelete: true,
          softDeleteRetentionInDays: args.softDeleteRetentionDays,
          // The service refuses `false`.
          ...(args.purgeProtection ? { enablePurgeProtection: true } : {}),
          publicNetworkAccess: args.publicNetworkAccess ? "Enabled" : "Disabled",
          networkAcls: {
            bypass: "None",
            defaultAction: firewall === undefined ? "Allow" : "Deny",
            ipRules: (firewall?.ipRanges ?? []).map((value) => ({ value })),
            virtualNetworkRules: (firewall?.subnetIds ?? []).map((id) => ({ id })),
          },
          enabledForDeployment: false,
          enabledForDiskEncryption: false,
          enabledForTemplateDeployment: false,
        },
      },
      child,
    );
    this.vaultId = this.vault.id;
    this.vaultName = this.vault.name;
    this.uri = this.vault.properties.apply(({ vaultUri }) => vaultUri.replace(/\/+$/, ""));
    this.host = this.uri.apply((uri) => uri.replace(/^https:\/\//, ""));
    this.registerOutputs({ vaultId: this.vaultId, vaultName: this.vaultName, uri: this.uri });
  }
}
