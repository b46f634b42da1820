/** Built-in roles for secrets. Source: https://learn.microsoft.com/azure/key-vault/general/rbac-guide */
export const roles = {
  "Key Vault Administrator": "00482a5a-887f-4fb3-b363-3b7fe8e74483",
  "Key Vault Secrets Officer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
  "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
} as const;

export type RoleName = keyof typeof roles;

/** Id of a role's definition in the subscription of a scope, which is an ARM id. */
export function roleDefinitionId(scope: string, role: RoleName): string {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roles[role]}`;
}
