import * as pulumi from "@pulumi/pulumi";
import type { SignInKind } from "../components/connectorDefinition";
import type { KeyVaultArgs } from "../components/keyVault";
import type { KeyVaultConnectorArgs, OperationArgs } from "../components/keyVaultConnector";
import { type Entry, onlyConnector } from "../components/naming";
import { rotationPlan, type RotationPlan } from "../components/rotation";
import type { VaultMonitoringArgs } from "../components/vaultMonitoring";
import type { VaultSecretArgs } from "../components/vaultSecret";
import { clouds } from "../power-platform/client/clouds";
import { operationIds, vaultNameOf } from "./rules";
import type { ParsedSettings } from "./schema";

type Parsed<Section extends keyof ParsedSettings> = ParsedSettings[Section];

/** A secret: an entry of the list, in the words of its component. */
export type SecretSettings = Entry & Omit<VaultSecretArgs, "vault">;

/** A connector: an entry of the list, with what it shares with the others. */
export interface ConnectorSettings extends Entry {
  environmentId: string;
  applicationDisplayName: string;
  signIn: SignInKind;
  connector: Omit<KeyVaultConnectorArgs, "vault" | "app" | "secrets" | "firstName" | "environmentId">;
  /** Names, in the vault, of the secrets that it reads: its application gets a role on them. */
  secretNames: string[];
  /** Absent when makers make their own. */
  connection?: Omit<Parsed<"connection">, "displayName"> & { displayName: string };
  proof: "direct" | "runtime" | "none";
}

/** An application that connections sign in as, and what signs in with it. */
export interface IdentitySettings extends Entry {
  displayName: string;
  /** A managed identity has none. */
  hasClientSecret: boolean;
  userSignIn: boolean;
  /** Names, in the vault, of the secrets that its connectors read. */
  secretNames: string[];
  connectors: ConnectorSettings[];
}

/** One environment's settings: checked, every default filled in, in the words of the components that they go to. */
export interface Settings extends Pick<ParsedSettings, "access" | "proofDeadlineSeconds" | "tags" | "cloud"> {
  /** Resource that applications ask tokens for, when Entra is asked whether it accepts a client secret. */
  resourceUrl: string;
  authority: string;
  rotation: RotationPlan & {
    asOf: Date;
    nextRun: Date;
    revokeNow?: string;
    /** How long Entra may take to accept a new client secret. */
    deadlineSeconds: number;
  };
  vault: Omit<KeyVaultArgs, "tenantId" | "tags">;
  /** Whether Azure refuses to delete the vault. */
  lockVault: boolean;
  /** Absent when the vault's log goes nowhere. */
  monitoring?: Omit<VaultMonitoringArgs, "vault" | "tags">;
  secrets: SecretSettings[];
  identities: IdentitySettings[];
}

const day = 24 * 60 * 60 * 1000;

/** Host names of vaults by cloud. Source: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates */
const vaultResources = {
  public: "https://vault.azure.net",
  gcc: "https://vault.azure.net",
  gccHigh: "https://vault.usgovcloudapi.net",
  dod: "https://vault.usgovcloudapi.net",
  china: "https://vault.azure.cn",
} as const;

/** Midnight of today in UTC, unless the settings say what the present is. */
function present(asOf: string | undefined): Date {
  return new Date(`${asOf ?? new Date().toISOString().slice(0, 10)}T00:00:00Z`);
}

function completedRotation({ asOf, anchor, runEveryDays, revokeNow, deadlineSeconds, ...days }: Parsed<"rotation">) {
  const now = present(asOf);
  const plan = rotationPlan({ ...days, asOf: now, anchor: new Date(`${anchor}T00:00:00Z`) });
  const nextRun = new Date(now.getTime() + runEveryDays * day);
  return { ...plan, asOf: now, nextRun, deadlineSeconds, ...(revokeNow === undefined ? {} : { revokeNow }) };
}

function completedVault(vault: Parsed<"vault">, location: string): Settings["vault"] {
  const { name, allowedIpRanges, allowedSubnetIds, lock: _, ...same } = vault;
  const isOpen = allowedIpRanges === undefined && allowedSubnetIds === undefined;
  return {
    ...same,
    location: vault.location ?? location,
    ...(name === undefined ? {} : { vaultName: name }),
    ...(isOpen ? {} : { firewall: { ipRanges: allowedIpRanges ?? [], subnetIds: allowedSubnetIds ?? [] } }),
  };
}

/** With the dates that are known: of client secrets and of secrets. */
function completedMonitoring(
  { enabled, ...same }: Parsed<"monitoring">,
  { vault, secrets, identities, rotation }: Pick<Settings, "vault" | "secrets" | "identities" | "rotation">,
): Pick<Settings, "monitoring"> {
  if (!enabled) return {};
  const expiring = [
    ...identities
      .filter(({ hasClientSecret }) => hasClientSecret)
      .map(({ displayName }) => ({ what: `client secret of ${displayName}`, expires: rotation.rotateBefore })),
    ...secrets.flatMap(({ secretName, expires }) => (expires ? [{ what: `secret ${secretName}`, expires }] : [])),
  ];
  return { monitoring: { ...same, location: vault.location, expiring } };
}

function completedSecrets({ secrets, secretValues, rotation }: ParsedSettings): SecretSettings[] {
  const asOf = present(rotation.asOf).getTime();
  const anchor = present(rotation.anchor).getTime();
  return secrets.map((secret) => {
    const { name, expires, rotationDays, vaultName: _, ...same } = secret;
    const value = secretValues[name];
    return {
      ...same,
      name,
      secretName: vaultNameOf(secret),
      ...(value === undefined ? {} : { value: pulumi.secret(value) }),
      ...(expires === undefined ? {} : { expires: new Date(expires) }),
      ...(rotationDays === undefined ? {} : { window: String(Math.floor((asOf - anchor) / (rotationDays * day))) }),
    };
  });
}

type ParsedOperation = Parsed<"connector">["operations"][number];

function completedOperation(
  operation: ParsedOperation,
  inVault: (name: string) => string,
  first: string,
): OperationArgs {
  const { secret, kind, visibility } = operation;
  const operationId = operation.operationId ?? operationIds[kind];
  const summary = operation.summary ?? operationId;
  const description = operation.description ?? summary;
  return { kind, visibility, operationId, summary, description, secretName: inVault(secret ?? first) };
}

/** "partner-api-key" is read by GetPartnerApiKey. */
const operationIdOf = (secret: string) =>
  `Get${secret
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("")}`;

/** One operation for each secret that a connector lists, when it says no more. */
const operationsOf = (secrets: readonly string[]): ParsedOperation[] =>
  secrets.map((secret) => ({ kind: "latest", visibility: "none", secret, operationId: operationIdOf(secret) }));

type Listed = Omit<Parsed<"connectors">[number], "title"> & { title?: string };

function completedConnector(
  listed: Listed,
  parsed: ParsedSettings,
  stack: string,
  shared: SharedSettings,
): ConnectorSettings {
  const { application, connector: common, connection: commonConnection, secrets } = parsed;
  const { name, renamedFrom, environment } = { ...listed, environment: listed.powerPlatformEnvironmentId };
  const { resourceUrl, operations: commonOperations, ...same } = common;
  const inVault = (secret: string) => {
    const found = secrets.find((one) => one.name === secret);
    return found ? vaultNameOf(found) : secret;
  };
  const first = listed.secrets?.[0] ?? secrets[0]?.name ?? "";
  const title = listed.title ?? common.title;
  const signIn = listed.signIn ?? common.signIn;
  const parsedOperations = listed.operations ?? (listed.secrets ? operationsOf(listed.secrets) : commonOperations);
  const operations = parsedOperations.map((operation) => completedOperation(operation, inVault, first));
  const readsAny = operations.some(({ kind }) => kind === "byName");
  const read =
    listed.secrets?.map(inVault) ?? (readsAny ? secrets.map(vaultNameOf) : operations.map((one) => one.secretName));
  const isOwnVault = resourceUrl?.toLowerCase() === "own-vault";
  const displayName = application.displayName ?? `Key Vault connector (${stack})`;
  const adopt = listed.adopt ?? (name === onlyConnector ? common.adopt : undefined);
  const { adopt: _, ...kept } = same;
  return {
    name,
    renamedFrom,
    environmentId: environment ?? parsed.powerPlatformEnvironmentId,
    applicationDisplayName:
      listed.applicationDisplayName ??
      (name === onlyConnector || !application.perConnector ? displayName : `${displayName}: ${title}`),
    signIn,
    connector: {
      ...kept,
      ...(adopt === undefined ? {} : { adopt }),
      title,
      description: listed.description ?? common.description,
      signIn,
      operations,
      cloud: parsed.cloud,
      authority: shared.authority,
      ...(isOwnVault ? {} : { resourceUrl: shared.resourceUrl }),
    },
    secretNames: [...new Set(read)],
    ...(signIn === "user"
      ? {}
      : {
          connection: {
            ...commonConnection,
            shareWith: listed.shareWith ?? commonConnection.shareWith,
            displayName: listed.connectionDisplayName ?? commonConnection.displayName ?? title,
          },
        }),
    proof: proofOf(parsed.proof, signIn),
  };
}

/** Without a client secret there is nothing to sign in with from here; users sign in themselves. */
function proofOf(proof: ParsedSettings["proof"], signIn: SignInKind): ConnectorSettings["proof"] {
  if (signIn === "user") return "none";
  if (proof !== "auto") return proof;
  return signIn === "managedIdentity" ? "runtime" : "direct";
}

type SharedSettings = Pick<Settings, "authority" | "resourceUrl">;

/** One application for each connector, or one for all. */
function identitiesOf(connectors: ConnectorSettings[], application: Parsed<"application">): IdentitySettings[] {
  const identityOf = ({ name, renamedFrom }: Entry, used: ConnectorSettings[]): IdentitySettings => ({
    name,
    renamedFrom,
    displayName: used[0]?.applicationDisplayName ?? "",
    hasClientSecret: application.userSignIn || used.some(({ signIn }) => signIn !== "managedIdentity"),
    userSignIn: application.userSignIn || used.some(({ signIn }) => signIn === "user"),
    secretNames: [...new Set(used.flatMap(({ secretNames }) => secretNames))],
    connectors: used,
  });
  if (application.perConnector) return connectors.map((one) => identityOf(one, [one]));
  return [identityOf({ name: onlyConnector, renamedFrom: [] }, connectors)];
}

/** Fills in what settings leave out. They are right: schema and rules have seen them. */
export function completed(parsed: ParsedSettings, stack: string, location: string): Settings {
  const { application, cloud, connector, connectors, access, proofDeadlineSeconds, tags } = parsed;
  const { resourceUrl } = connector;
  const isShared = resourceUrl !== undefined && resourceUrl.toLowerCase() !== "own-vault";
  const shared = {
    authority: connector.authority ?? clouds[cloud].authority,
    resourceUrl: isShared ? resourceUrl : vaultResources[cloud],
  };
  const listed: Listed[] = connectors.length > 0 ? connectors : [{ name: onlyConnector, renamedFrom: [] }];
  const vault = completedVault(parsed.vault, location);
  const rotation = completedRotation(parsed.rotation);
  const secrets = completedSecrets(parsed);
  const identities = identitiesOf(
    listed.map((one) => completedConnector(one, parsed, stack, shared)),
    application,
  );
  return {
    access,
    proofDeadlineSeconds,
    tags,
    cloud,
    ...shared,
    rotation,
    vault,
    lockVault: parsed.vault.lock,
    ...completedMonitoring(parsed.monitoring, { vault, secrets, identities, rotation }),
    secrets,
    identities,
  };
}
