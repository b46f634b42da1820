import type { Cloud } from "../service";
import { rowsOf, textOf } from "./rows";
import { tableNamed } from "./tables";

const secretType = 100_000_005;

/**
 * The value of an environment variable: the one that was set, or its default; undefined when there is no such variable.
 * Of a variable of type Secret the reference to Key Vault: the service reads the secret itself when somebody signs in.
 */
export function environmentVariable(cloud: Cloud, schemaName: string): string | undefined {
  const definition = rowsOf(cloud, tableNamed("environmentvariabledefinition"))
    .values()
    .find((row) => textOf(row, "schemaname").toLowerCase() === schemaName.toLowerCase());
  if (!definition) return undefined;
  const id = textOf(definition, "environmentvariabledefinitionid");
  const value = rowsOf(cloud, tableNamed("environmentvariablevalue"))
    .values()
    .find((row) => row.environmentvariabledefinitionid === id);
  return (value && textOf(value, "value")) ?? textOf(definition, "defaultvalue");
}

/** Where a secret in Key Vault is. Source: https://learn.microsoft.com/power-apps/maker/data-platform/environmentvariables-azure-key-vault-secrets */
const secretReference =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.KeyVault\/vaults\/[^/]+\/secrets\/[^/]+$/i;

/** Why a value cannot be that of a variable of this type; undefined when it can. */
export function variableProblem(type: unknown, value: string): string | undefined {
  if (value === "") return undefined;
  if (type === secretType && !secretReference.test(value))
    return `This variable didn't save properly. '${value}' is not a reference to a secret in Azure Key Vault.`;
  if (type === 100_000_001 && Number.isNaN(Number(value))) return `'${value}' is not a number.`;
  if (type === 100_000_002 && !/^(yes|no|true|false)$/i.test(value)) return `'${value}' is neither yes nor no.`;
  if (type === 100_000_003) {
    try {
      JSON.parse(value);
    } catch {
      return `'${value}' is not JSON.`;
    }
  }
  return undefined;
}
