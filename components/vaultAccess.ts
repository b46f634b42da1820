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
  private readonly assignments: { secretName?: string; assignment: RoleAssignment }[];

  constructor(name: string, args: VaultAccessArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("keyvault-connector:index:VaultAccess", name, {}, opts);
    const { vault, role, principal } = args;
    const principalId = pulumi.output(principal.objectId);
    const scopes: { secretName?: string; scope: pulumi.Output<string> }[] = args.secrets?.map(
      ({ secretName, secretId }) => ({ secretName, scope: secretId }),
    ) ?? [{ scope: vault.vaultId }];
    const made = scopes.map(({ secretName, scope }) => {
      const assignment = new RoleAssignment(
        `${name}-${secretName ?? "vault"}`,
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
      return { secretName, assignment, grant: { role, scope, principalId, assignmentId: assignment.id } };
    });
    this.assignments = made;
    this.grants = made.map(({ grant }) => grant);
    this.registerOutputs({ grants: this.grants });
  }

  /** What must be there before the principal can use the role on a secret: the assignment on it, or that on the vault. */
  assignmentsFor({ secretName }: VaultSecret): RoleAssignment[] {
    const counting = this.assignments.filter((one) => one.secretName === undefined || one.secretName === secretName);
    return counting.map(({ assignment }) => assignment);
  }
}
