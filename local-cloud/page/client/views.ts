import type { ApplicationView, ConnectionStatus, ConnectorView, CredentialState, VaultView, View } from "../view";
import { type Child, h } from "./dom";
import { card, chip, code, dots, facts, type IconName, moment, symbol, table, type Tone, viewHead } from "./parts";

const counted = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

const nothing = (what: string): HTMLElement =>
  h(
    "div",
    { class: "empty" },
    h("p", {}, `There is no ${what} yet.`),
    h("p", {}, "Run ", code("npm run demo"), " and watch this page: it shows each thing as it is made."),
  );

/** One stage of the way of a secret from its vault to the maker. */
const stage = (name: IconName, title: string, href: string, isThere: boolean, lines: Child[]): HTMLElement =>
  h(
    "li",
    { class: isThere ? "stage" : "stage missing" },
    h("span", { class: `badge ${name}` }, symbol(name)),
    h("h2", {}, h("a", { href }, title)),
    isThere ? lines.map((line) => h("p", {}, line)) : h("p", {}, "not there yet"),
  );

export function overview({ applications, vaults, connectors, maker }: View): Child {
  const [application] = applications;
  const [vault] = vaults;
  const [connector] = connectors;
  const reader = vault?.assignments.find(({ role }) => role === "Key Vault Secrets User");
  const secrets = vaults.flatMap((one) => one.secrets).filter(({ isDeleted }) => !isDeleted);
  const connections = connectors.flatMap((one) => one.connections);
  const [connection] = connections;
  const makers = (connection?.sharedWith ?? [])
    .filter(({ role }) => role !== "Owner")
    .map(({ principal }) => principal);
  const more = (all: readonly unknown[]) => (all.length > 1 ? `and ${all.length - 1} more` : "");
  return [
    viewHead(
      "home",
      "Overview",
      "How a maker gets a secret",
      "Each step of a call, with what the stack made for it. The maker never sees a client secret and has no role on the vault.",
    ),
    h(
      "ol",
      { class: "chain" },
      stage("maker", "Maker", "#connector/test", true, [maker.name, maker.userName]),
      stage("connection", "Connection", "#connections", connection !== undefined, [
        connection?.title,
        `shared with ${makers.length === 0 ? "nobody" : makers.join(", ")}`,
        more(connections),
      ]),
      stage("connector", "Custom connector", "#connector", connector !== undefined, [
        connector?.title,
        connector && counted(connector.operations.length, "operation"),
        more(connectors),
      ]),
      stage("app", "App registration", "#applications", application !== undefined, [
        application?.displayName,
        application && counted(application.clientSecrets.length, "client secret"),
        more(applications),
      ]),
      stage("role", "Role", "#vaults", reader !== undefined, [reader?.role, reader && `on ${reader.scope}`]),
      stage("vault", "Key vault", "#vaults", vault !== undefined, [vault?.name, vault?.location, more(vaults)]),
      stage("secret", "Secret", "#vaults", secrets.length > 0, [
        secrets[0]?.name,
        secrets[0] && counted(secrets[0].versions.length, "version"),
        more(secrets),
      ]),
    ),
    connections.length > 0 &&
      h(
        "p",
        { class: "call" },
        h("a", { class: "button", href: "#connector/test" }, "Test the operation as the maker"),
      ),
  ];
}

const credentialTones: Record<CredentialState, [string, Tone]> = {
  valid: ["valid", "good"],
  expired: ["expired", "bad"],
  notYet: ["not yet valid", "warn"],
};

function applicationSection(application: ApplicationView, tenantId: string): HTMLElement {
  const { clientSecrets, federatedCredentials, redirectUris, owners } = application;
  return h(
    "section",
    { class: "thing" },
    h("h2", {}, application.displayName),
    card(
      "Essentials",
      facts([
        ["Display name", application.displayName],
        ["Application (client) ID", code(application.clientId)],
        ["Object ID", code(application.objectId)],
        ["Directory (tenant) ID", code(tenantId)],
        [
          "Service principal",
          application.servicePrincipalObjectId === ""
            ? chip("none", "bad")
            : code(application.servicePrincipalObjectId),
        ],
        ["Owners", owners.join(", ")],
        ["Created", moment(application.created)],
        ["Redirect URIs", redirectUris.length > 0 && redirectUris.map((uri) => h("p", {}, code(uri)))],
      ]),
    ),
    card(
      "Client secrets",
      table(
        `Client secrets of ${application.displayName}`,
        ["Description", "Value", "Starts", "Expires", "State"],
        clientSecrets.map(({ name, hint, starts, ends, state }) => [
          name || "without a name",
          h("span", { class: "masked" }, `${hint}${dots}`),
          moment(starts),
          moment(ends),
          chip(...credentialTones[state]),
        ]),
      ),
    ),
    federatedCredentials.length > 0 &&
      card(
        "Federated credentials",
        table(
          `Federated credentials of ${application.displayName}`,
          ["Name", "Issuer", "Subject", "Audience"],
          federatedCredentials.map(({ name, issuer, subject, audience }) => [name, issuer, code(subject), audience]),
        ),
      ),
  );
}

export const applicationsView = ({ applications, tenant }: View): Child => [
  viewHead(
    "app",
    "Microsoft Entra ID",
    "App registrations",
    "The identities as which connections sign in. Only the first three characters of a client secret can be read again.",
  ),
  applications.length === 0
    ? nothing("app registration")
    : applications.map((one) => applicationSection(one, tenant.id)),
];

function vaultSection(vault: VaultView): HTMLElement {
  const { assignments, secrets, operations, protections, tags } = vault;
  return h(
    "section",
    { class: "thing" },
    h("h2", {}, vault.name),
    card(
      "Essentials",
      facts([
        ["Vault URI", code(vault.uri)],
        ["Location", vault.location],
        ["SKU", vault.sku],
        ...protections.map(({ name, value, isSafe }) => [name, chip(value, isSafe ? "good" : "warn")] as const),
        ["Tags", Object.entries(tags).map(([name, value]) => chip(`${name}: ${value}`))],
      ]),
    ),
    card(
      "Access control (IAM)",
      table(
        `Role assignments on ${vault.name} and its secrets`,
        ["Role", "Given to", "Kind", "Scope"],
        assignments.map(({ role, principal, principalType, scope }) => [role, principal, principalType, scope]),
      ),
    ),
    card(
      "Secrets",
      table(
        `Secrets of ${vault.name}`,
        ["Name", "Value", "Newest version", "Versions", "Expires", "State"],
        secrets.map(({ name, versions, isEnabled, isDeleted, contentType }) => [
          [name, contentType !== "" && h("span", { class: "note" }, contentType)],
          h("span", { class: "masked" }, dots),
          code(versions[0]?.version ?? ""),
          String(versions.length),
          moment(versions[0]?.expires ?? "") || "never",
          isDeleted
            ? chip("deleted, recoverable", "bad")
            : chip(isEnabled ? "enabled" : "disabled", isEnabled ? "good" : "warn"),
        ]),
      ),
    ),
    operations.length > 0 &&
      card(
        "Locks, logs and alerts",
        table(
          `Locks, logs and alerts of ${vault.name}`,
          ["Name", "Kind", "What it does"],
          operations.map(({ name, kind, what }) => [name, kind, what]),
        ),
      ),
  );
}

export const vaultsView = ({ vaults }: View): Child => [
  viewHead(
    "vault",
    "Azure Key Vault",
    "Key vaults",
    "Who may read which secret, and how the vault is guarded. Values are never shown here.",
  ),
  vaults.length === 0 ? nothing("key vault") : vaults.map(vaultSection),
];

const signInNames: Record<string, string> = {
  oAuthClientCredentials: "Service principal",
  managedIdentity: "Managed identity",
  oAuth: "User",
};

function connectionSection(connector: ConnectorView, statuses: readonly ConnectionStatus[]): HTMLElement[] {
  return connector.connections.map((connection) => {
    const known = statuses.find((one) => one.connector === connector.name && one.connection === connection.name);
    return h(
      "section",
      { class: "thing" },
      h("h2", {}, connection.title),
      card(
        "Details",
        facts([
          ["Connector", connector.title],
          ["Status", known ? chip(known.status, known.status === "Connected" ? "good" : "bad") : chip("not asked")],
          ["Why", known?.reason ?? ""],
          ["Name", code(connection.name)],
          ["Authentication type", signInNames[connection.signIn] ?? connection.signIn],
          ...connection.values.map(({ name, value }) => [name.replace(/^token:/, ""), code(value)] as const),
          [
            "Kept sealed",
            connection.sealedCount > 0 && [
              h("span", { class: "masked" }, dots),
              ` ${counted(connection.sealedCount, "value")}`,
            ],
          ],
          ["Owner", connection.createdBy],
          ["Created", moment(connection.created)],
          ["Modified", moment(connection.modified)],
        ]),
      ),
      card(
        "Shared with",
        table(
          `Who may use ${connection.title}`,
          ["Name", "Kind", "May"],
          connection.sharedWith.map(({ principal, type, role }) => [principal, type, role]),
        ),
      ),
    );
  });
}

export const connectionsView = (
  { connectors }: View,
  statuses: readonly ConnectionStatus[],
  ask: () => void,
): Child => {
  const all = connectors.flatMap((connector) => connectionSection(connector, statuses));
  return [
    viewHead(
      "connection",
      "Power Platform",
      "Connections",
      "What makers use in flows and apps: a connector with the sign-in that it needs.",
    ),
    all.length > 0 &&
      h(
        "p",
        { class: "call" },
        h(
          "button",
          { type: "button", id: "ask-statuses", class: "button", click: ask },
          "Check whether they can sign in",
        ),
      ),
    all.length === 0 ? nothing("connection") : all,
  ];
};
