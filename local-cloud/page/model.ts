import { roleAssignments } from "../arm/authorization";
import { roleById } from "../arm/roles";
import { type SimpleResource, simpleResources } from "../arm/simpleModel";
import { type Vault, vaults } from "../arm/vaultModel";
import { type Application, Directory, nameOf, type PasswordCredential } from "../graph/directory";
import { type SecretRecord, secretsOf } from "../key-vault/secrets";
import { seed } from "../seed";
import type { Cloud } from "../service";
import { connectorViews } from "./connectors";
import type { ApplicationView, AssignmentView, CredentialState, SecretView, VaultView, View } from "./view";

const fromSeconds = (seconds: number | undefined) =>
  seconds === undefined ? "" : new Date(seconds * 1000).toISOString();

function stateOf({ startDateTime, endDateTime }: PasswordCredential, now: Date): CredentialState {
  if (new Date(startDateTime) > now) return "notYet";
  return new Date(endDateTime) < now ? "expired" : "valid";
}

function redirectUrisOf({ properties }: Application): string[] {
  const { web } = properties as { web?: { redirectUris?: unknown } };
  return Array.isArray(web?.redirectUris) ? web.redirectUris.filter((uri) => typeof uri === "string") : [];
}

function applicationView(application: Application, directory: Directory, now: Date): ApplicationView {
  const { appId, id, createdDateTime, properties, ownerIds, passwords, federatedIdentityCredentials } = application;
  return {
    displayName: nameOf(properties, appId),
    clientId: appId,
    objectId: id,
    servicePrincipalObjectId: directory.servicePrincipalByClientId(appId)?.id ?? "",
    created: createdDateTime,
    owners: ownerIds.map((owner) => directory.principal(owner)?.displayName ?? owner),
    redirectUris: redirectUrisOf(application),
    clientSecrets: passwords.map((password) => ({
      keyId: password.keyId,
      name: password.displayName ?? "",
      hint: password.hint,
      starts: password.startDateTime,
      ends: password.endDateTime,
      state: stateOf(password, now),
    })),
    federatedCredentials: federatedIdentityCredentials.map(({ name, issuer, subject, audiences }) => ({
      name,
      issuer,
      subject,
      audience: audiences[0] ?? "",
    })),
  };
}

function protectionsOf({ properties }: Vault): VaultView["protections"] {
  const { networkAcls, softDeleteRetentionInDays: days } = properties;
  const isClosed = properties.publicNetworkAccess.toLowerCase() === "disabled";
  const isFiltered = networkAcls?.defaultAction.toLowerCase() === "deny";
  const ranges = (networkAcls?.ipRules ?? []).map(({ value }) => value).join(", ");
  return [
    {
      name: "Permission model",
      value: properties.enableRbacAuthorization ? "Azure RBAC" : "Access policies",
      isSafe: properties.enableRbacAuthorization,
    },
    {
      name: "Network",
      value: isClosed ? "Private endpoints only" : isFiltered ? `Only ${ranges || "listed subnets"}` : "All networks",
      isSafe: isClosed || isFiltered,
    },
    { name: "Soft delete", value: `Recoverable for ${days} days`, isSafe: true },
    {
      name: "Purge protection",
      value: properties.enablePurgeProtection === true ? "On" : "Off",
      isSafe: properties.enablePurgeProtection === true,
    },
  ];
}

function scopeOf(scope: string, vault: Vault): string {
  const below = scope.toLowerCase().startsWith(`${vault.id.toLowerCase()}/`) ? scope.slice(vault.id.length + 1) : "";
  const secret = /^secrets\/(.+)$/i.exec(below)?.[1];
  if (secret !== undefined) return `secret ${secret}`;
  return scope.toLowerCase() === vault.id.toLowerCase() ? "the vault" : scope;
}

function assignmentsOf(cloud: Cloud, vault: Vault, directory: Directory): AssignmentView[] {
  return roleAssignments(cloud.store)
    .values()
    .filter(({ scope }) => `${scope}/`.toLowerCase().startsWith(`${vault.id}/`.toLowerCase()))
    .map(({ roleId, scope, principalId, principalType }) => ({
      role: roleById(roleId)?.name ?? roleId,
      principal: directory.principal(principalId)?.displayName ?? "somebody who is gone",
      principalType,
      principalId,
      scope: scopeOf(scope, vault),
    }));
}

function secretView({ name, versions, deleted }: SecretRecord): SecretView {
  const newest = versions.at(-1);
  return {
    name,
    contentType: newest?.contentType ?? "",
    isEnabled: newest?.attributes.enabled ?? false,
    isDeleted: deleted !== undefined,
    versions: versions.toReversed().map(({ version, attributes }) => ({
      version,
      created: fromSeconds(attributes.created),
      expires: fromSeconds(attributes.exp),
    })),
  };
}

/** What a lock, log or alert does, in a few words. */
function purposeOf({ properties }: SimpleResource): string {
  const { level, displayName, workspaceId, retentionInDays, emailReceivers, destination } = properties;
  if (typeof level === "string") return level === "CanNotDelete" ? "cannot be deleted" : "cannot be changed";
  if (typeof displayName === "string") return displayName;
  if (typeof workspaceId === "string") return `audit log to ${workspaceId.split("/").at(-1) ?? ""}`;
  if (typeof retentionInDays === "number") return `logs for ${retentionInDays} days`;
  if (Array.isArray(emailReceivers)) return `tells ${emailReceivers.length} by e-mail`;
  return destination === undefined ? "" : "tells of secrets near their expiry";
}

function operationsOf(cloud: Cloud, vault: Vault): VaultView["operations"] {
  const group = vault.id.replace(/\/providers\/.*$/i, "").toLowerCase();
  const scopes = [vault.id.toLowerCase(), group];
  return simpleResources(cloud.store)
    .values()
    .filter(({ scope }) => scopes.includes(scope.toLowerCase()))
    .map((one) => ({ kind: one.type.split("/").at(-1) ?? "", name: one.name, what: purposeOf(one) }));
}

function vaultView(cloud: Cloud, vault: Vault, directory: Directory): VaultView {
  return {
    name: vault.name,
    id: vault.id,
    uri: `https://${vault.name.toLowerCase()}.vault.azure.net`,
    location: vault.location,
    sku: vault.properties.sku.name,
    protections: protectionsOf(vault),
    tags: vault.tags,
    assignments: assignmentsOf(cloud, vault, directory),
    secrets: secretsOf(cloud.store, vault.name).map(secretView),
    operations: operationsOf(cloud, vault),
  };
}

/** Everything that the page shows and that asks no service: what users made. */
export function viewOf(cloud: Cloud): View {
  const directory = new Directory(cloud.store);
  const now = cloud.clock.now();
  return {
    tenant: { id: seed.tenantId, name: seed.tenantName, domain: seed.tenantDomain },
    environment: { id: seed.environment.id, name: seed.environment.displayName },
    maker: { name: seed.maker.displayName, userName: seed.maker.userPrincipalName },
    applications: directory.applications
      .values()
      .filter(({ seeded }) => seeded !== true)
      .map((application) => applicationView(application, directory, now)),
    vaults: vaults(cloud.store)
      .values()
      .map((vault) => vaultView(cloud, vault, directory)),
    connectors: connectorViews(cloud, directory),
  };
}
