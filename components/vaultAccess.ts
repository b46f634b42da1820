import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment";
import * as pulumi from "@pulumi/pulumi";
import { uuidOf } from "../power-platform";
import type { KeyVault } from "./keyVault";
import { roleDefinitionId, type RoleName } from "./roles";
import type { VaultSecret } from "./vaultSecret";

/** Who is given a role. The type is always said: without it, Azure looks a fresh principal up, and may not find it yet. */
export interface Principal {
  /** Object id; for an application that of its service principal. */
  objectId: pulumi.Input<string>;
  type: "ServicePrincipal" | "User" | "Group";
}

export interface VaultAccessArgs {
  vault: KeyVault;
  principal: Principal;
  role: RoleName;
  /** The role counts on these secrets alone. @default - on the whole vault */
  secrets?: VaultSecret[];
}

/** One role assignment, as the stack shows it. */
export interface Grant {
  role: RoleName;
  scope: pulumi.Output<string>;
  principalId: pulumi.Output<string>;
  assignmentId: pulumi.Output<string>;
}

/** A role on a vault, or on some of its secrets. */
export class VaultAccess extends pulumi.ComponentResource {
  readonly grants: Grant[];

  constructor(name: string, args: VaultAccessArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("keyvault-connector:index:VaultAccess", name, {}, opts);
    const { vault, role, principal } = args;
    const principalId = pulumi.output(principal.objectId);
    const scopes = args.secrets?.map((secret) => ({ suffix: secret.secretName, scope: secret.secretId })) ?? [
      { suffix: "vault", scope: vault.vaultId },
    ];
    this.grants = scopes.map(({ suffix, scope }) => {
      const assignment = new RoleAssignment(
        `${name}-${suffix}`,
        {
          scope,
          principalId,
          principalType: principal.type,
          roleDefinitionId: scope.apply((id) => roleDefinitionId(id, role)),
          // The same for the same grant: a stack whose state was lost can import it without searching.
          roleAssignmentName: pulumi
            .all([scope, principalId])
            .apply(([id, objectId]) => uuidOf(id.toLowerCase(), role, objectId)),
        },
        // Azure removes the assignments of a vault with it, but says so for none of them.
        { parent: this },
      );
      return { role, scope, principalId, assignmentId: assignment.id };
    });
    this.registerOutputs({ grants: this.grants });
  }
}
