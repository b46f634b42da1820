/** What a role allows. Patterns may hold `*`. */
export interface RoleDefinition {
  id: string;
  name: string;
  description: string;
  actions: string[];
  notActions: string[];
  dataActions: string[];
  notDataActions: string[];
}

const vault = "Microsoft.KeyVault/vaults";

function role(id: string, name: string, description: string, permissions: Partial<RoleDefinition>): RoleDefinition {
  return { id, name, description, actions: [], notActions: [], dataActions: [], notDataActions: [], ...permissions };
}

/** Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
export const builtInRoles: readonly RoleDefinition[] = [
  role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", "Full access, also to assign roles.", { actions: ["*"] }),
  role("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor", "Full access, except to assign roles.", {
    actions: ["*"],
    notActions: ["Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write"],
  }),
  role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", "View everything.", { actions: ["*/read"] }),
  role("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator", "Manage access of users.", {
    actions: ["*/read", "Microsoft.Authorization/*"],
  }),
  role("f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator", "Manage role assignments.", {
    actions: ["Microsoft.Authorization/roleAssignments/*", "*/read"],
  }),
  role("00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator", "All data plane operations on a key vault.", {
    actions: ["Microsoft.Authorization/*/read", "Microsoft.KeyVault/*/read"],
    dataActions: [`${vault}/*`],
  }),
  role("4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User", "Read secret contents.", {
    dataActions: [`${vault}/secrets/getSecret/action`, `${vault}/secrets/readMetadata/action`],
  }),
  role(
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "Key Vault Secrets Officer",
    "Any action on secrets, except permissions.",
    {
      actions: ["Microsoft.Authorization/*/read", "Microsoft.KeyVault/*/read"],
      dataActions: [`${vault}/secrets/*`],
    },
  ),
  role(
    "21090545-7ca7-4776-b22c-e363652d74d2",
    "Key Vault Reader",
    "Read metadata of a key vault, not secret contents.",
    {
      actions: ["Microsoft.Authorization/*/read", "Microsoft.KeyVault/*/read"],
      dataActions: [`${vault}/*/read`, `${vault}/secrets/readMetadata/action`],
    },
  ),
  role("a68e7c17-0ab2-4c09-9a58-125dae29748c", "Key Vault Purge Operator", "Purge deleted vaults.", {
    actions: ["Microsoft.KeyVault/locations/deletedVaults/*", "Microsoft.KeyVault/deletedVaults/read"],
  }),
  role("8b54135c-b56d-4d72-a534-26097cfdc8d8", "Key Vault Data Access Administrator", "Manage access to Key Vault.", {
    actions: ["Microsoft.Authorization/roleAssignments/*", `${vault}/*/read`],
  }),
  role("e147488a-f6f5-4113-8e2d-b22465e65bf6", "Key Vault Crypto Service Encryption User", "Wrap and unwrap keys.", {
    dataActions: [`${vault}/keys/read`, `${vault}/keys/wrap/action`, `${vault}/keys/unwrap/action`],
  }),
  role("12338af0-0e69-4776-bea7-57ae8d297424", "Key Vault Crypto User", "Cryptographic operations with keys.", {
    dataActions: ["read", "update/action", "backup/action"]
      .concat(["encrypt", "decrypt", "wrap", "unwrap", "sign", "verify"].map((verb) => `${verb}/action`))
      .map((action) => `${vault}/keys/${action}`),
  }),
  role("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor", "Read, write and delete blobs.", {
    actions: ["delete", "read", "write"].map(
      (verb) => `Microsoft.Storage/storageAccounts/blobServices/containers/${verb}`,
    ),
    dataActions: ["delete", "read", "write", "move/action", "add/action"].map(
      (verb) => `Microsoft.Storage/storageAccounts/blobServices/containers/blobs/${verb}`,
    ),
  }),
  role("4d97b98b-1d4f-4787-a291-c67834d212e7", "Network Contributor", "Manage networks.", {
    actions: ["Microsoft.Network/*", "*/read"],
  }),
];

/** The role behind a role definition id of any form: a GUID, or a path that ends with one. */
export function roleById(roleDefinitionId: string): RoleDefinition | undefined {
  const guid = roleDefinitionId.toLowerCase().split("/").pop();
  return builtInRoles.find(({ id }) => id === guid);
}
