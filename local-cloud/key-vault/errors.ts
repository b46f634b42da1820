/** An error of a vault's data plane: https://learn.microsoft.com/azure/key-vault/general/rest-error-codes */
export class KeyVaultError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** The inner code, where the service gives one. */
    readonly inner?: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }

  body(): Record<string, unknown> {
    const innererror = this.inner === undefined ? {} : { innererror: { code: this.inner } };
    return { error: { code: this.code, message: this.message, ...innererror } };
  }
}

const recoverHint =
  "If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182";

export const keyVaultErrors = {
  notFound: (nameAndVersion: string) =>
    new KeyVaultError(
      404,
      "SecretNotFound",
      `A secret with (name/id) ${nameAndVersion} was not found in this key vault. ${recoverHint}`,
    ),
  deletedNotFound: (name: string) =>
    new KeyVaultError(404, "SecretNotFound", `Deleted Secret not found: ${name}. ${recoverHint}`),
  badParameter: (message: string) => new KeyVaultError(400, "BadParameter", message),
  disabled: () =>
    new KeyVaultError(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled"),
  deletedButRecoverable: (name: string) =>
    new KeyVaultError(
      409,
      "Conflict",
      `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
      "ObjectIsDeletedButRecoverable",
    ),
  conflict: (name: string) => new KeyVaultError(409, "Conflict", `A secret with name ${name} already exists.`),
  purgeProtected: (name: string) =>
    new KeyVaultError(
      403,
      "Forbidden",
      `Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault service will automatically purge the secret ${name} after the retention period.`,
    ),
};
