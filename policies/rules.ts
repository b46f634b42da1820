import { at, type CheckedResource, isAzure, itemsOf, unknown } from "./resources";

/** What a violation does to an update: stops it, is told, or is not looked for. */
export type Level = "mandatory" | "advisory" | "disabled";

/** The kinds of environments that rules tell apart; a stack's name says which it is. */
export const environments = ["dev", "test", "prod"] as const;
export type EnvironmentKind = (typeof environments)[number];

/** A stack of another name counts as dev: prod and test have to be named so. */
export function environmentKindOf(stack: string): EnvironmentKind {
  if (/^(prod|production|prd|live)([-_.].*)?$/i.test(stack)) return "prod";
  return /^(test|qa|uat|acceptance|stage|staging|preprod)([-_.].*)?$/i.test(stack) ? "test" : "dev";
}

export interface RuleOptions {
  /** How many days from now a client secret may be valid at most. */
  maximumDays: number;
  /** Tags that every vault and resource group has. */
  requiredTags: string[];
  /** The present. */
  now: Date;
}

export const defaultOptions: Omit<RuleOptions, "now"> = { maximumDays: 365, requiredTags: ["environment", "owner"] };

export interface Finding {
  urn: string;
  /** What is wrong with this resource. */
  text: string;
}

export interface Rule {
  name: string;
  /** What must be so, and why. */
  description: string;
  /** What to change where, in the settings of this project. */
  remedy: string;
  levels: Record<EnvironmentKind, Level>;
  /** Options that can be set with --policy-pack-config. */
  options?: (keyof typeof defaultOptions)[];
  /** Needs all resources at once; otherwise it is given one at a time, as the program wants it. */
  needsStack?: boolean;
  check: (resources: readonly CheckedResource[], options: RuleOptions) => Finding[];
}

const levels = (dev: Level, test: Level, prod: Level): Rule["levels"] => ({ dev, test, prod });

/** Findings of resources that fit; a check says what is wrong, or nothing. */
const each =
  (
    fits: (resource: CheckedResource) => boolean,
    wrong: (resource: CheckedResource, options: RuleOptions) => string[],
  ): Rule["check"] =>
  (resources, options) =>
    resources.filter(fits).flatMap((resource) => wrong(resource, options).map((text) => ({ urn: resource.urn, text })));

const isVault = (resource: CheckedResource) => isAzure(resource, "keyvault", "Vault");
const isSecret = (resource: CheckedResource) => isAzure(resource, "keyvault", "Secret");
const isRoleAssignment = (resource: CheckedResource) => isAzure(resource, "authorization", "RoleAssignment");
const isConnector = ({ type }: CheckedResource) => type === "pulumi-nodejs:dynamic/powerPlatform:CustomConnector";
const isClientSecret = ({ type }: CheckedResource) => type === "azuread:index/applicationPassword:ApplicationPassword";

/** Known, and not as it should be. */
const differs = (value: unknown, wanted: unknown) => value !== unknown && value !== wanted;

/** Source: https://learn.microsoft.com/azure/key-vault/general/rbac-guide */
const secretsUser = "4633458b-17de-408a-b874-0445c86b69e6";
const vaultScope = /\/providers\/Microsoft\.KeyVault\/vaults\/[^/]+(\/secrets\/[^/]+)?$/i;

/** Roles of the stack's own applications: they read secrets for makers, and do nothing else. */
function readerFindings(resources: readonly CheckedResource[]): Finding[] {
  const applications = new Set(
    resources.filter(({ type }) => type === "azuread:index/servicePrincipal:ServicePrincipal").map(({ urn }) => urn),
  );
  const isReader = ({ dependencies }: CheckedResource) =>
    (dependencies.principalId ?? []).some((urn) => applications.has(urn));
  return resources
    .filter(isRoleAssignment)
    .filter(isReader)
    .flatMap(({ urn, props }) => {
      const role = props.roleDefinitionId;
      const { scope } = props;
      const tooStrong = typeof role === "string" && role.split("/").at(-1)?.toLowerCase() !== secretsUser;
      const tooWide = typeof scope === "string" && !vaultScope.test(scope);
      return [
        ...(tooStrong
          ? [{ urn, text: `The application has the role ${role.split("/").at(-1) ?? ""}, not Key Vault Secrets User.` }]
          : []),
        ...(tooWide ? [{ urn, text: `The application has its role on ${scope}, which is more than a vault.` }] : []),
      ];
    });
}

/** Sets of a connector in which it signs in as an application. */
function applicationSets(connector: CheckedResource): unknown[] {
  return itemsOf(at(connector.props, "connectionParameterSets", "values")).filter((set) =>
    String(at(set, "parameters", "token", "oAuthSettings", "customParameters", "grantType", "value")).startsWith(
      "client_credentials",
    ),
  );
}

function onBehalfOf(connector: CheckedResource): string[] {
  return applicationSets(connector).flatMap((set) => {
    const settings = at(set, "parameters", "token", "oAuthSettings");
    const asked = at(settings, "customParameters", "EnableOnbehalfOfLogin", "value");
    const supported = at(settings, "properties", "IsOnbehalfofLoginSupported");
    const isOn = [asked, supported].some((value) => String(value).toLowerCase() === "true");
    return isOn ? [`The sign-in ${String(at(set, "name"))} is both as an application and on behalf of a user.`] : [];
  });
}

const auditLogs = new Set(["audit", "alllogs", "auditevent"]);

function auditFindings(resources: readonly CheckedResource[]): Finding[] {
  const settings = resources.filter(
    (resource) =>
      isAzure(resource, "monitor", "DiagnosticSetting") || isAzure(resource, "insights", "DiagnosticSetting"),
  );
  const audits = ({ props }: CheckedResource) =>
    props.logs === unknown ||
    itemsOf(props.logs).some((log) => {
      const name = at(log, "categoryGroup") ?? at(log, "category");
      return at(log, "enabled") !== false && (name === unknown || auditLogs.has(String(name).toLowerCase()));
    });
  return resources.filter(isVault).flatMap(({ urn }) => {
    const own = settings.filter(({ dependencies }) => Object.values(dependencies).flat().includes(urn));
    return own.some(audits) ? [] : [{ urn, text: "No diagnostic setting of the stack keeps the vault's audit log." }];
  });
}

/** All rules, as the reference lists them. */
export const rules: readonly Rule[] = [
  {
    name: "vault-asks-for-roles",
    description: "Vaults decide by roles (RBAC), since access policies cannot be limited to one secret.",
    remedy: "Leave enableRbacAuthorization of components/keyVault.ts at true.",
    levels: levels("mandatory", "mandatory", "mandatory"),
    check: each(isVault, ({ props }) =>
      differs(at(props, "properties", "enableRbacAuthorization"), true)
        ? ["The vault decides by access policies."]
        : [],
    ),
  },
  {
    name: "vault-purge-protection",
    description: "What is deleted of a vault cannot be purged before its time, not even by an administrator.",
    remedy: "Set keyvault-connector:vault.purgeProtection to true. It cannot be switched off again.",
    levels: levels("disabled", "advisory", "mandatory"),
    check: each(isVault, ({ props }) => [
      ...(differs(at(props, "properties", "enablePurgeProtection"), true)
        ? ["The vault has no purge protection."]
        : []),
      ...(at(props, "properties", "enableSoftDelete") === false ? ["The vault has no soft delete."] : []),
    ]),
  },
  {
    name: "vault-firewall",
    description: "Vaults shut out every network that is not listed.",
    remedy: "Set keyvault-connector:vault.allowedIpRanges or allowedSubnetIds, or publicNetworkAccess to false.",
    levels: levels("disabled", "advisory", "mandatory"),
    check: each(isVault, ({ props }) => {
      const action = at(props, "properties", "networkAcls", "defaultAction");
      const isClosed = String(at(props, "properties", "publicNetworkAccess")).toLowerCase() === "disabled";
      return isClosed || !differs(action, "Deny") ? [] : ["The vault's firewall lets in whom it does not list."];
    }),
  },
  {
    name: "reader-only-reads",
    description:
      "The applications that connections sign in as have Key Vault Secrets User on a vault or a secret, and nothing wider.",
    remedy:
      "Give other rights to other identities; keyvault-connector:access.readerScope chooses between secret and vault.",
    levels: levels("mandatory", "mandatory", "mandatory"),
    needsStack: true,
    check: readerFindings,
  },
  {
    name: "client-secret-lifetime",
    description:
      "Client secrets end within maximumDays (365): the longer one lives, the longer a leaked one is good for.",
    remedy:
      "Lower keyvault-connector:rotation.periodDays or graceDays: a client secret lasts two periods and the grace.",
    levels: levels("advisory", "mandatory", "mandatory"),
    options: ["maximumDays"],
    check: each(isClientSecret, ({ props }, { maximumDays, now }) => {
      if (props.endDate === unknown) return [];
      if (typeof props.endDate !== "string")
        return ["The client secret has no end date of its own: Entra ID makes it two years."];
      const days = (new Date(props.endDate).getTime() - now.getTime()) / 86_400_000;
      return days > maximumDays ? [`The client secret ends ${props.endDate}, in more than ${maximumDays} days.`] : [];
    }),
  },
  {
    name: "https-only",
    description: "Connectors are called with TLS: their answers are secrets.",
    remedy: "Leave schemes of components/connectorDefinition.ts at https.",
    levels: levels("mandatory", "mandatory", "mandatory"),
    check: each(isConnector, ({ props }) => {
      const schemes = at(props, "definition", "schemes");
      if (schemes === unknown) return [];
      const names = itemsOf(schemes).map(String);
      return names.length > 0 && names.every((scheme) => scheme === "https" || scheme === "wss")
        ? []
        : [`The connector's schemes are ${names.join(", ") || "not said"}.`];
    }),
  },
  {
    name: "no-on-behalf-of-application",
    description:
      "A sign-in as an application is not also one on behalf of users: whoever may use the connection would act as the application.",
    remedy: "Take EnableOnbehalfOfLogin and IsOnbehalfofLoginSupported out of the set with client_credentials.",
    levels: levels("mandatory", "mandatory", "mandatory"),
    check: each(isConnector, onBehalfOf),
  },
  {
    name: "required-tags",
    description:
      "Vaults and resource groups have the tags requiredTags (environment, owner): somebody must be found when one is in the way.",
    remedy: "Set keyvault-connector:tags.",
    levels: levels("advisory", "advisory", "mandatory"),
    options: ["requiredTags"],
    check: each(
      (resource) => isVault(resource) || isAzure(resource, "resources", "ResourceGroup"),
      ({ props }, { requiredTags }) => {
        if (props.tags === unknown) return [];
        const missing = requiredTags.filter((tag) => (at(props.tags, tag) ?? "") === "");
        return missing.length > 0 ? [`These tags are missing: ${missing.join(", ")}.`] : [];
      },
    ),
  },
  {
    name: "vault-audit-log",
    description: "A vault's audit log is kept, so that it can be seen who read which secret.",
    remedy: "Set keyvault-connector:monitoring.",
    levels: levels("disabled", "advisory", "mandatory"),
    needsStack: true,
    check: auditFindings,
  },
  {
    name: "secret-expires",
    description: "Secrets have a date in the future on which they end, so that somebody looks at them.",
    remedy: "Set expires of the entry in keyvault-connector:secrets.",
    levels: levels("disabled", "advisory", "mandatory"),
    check: each(isSecret, ({ props }, { now }) => {
      const expires = at(props, "properties", "attributes", "expires");
      if (expires === unknown) return [];
      if (typeof expires !== "number") return ["The secret never ends."];
      return expires * 1000 <= now.getTime() ? ["The secret has ended already."] : [];
    }),
  },
];
