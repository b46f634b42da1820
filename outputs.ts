// What other stacks may rely on. This file needs the Pulumi SDK alone, so that a program elsewhere can bring a copy of it.
import * as pulumi from "@pulumi/pulumi";

/** What a connector is to other stacks. */
export interface ConnectorOutputs {
  /** Id of the Power Platform environment. */
  environmentId: string;
  applicationDisplayName: string;
  /** Application (client) id. */
  clientId: string;
  applicationObjectId: string;
  servicePrincipalObjectId: string;
  /** RFC 3339; "" without a client secret. */
  clientSecretExpires: string;
  /** `/providers/Microsoft.PowerApps/apis/{connectorName}`. */
  connectorId: string;
  /** Internal name, `shared_…`. */
  connectorName: string;
  connectorDisplayName: string;
  /** Id of its row in Dataverse; "" without one. */
  dataverseId: string;
  /** Where users are sent back to after signing in. */
  redirectUrl: string;
  /** Base of the URLs of operations; the connection's name comes next. */
  runtimeUrl: string;
  /** "" when makers make their own, like the next three. */
  connectionId: string;
  /** 32 hexadecimal digits. */
  connectionName: string;
  connectionDisplayName: string;
  connectionStatus: string;
  /** The connector's operations, with the URL under which a maker's client calls each. */
  operations: { operationId: string; secretName: string; url: string }[];
  /** Whether the first operation was seen to answer with its secret; "none" when that is switched off. */
  proof: { mode: "direct" | "runtime" | "none"; result: "proven" | "notProven" | "none"; reason: string };
}

/** What a secret is to other stacks: where it is, never its value. */
export interface SecretOutputs {
  /** ARM id, the scope of a role on this secret alone. */
  id: string;
  /** `https://{vault}.vault.azure.net/secrets/{name}`: always the latest version. */
  uri: string;
  /** 32 hexadecimal digits. */
  version: string;
  uriWithVersion: string;
}

/** The contract with other stacks: what a stack exports. Source of docs/reference/outputs.md. */
export interface StackOutputs extends ConnectorOutputs {
  /** Version of this contract, "major.minor": a name that is added raises the minor, one that goes or changes its meaning the major. */
  contractVersion: string;
  tenantId: string;
  /** Secret: shown as [secret], encrypted in the state. The first connector's, like the next; "" without one. */
  clientSecret: string;
  clientSecretKeyId: string;
  /** The client secrets' calendar: which slot is in use, when the other takes over, when the present one ends. RFC 3339. */
  rotation: { activeSlot: "a" | "b"; nextRotation: string; rotateBefore: string };
  resourceGroupName: string;
  /** ARM id. */
  vaultId: string;
  vaultName: string;
  /** `https://{name}.vault.azure.net`. */
  vaultUri: string;
  roleAssignments: { role: string; scope: string; principalId: string; id: string }[];
  /** By name; never a value. */
  secrets: Record<string, SecretOutputs>;
  /** All of them by name; the first one's are outputs of the stack too. */
  connectors: Record<string, ConnectorOutputs>;
}

/** The version of the contract that this file describes. */
export const contractVersion = "1.0";

/** Every name of the contract, with the version that brought it; the compiler holds it complete. */
export const outputSince: Readonly<Record<keyof StackOutputs, string>> = {
  contractVersion: "1.0",
  environmentId: "1.0",
  tenantId: "1.0",
  applicationDisplayName: "1.0",
  clientId: "1.0",
  applicationObjectId: "1.0",
  servicePrincipalObjectId: "1.0",
  clientSecret: "1.0",
  clientSecretKeyId: "1.0",
  clientSecretExpires: "1.0",
  rotation: "1.0",
  resourceGroupName: "1.0",
  vaultId: "1.0",
  vaultName: "1.0",
  vaultUri: "1.0",
  roleAssignments: "1.0",
  secrets: "1.0",
  connectorId: "1.0",
  connectorName: "1.0",
  connectorDisplayName: "1.0",
  dataverseId: "1.0",
  redirectUrl: "1.0",
  runtimeUrl: "1.0",
  connectionId: "1.0",
  connectionName: "1.0",
  connectionDisplayName: "1.0",
  connectionStatus: "1.0",
  operations: "1.0",
  connectors: "1.0",
  proof: "1.0",
};

/** The same names, each as an output of its own. */
export type OutputsOf<T> = { readonly [Name in keyof T]: pulumi.Output<T[Name]> };

/** Why an output of another stack cannot be read; undefined when it can. @param found the contract's version that the stack says */
export function whyUnreadable(stack: string, name: string, value: unknown, found: unknown): string | undefined {
  const [major] = contractVersion.split(".");
  if (typeof found === "string" && found.split(".")[0] !== major)
    return (
      `Stack "${stack}" follows version ${found} of the outputs' contract, and this program reads ${contractVersion}. ` +
      `Take outputs.ts from the version of keyvault-connector that deploys "${stack}".`
    );
  if (value !== undefined && value !== null) return undefined;
  const since = (outputSince as Record<string, string | undefined>)[name] ?? contractVersion;
  const follows =
    typeof found === "string"
      ? `Its outputs follow version ${found} of the contract.`
      : "It exports no contractVersion.";
  return (
    `Stack "${stack}" has no output "${name}", which is there since version ${since} of the contract. ${follows} ` +
    `Deploy "${stack}" again with a keyvault-connector whose contract is ${since} or newer, ` +
    "and check that the reference names a stack of keyvault-connector."
  );
}

/**
 * An error that says what is missing, and shows nothing else. The SDK hangs the failed promise onto it and has Node.js print all that
 * hangs on it into a trace: the whole program, for a minute.
 */
function refusal(message: string): pulumi.RunError {
  return Object.assign(new pulumi.RunError(message), { [Symbol.for("nodejs.util.inspect.custom")]: () => message });
}

/**
 * The outputs of a deployed stack, for the program of another one. Only what is used is looked for; a secret output is a secret here too.
 * @param reference such as `new pulumi.StackReference("organization/keyvault-connector/dev")`
 * @throws pulumi.RunError, when an output is used that the stack does not have: its name, and the contract's version that has it
 */
export function readOutputs(reference: pulumi.StackReference): OutputsOf<StackOutputs> {
  const found = reference.getOutput("contractVersion") as pulumi.Output<unknown>;
  const read = (name: string): pulumi.Output<unknown> =>
    pulumi.all([reference.name, reference.getOutput(name), found]).apply(([stack, value, version]: unknown[]) => {
      const reason = whyUnreadable(String(stack), name, value, version);
      if (reason !== undefined) throw refusal(reason);
      return value;
    });
  const getters = Object.keys(outputSince).map((name) => [name, { enumerable: true, get: () => read(name) }] as const);
  return Object.defineProperties({}, Object.fromEntries(getters)) as OutputsOf<StackOutputs>;
}

/** An entry of an output that is a list by name. @throws pulumi.RunError with the names that there are */
export function entryNamed<T>(kind: string, entries: Record<string, T>, name: string): T {
  const found = entries[name];
  if (found !== undefined) return found;
  const names = Object.keys(entries).join(", ") || "none";
  throw refusal(`The stack has no ${kind} "${name}". There are: ${names}.`);
}

/** One secret of a stack, by its name in the vault. @throws pulumi.RunError with the names that there are */
export const secretNamed = (outputs: OutputsOf<StackOutputs>, name: string): pulumi.Output<SecretOutputs> =>
  outputs.secrets.apply((secrets) => entryNamed("secret", secrets, name));

/** One connector of a stack, by its name in the settings. @throws pulumi.RunError with the names that there are */
export const connectorNamed = (outputs: OutputsOf<StackOutputs>, name: string): pulumi.Output<ConnectorOutputs> =>
  outputs.connectors.apply((connectors) => entryNamed("connector", connectors, name));
