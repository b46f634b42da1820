import type { Problem } from "./problems";
import type { ParsedSettings } from "./schema";

/** Operation ids where none are given: flows refer to them, so that each kind has one of its own. */
export const operationIds = { pinned: "GetSecret", latest: "GetLatestSecret", byName: "GetSecretByName" } as const;

/** What a secret is called in the vault. */
export const vaultNameOf = ({ name, vaultName }: { name: string; vaultName?: string | undefined }): string =>
  vaultName ?? name;

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
    ...repeated(secrets, vaultNameOf).flatMap((index) =>
      secrets[index]?.vaultName === undefined
        ? []
        : [
            {
              key: `secrets[${index}].vaultName`,
              what: "is the name of an earlier secret in the vault.",
              allowed: "a name that no other secret has",
            },
          ],
    ),
    ...secrets.flatMap(({ name, rotationDays, managedOutside }, index) => {
      const reason = managedOutside
        ? "is of no use to a secret that is managed outside."
        : secretValues[name] === undefined
          ? undefined
          : "is of no use to a given value: only generated ones can be generated anew.";
      return rotationDays === undefined || reason === undefined
        ? []
        : [{ key: `secrets[${index}].rotationDays`, what: reason, allowed: "no rotationDays here" }];
    }),
    ...Object.keys(secretValues)
      .filter((name) => !names.includes(name))
      .map((name) => ({
        key: `secretValues.${name}`,
        what: "is the value of a secret that is not listed.",
        allowed: `the names in secrets: ${names.join(", ")}`,
      })),
  ];
}

type Operations = ParsedSettings["connector"]["operations"];

/** @param at key of the list */
function operationRules(at: string, operations: Operations, names: string[] | undefined, first: string): Problem[] {
  const unknownSecrets = operations.flatMap(({ secret }, index) =>
    secret === undefined || names === undefined || names.includes(secret)
      ? []
      : [
          {
            key: `${at}[${index}].secret`,
            what: `names ${secret}, which is not listed.`,
            allowed: `the names in secrets: ${names.join(", ")}`,
          },
        ],
  );
  const sameId = repeated(operations, ({ kind, operationId }) => operationId ?? operationIds[kind]).map((index) => ({
    key: `${at}[${index}].operationId`,
    what: "is that of an earlier operation.",
    allowed: "an id that no other operation has",
    example: "GetOtherSecret",
  }));
  const samePath = repeated(operations, ({ kind, secret = first }) => (kind === "byName" ? kind : `${kind} ${secret}`));
  return [
    ...unknownSecrets,
    ...sameId,
    ...samePath.map((index) => ({
      key: `${at}[${index}]`,
      what: "reads the same as an earlier operation.",
      allowed: "operations of different kinds, or of different secrets",
    })),
  ];
}

function connectorRules({ connector, connectors = [], secrets, application }: Known): Problem[] {
  const names = secrets?.map(({ name }) => name);
  const first = names?.[0] ?? "";
  const listed = connectors.flatMap((one, index) => {
    const at = `connectors[${index}]`;
    const unknown = (one.secrets ?? []).flatMap((secret, position) =>
      names === undefined || names.includes(secret)
        ? []
        : [
            {
              key: `${at}.secrets[${position}]`,
              what: `names ${secret}, which is not listed.`,
              allowed: `the names in secrets: ${names.join(", ")}`,
            },
          ],
    );
    const operations = operationRules(`${at}.operations`, one.operations ?? [], names, one.secrets?.[0] ?? first);
    return [...unknown, ...operations, ...shareRules(`${at}.shareWith`, one.shareWith ?? [])];
  });
  const allNames = connectors.map(({ name }) => ({ name }));
  const earlier = connectors.flatMap(({ renamedFrom }, index) =>
    renamedFrom
      .filter((name) => connectors.some((one) => one.name === name))
      .map((name) => ({
        key: `connectors[${index}].renamedFrom`,
        what: `names ${name}, which is still listed.`,
        allowed: "earlier names that no connector has now",
      })),
  );
  return [
    ...operationRules("connector.operations", connector?.operations ?? [], names, first),
    ...listed,
    ...earlier,
    ...repeated(allNames, ({ name }) => name).map((index) => ({
      key: `connectors[${index}].name`,
      what: "is that of an earlier connector.",
      allowed: "a name that no other connector has",
    })),
    ...repeated(
      connectors,
      ({ title, powerPlatformEnvironmentId = "" }) => `${powerPlatformEnvironmentId} ${title}`,
    ).map((index) => ({
      key: `connectors[${index}].title`,
      what: "is that of an earlier connector of the same environment.",
      allowed: "a title that no other connector of the environment has",
    })),
    ...(application &&
    !application.perConnector &&
    connectors.some(({ applicationDisplayName }) => applicationDisplayName)
      ? [
          {
            key: "application.perConnector",
            what: "is false, so that connectors cannot have applicationDisplayName.",
            allowed: "true, or no connectors[…].applicationDisplayName",
            example: true,
          },
        ]
      : []),
  ];
}

function proofRules({ proof, connector, connectors = [], secrets = [] }: Known): Problem[] {
  if (proof === "none") return [];
  const lists =
    connectors.length > 0 ? connectors : [{ operations: connector?.operations, secrets: undefined, signIn: undefined }];
  const signIns = lists.map(({ signIn }) => signIn ?? connector?.signIn);
  const impossible = proof === "direct" && signIns.includes("managedIdentity");
  const disabled = lists.flatMap((one) => {
    const [operation] = one.operations ?? (one.secrets ? [] : (connector?.operations ?? []));
    const name = operation?.secret ?? one.secrets?.[0] ?? secrets[0]?.name;
    return secrets.filter((secret) => secret.name === name && !secret.enabled);
  });
  return [
    ...(impossible
      ? [
          {
            key: "proof",
            what: "is direct, for which a managed identity has no client secret to sign in with.",
            allowed: "runtime or none",
            example: "runtime",
          },
        ]
      : []),
    ...[...new Set(disabled.map(({ name }) => name))].map((name) => ({
      key: "proof",
      what: `needs the secret ${name}, which is not enabled.`,
      allowed: "none, or a first operation that reads an enabled secret",
      example: "none",
    })),
  ];
}

/** Graph takes client secrets of up to two years. Source: https://learn.microsoft.com/graph/api/application-addpassword */
const longestLifeDays = 730;

function rotationRules({ rotation }: Known): Problem[] {
  if (rotation === undefined) return [];
  const { periodDays, graceDays, settleDays, runEveryDays } = rotation;
  const problems: Problem[] = [];
  if (2 * periodDays + graceDays > longestLifeDays) {
    problems.push({
      key: "rotation.periodDays",
      what: `makes client secrets last ${2 * periodDays + graceDays} days (two periods and graceDays); Entra takes ${longestLifeDays}.`,
      allowed: "a shorter period",
      example: 180,
    });
  }
  if (settleDays >= periodDays) {
    problems.push({
      key: "rotation.settleDays",
      what: "is not shorter than a period, so that a new client secret would never be used.",
      allowed: `less than rotation.periodDays (${periodDays})`,
      example: 0,
    });
  }
  if (runEveryDays + settleDays > periodDays + graceDays) {
    problems.push({
      key: "rotation.runEveryDays",
      what: "is so long that a client secret expires before the run that replaces it.",
      allowed: `at most rotation.periodDays and graceDays less settleDays (${periodDays + graceDays - settleDays})`,
      example: 31,
    });
  }
  return problems;
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
  const named = /^https:\/\/([^.]+)\.vault\.(?:azure|usgovcloudapi)\.(?:net|cn)$/i.exec(
    connector?.resourceUrl ?? "",
  )?.[1];
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

/** Settings of an alert that nobody gets. */
function monitoringRules({ monitoring }: Known): Problem[] {
  if (monitoring === undefined || monitoring.enabled) return [];
  const { workspaceId, emails, actionGroupIds } = monitoring;
  if (workspaceId === undefined && emails.length === 0 && actionGroupIds.length === 0) return [];
  return [
    {
      key: "monitoring.enabled",
      what: "is false, so that the workspace and the receivers beside it have no effect.",
      allowed: "true, or no monitoring.workspaceId, monitoring.emails and monitoring.actionGroupIds",
      example: true,
    },
  ];
}

type Shares = ParsedSettings["connection"]["shareWith"];

function shareRules(at: string, shares: Shares): Problem[] {
  return repeated(shares, ({ principalId }) => principalId).map((index) => ({
    key: `${at}[${index}].principalId`,
    what: "is listed before.",
    allowed: "each user or group once",
  }));
}

/** Mistakes that lie in how settings go together. */
export function ruleProblems(known: Known, location: string | undefined): Problem[] {
  return [
    ...vaultRules(known, location),
    ...monitoringRules(known),
    ...secretRules(known),
    ...connectorRules(known),
    ...shareRules("connection.shareWith", known.connection?.shareWith ?? []),
    ...proofRules(known),
    ...rotationRules(known),
  ];
}
