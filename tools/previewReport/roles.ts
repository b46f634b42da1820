// How far roles reach, to see when one is widened. Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles

/** What a role can do with secrets, from nothing to giving roles to others. */
interface Role {
  name: string;
  reach: number;
}

const role = (name: string, reach: number): Role => ({ name, reach });

const byId: Record<string, Role> = {
  "21090545-7ca7-4776-b22c-e363652d74d2": role("Key Vault Reader", 0),
  "acdd72a7-3385-48ef-bd42-f606fba81ae7": role("Reader", 0),
  "12338af0-0e69-4776-bea7-57ae8d297424": role("Key Vault Crypto User", 1),
  "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba": role("Key Vault Certificate User", 1),
  "4633458b-17de-408a-b874-0445c86b69e6": role("Key Vault Secrets User", 1),
  "a4417e6f-fecd-4de8-b567-7b0420556985": role("Key Vault Certificates Officer", 2),
  "14b46e9e-c2b7-41b4-b07b-48a6ebf60603": role("Key Vault Crypto Officer", 2),
  "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": role("Key Vault Secrets Officer", 2),
  "00482a5a-887f-4fb3-b363-3b7fe8e74483": role("Key Vault Administrator", 3),
  "f25e0fa2-a7c8-4377-a976-54943a77a395": role("Key Vault Contributor", 3),
  "b24988ac-6180-42a0-ab88-20f7382dd24c": role("Contributor", 3),
  "8b54135c-b56d-4d72-a534-26097cfdc8d8": role("Key Vault Data Access Administrator", 4),
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168": role("Role Based Access Control Administrator", 4),
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": role("User Access Administrator", 4),
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": role("Owner", 5),
};

/** The reach of a role that only reads the values of secrets. */
export const readsSecrets = 1;

/** A role by its definition's id or its name. A role that is not known reaches further than any that is. */
export function roleOf(definition: string): Role {
  const id = definition.split("/").at(-1)?.toLowerCase() ?? "";
  const known = byId[id] ?? Object.values(byId).find(({ name }) => name.toLowerCase() === id);
  return known ?? { name: definition.split("/").at(-1) ?? definition, reach: Number.POSITIVE_INFINITY };
}
