import type { Problem } from "./problems";
import type { ParsedSettings } from "./schema";

/** Operation ids where none are given: flows refer to them, so that each kind has one of its own. */
export const operationIds = { pinned: "GetSecret", latest: "GetLatestSecret", byName: "GetSecretByName" } as const;

/** The settings whose own values are right; a rule looks at what it needs, if it is there. */
type Known = Partial<ParsedSettings>;

function repeated<T>(items: readonly T[], keyOf: (item: T) => string): number[] {
  const keys = items.map((item) => keyOf(item).toLowerCase());
  return keys.flatMap((key, index) => (keys.indexOf(key) < index ? [index] : []));
}

function secretRules({ secrets = [], secretValues = {} }: Known): Problem[] {
  const names = secrets.map(({ name }) => name);
  return [
    ...repeated(secrets, ({ name }) => name).map((index) => ({
      key: `secrets[${index}].name`,
      what: "names a secret that is listed before; vaults do not distinguish upper and lower case.",
      allowed: "a name that no other secret has",
    })),
    ...Object.keys(secretValues)
      .filter((name) => !names.includes(name))
      .map((name) => ({
        key: `secretValues.${name}`,
        what: "is the value of a secret that is not listed.",
        allowed: `the names in secrets: ${names.join(", ")}`,
      })),
  ];
}

function operationRules({ connector, secrets }: Known): Problem[] {
  const { operations = [] } = connector ?? {};
  const names = secrets?.map(({ name }) => name) ?? [];
  const unknownSecrets = operations.flatMap(({ secret }, index) =>
    secret === undefined || secrets === undefined || names.includes(secret)
      ? []
      : [
          {
            key: `connector.operations[${index}].secret`,
            what: `names ${secret}, which is not listed.`,
            allowed: `the names in secrets: ${names.join(", ")}`,
          },
        ],
  );
  const sameId = repeated(operations, ({ kind, operationId }) => operationId ?? operationIds[kind]).map((index) => ({
    key: `connector.operations[${index}].operationId`,
    what: "is that of an earlier operation.",
    allowed: "an id that no other operation has",
    example: "GetOtherSecret",
  }));
  const first = names[0] ?? "";
  const samePath = repeated(operations, ({ kind, secret = first }) => (kind === "byName" ? kind : `${kind} ${secret}`));
  return [
    ...unknownSecrets,
    ...sameId,
    ...samePath.map((index) => ({
      key: `connector.operations[${index}]`,
      what: "reads the same as an earlier operation.",
      allowed: "operations of different kinds, or of different secrets",
    })),
  ];
}

function proofRules({ proof, connector, secrets = [] }: Known): Problem[] {
  const [operation] = connector?.operations ?? [];
  const read = secrets.find(({ name }) => name === (operation?.secret ?? secrets[0]?.name));
  if (proof === "none" || proof === undefined || read === undefined || read.enabled) return [];
  return [
    {
      key: "proof",
      what: `needs the secret ${read.name}, which is not enabled.`,
      allowed: "none, or a first operation that reads an enabled secret",
      example: "none",
    },
  ];
}

function vaultRules({ vault, connector }: Known, location: string | undefined): Problem[] {
  const problems: Problem[] = [];
  if (vault && vault.location === undefined && location === undefined) {
    problems.push({
      key: "vault.location",
      what: "is missing, and azure-native:location is too.",
      allowed: "an Azure region, here or in azure-native:location",
      example: "westeurope",
    });
  }
  const hasFirewall = vault?.allowedIpRanges !== undefined || vault?.allowedSubnetIds !== undefined;
  if (vault && !vault.publicNetworkAccess && hasFirewall) {
    problems.push({
      key: "vault.publicNetworkAccess",
      what: "is false, so that the allowed addresses and subnets have no effect.",
      allowed: "true with vault.allowedIpRanges or vault.allowedSubnetIds, or false without them",
      example: true,
    });
  }
  const named = /^https:\/\/([^.]+)\.vault\.azure\.net$/i.exec(connector?.resourceUrl ?? "")?.[1];
  if (vault && named !== undefined && named.toLowerCase() !== vault.name?.toLowerCase()) {
    problems.push({
      key: "connector.resourceUrl",
      what: `is the URL of a vault that is not this one${vault.name === undefined ? " (its name is generated)" : ` (${vault.name})`}.`,
      allowed: "https://vault.azure.net, or own-vault for the vault's own URL",
      example: "own-vault",
    });
  }
  return problems;
}

function connectionRules({ connection }: Known): Problem[] {
  return repeated(connection?.shareWith ?? [], ({ principalId }) => principalId).map((index) => ({
    key: `connection.shareWith[${index}].principalId`,
    what: "is listed before.",
    allowed: "each user or group once",
  }));
}

/** Mistakes that lie in how settings go together. */
export function ruleProblems(known: Known, location: string | undefined): Problem[] {
  return [
    ...vaultRules(known, location),
    ...secretRules(known),
    ...operationRules(known),
    ...connectionRules(known),
    ...proofRules(known),
  ];
}
