import type { Urn } from "./preview";
import type { ResourceState } from "./preview";
import { at, textOf } from "./values";

/** What a reviewer calls a resource. */
interface Kind {
  noun: string;
  plural: string;
  /** Whether its deletion or replacement loses what nobody can bring back, or breaks who uses it. */
  isPrecious: boolean;
}

const kind = (noun: string, isPrecious = false, plural = `${noun}s`): Kind => ({ noun, plural, isPrecious });

/** By the end of the type, the module in front of it: versions of a module (keyvault/v20230701) count as the module. */
const known: [type: RegExp, kind: Kind][] = [
  [/^azure-native:keyvault[^:]*:Vault$|keyvault\/keyVault:KeyVault$/i, kind("vault", true)],
  [/^azure-native:keyvault[^:]*:Secret$|keyvault\/secret:Secret$/i, kind("secret", true)],
  [/authorization[^:]*:RoleAssignment$|authorization\/assignment:Assignment$/i, kind("role assignment")],
  [/authorization[^:]*:ManagementLock/i, kind("lock")],
  [/resources[^:]*:ResourceGroup$|core\/resourceGroup:ResourceGroup$/i, kind("resource group", true)],
  [/(insights|monitor)[^:]*:DiagnosticSetting$/i, kind("diagnostic setting")],
  [/(insights|monitor)[^:]*:ScheduledQueryRule$/i, kind("alert")],
  [/operationalinsights[^:]*:Workspace$/i, kind("log workspace", true)],
  [/azuread:.*:Application$/i, kind("application", true)],
  [/azuread:.*:ServicePrincipal$/i, kind("service principal", true)],
  [/azuread:.*:ApplicationPassword$/i, kind("client secret")],
  [/azuread:.*FederatedIdentityCredential$/i, kind("federated credential")],
  [/:dynamic\/powerPlatform:CustomConnector$/, kind("connector", true)],
  [/:dynamic\/powerPlatform:Connection$/, kind("connection", true)],
  [
    /:dynamic\/powerPlatform:ClientSecretAcceptance$/,
    kind("check of a client secret", false, "checks of client secrets"),
  ],
  [/:dynamic\/powerPlatform:OperationProof$/, kind("proof of an operation", false, "proofs of operations")],
  [/random:.*:RandomPassword$/, kind("generated value", true)],
];

export function kindOf({ type }: Urn): Kind {
  const found = known.find(([pattern]) => pattern.test(type))?.[1];
  return found ?? kind(type.split(":").at(-1) ?? "resource", false);
}

export const isNoun = (urn: Urn, noun: string): boolean => kindOf(urn).noun === noun;

/** What a resource is called where it lives, or its name in the program. */
export function ownName(urn: Urn, state: ResourceState | undefined): string {
  const inputs = state?.inputs;
  const names = ["secretName", "vaultName", "displayName", "resourceGroupName", "name"];
  const applicable = isNoun(urn, "secret") ? ["secretName", "name"] : isNoun(urn, "role assignment") ? [] : names;
  const title = textOf(at(inputs, "definition", "info", "title"));
  const given = [title, ...applicable.map((name) => textOf(inputs?.[name]))].find((name) => /[a-z]/i.test(name) && !/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name)); // prettier-ignore
  return given ?? urn.name;
}
