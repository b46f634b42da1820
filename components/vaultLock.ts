import { ManagementLockByScope } from "@pulumi/azure-native/authorization/managementLockByScope";
import * as pulumi from "@pulumi/pulumi";
import type { KeyVault } from "./keyVault";

export interface VaultLockArgs {
  vault: KeyVault;
}

/**
 * Azure refuses to delete the vault, and what is assigned to it: role assignments, diagnostic settings, event subscriptions.
 * Changes go on. To be made after those, by `dependsOn`, so that it is removed before them.
 */
export class VaultLock extends pulumi.ComponentResource {
  constructor(name: string, args: VaultLockArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("keyvault-connector:index:VaultLock", name, {}, opts);
    const lock = new ManagementLockByScope(
      `${name}-vault`,
      {
        lockName: "keyvault-connector",
        scope: args.vault.vaultId,
        level: "CanNotDelete",
        notes: "Power Platform connectors read from this vault. To remove the lock: vault.lock in Pulumi.<stack>.yaml.",
      },
      { parent: this },
    );
    this.registerOutputs({ lockId: lock.id });
  }
}
