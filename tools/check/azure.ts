import { z } from "zod";
import type { HttpClient } from "../../power-platform/client/http";
import type { Settings } from "../../settings";
import { all, type CloudFinding } from "./finding";

/** What the checks of Azure need. */
export interface AzureCheck {
  http: HttpClient;
  /** `https://management.azure.com`. */
  resourceManager: string;
  subscriptionId: string;
  settings: Settings;
}

const versions = {
  subscriptions: "2022-12-01",
  resourceGroups: "2024-03-01",
  permissions: "2022-04-01",
  vaults: "2024-11-01",
} as const;

type Level = CloudFinding["level"];
const finding = (level: Level, what: string, remedy?: string): CloudFinding => ({
  area: "Azure",
  level,
  what,
  ...(remedy === undefined ? {} : { remedy }),
});

async function get<T>(check: AzureCheck, path: string, version: string, action: string, schema: z.ZodType<T>) {
  const endpoint = {
    url: `${check.resourceManager}${path}?api-version=${version}`,
    scope: `${check.resourceManager}/.default`,
  };
  const { status, body } = await check.http.send("GET", endpoint, { action, accepted: [404] });
  return status === 404 ? undefined : schema.parse(JSON.parse(body));
}

const permissionsSchema = z.object({
  value: z.array(
    z.looseObject({ actions: z.array(z.string()).default([]), notActions: z.array(z.string()).default([]) }),
  ),
});
type Permission = z.infer<typeof permissionsSchema>["value"][number];

function matches(action: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(action);
}

/** Whether one of the permissions allows an action: what a role takes away it takes away from itself alone. */
export function isPermitted(permissions: readonly Permission[], action: string): boolean {
  return permissions.some(
    ({ actions, notActions }) =>
      actions.some((pattern) => matches(action, pattern)) && !notActions.some((pattern) => matches(action, pattern)),
  );
}

interface Need {
  action: string;
  for: string;
  /** Built-in role that has it. */
  role: string;
}

/** What the stack does in Azure Resource Manager. */
export function neededActions({ vault, access }: Settings): Need[] {
  const contributor = "Contributor";
  const administrator = "Role Based Access Control Administrator";
  const assigns = `give roles on the vault (${access.deployerRole === "none" ? "" : "to whoever deploys and "}to applications)`;
  return [
    ...(vault.resourceGroupName === undefined
      ? [
          {
            action: "Microsoft.Resources/subscriptions/resourceGroups/write",
            for: "make the resource group",
            role: contributor,
          },
        ]
      : []),
    { action: "Microsoft.KeyVault/vaults/read", for: "read the vault", role: contributor },
    { action: "Microsoft.KeyVault/vaults/write", for: "make the vault", role: contributor },
    { action: "Microsoft.KeyVault/vaults/secrets/write", for: "write secrets", role: contributor },
    { action: "Microsoft.Authorization/roleAssignments/write", for: assigns, role: administrator },
    { action: "Microsoft.Authorization/roleAssignments/delete", for: "take roles away again", role: administrator },
  ];
}

async function permissionFindings(check: AzureCheck): Promise<CloudFinding[]> {
  const { subscriptionId, settings } = check;
  const group = settings.vault.resourceGroupName;
  const scope = `/subscriptions/${subscriptionId}${group === undefined ? "" : `/resourceGroups/${group}`}`;
  const path = `${scope}/providers/Microsoft.Authorization/permissions`;
  const found = await get(check, path, versions.permissions, "read what the deployer may do", permissionsSchema);
  const where = group === undefined ? "the subscription" : `the resource group ${group}`;
  const needs = neededActions(settings);
  const lacking = needs.filter(({ action }) => !isPermitted(found?.value ?? [], action));
  if (lacking.length === 0)
    return [finding("ok", `The deployer has all ${needs.length} permissions that it needs on ${where}.`)];
  return lacking.map(({ action, for: reason, role }) =>
    finding(
      "problem",
      `The deployer lacks ${action} on ${where}, to ${reason}.`,
      `Give it a role that has it, such as ${role}.`,
    ),
  );
}

const subscriptionSchema = z.looseObject({ displayName: z.string(), state: z.string() });

async function subscriptionFindings(check: AzureCheck): Promise<CloudFinding[]> {
  const { subscriptionId: id } = check;
  const found = await get(
    check,
    `/subscriptions/${id}`,
    versions.subscriptions,
    `read subscription ${id}`,
    subscriptionSchema,
  );
  const remedy = "Check ARM_SUBSCRIPTION_ID, and that the deployer has a role on it.";
  if (!found) return [finding("problem", `The deployer sees no subscription ${id}.`, remedy)];
  if (found.state === "Enabled") return [finding("ok", `Subscription ${found.displayName} (${id}) is enabled.`)];
  return [
    finding("problem", `Subscription ${found.displayName} (${id}) is ${found.state}.`, "Nothing can be made in it."),
  ];
}

async function groupFindings(check: AzureCheck): Promise<CloudFinding[]> {
  const group = check.settings.vault.resourceGroupName;
  if (group === undefined) return [];
  const path = `/subscriptions/${check.subscriptionId}/resourceGroups/${group}`;
  const action = `read the resource group ${group}`;
  const found = await get(check, path, versions.resourceGroups, action, z.looseObject({ location: z.string() }));
  if (found) return [finding("ok", `The resource group ${group} is there (${found.location}).`)];
  const remedy = "Make it, or leave vault.resourceGroupName out: the stack then makes one of its own.";
  return [finding("problem", `There is no resource group ${group}.`, remedy)];
}

const availabilitySchema = z.looseObject({
  nameAvailable: z.boolean(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
});
const deletedSchema = z.object({
  value: z.array(
    z.looseObject({
      name: z.string(),
      properties: z.looseObject({
        location: z.string(),
        scheduledPurgeDate: z.string().optional(),
        purgeProtectionEnabled: z.boolean().nullish(),
      }),
    }),
  ),
});
const vaultsSchema = z.object({ value: z.array(z.looseObject({ name: z.string(), id: z.string() })) });

/** A name like this one that is most likely free, as long as a vault's name may be. */
export function otherName(name: string, random = Math.random): string {
  const suffix = Math.floor(random() * 0x10000)
    .toString(16)
    .padStart(4, "0");
  return `${name.slice(0, 19).replace(/-+$/, "")}-${suffix}`;
}

async function nameFindings(check: AzureCheck): Promise<CloudFinding[]> {
  const { settings, subscriptionId, http, resourceManager } = check;
  const name = settings.vault.vaultName;
  if (name === undefined) return [finding("ok", "The vault's name is generated, so that nobody can have it.")];
  const provider = `/subscriptions/${subscriptionId}/providers/Microsoft.KeyVault`;
  const action = `ask whether the vault's name ${name} is free`;
  const { body } = await http.send(
    "POST",
    {
      url: `${resourceManager}${provider}/checkNameAvailability?api-version=${versions.vaults}`,
      scope: `${resourceManager}/.default`,
    },
    { action, body: { name, type: "Microsoft.KeyVault/vaults" }, repeatable: true },
  );
  const { nameAvailable, message } = availabilitySchema.parse(JSON.parse(body));
  if (nameAvailable) return [finding("ok", `The vault's name ${name} is free.`)];
  const isIt = (one: { name: string }) => one.name.toLowerCase() === name.toLowerCase();
  const other = `Choose another name, such as vault.name: ${otherName(name)}.`;
  const deleted = await get(check, `${provider}/deletedVaults`, versions.vaults, "list deleted vaults", deletedSchema);
  const dead = deleted?.value.find(isIt);
  if (dead) {
    const { location, scheduledPurgeDate, purgeProtectionEnabled } = dead.properties;
    const until = scheduledPurgeDate === undefined ? "" : ` until ${scheduledPurgeDate.slice(0, 10)}`;
    const purge = purgeProtectionEnabled
      ? "it cannot be purged"
      : `or give it up: az keyvault purge --name ${name} --location ${location}`;
    return [
      finding(
        "problem",
        `The vault's name ${name} is held by a deleted vault of yours in ${location}${until}.`,
        `When this stack made it, recover it: az keyvault recover --name ${name} --location ${location}; ${purge} (docs/how-to/check.md). ${other}`,
      ),
    ];
  }
  const vaults = await get(check, `${provider}/vaults`, versions.vaults, "list vaults", vaultsSchema);
  const living = vaults?.value.find(isIt);
  if (living) {
    const group = /resourceGroups\/([^/]+)/i.exec(living.id)?.[1] ?? "";
    return [
      finding(
        "hint",
        `The vault ${name} exists in your resource group ${group}: fine when this stack made it, refused when it did not.`,
      ),
    ];
  }
  return [finding("problem", `The vault's name ${name} belongs to somebody else: ${message ?? "it is taken"}`, other)];
}

/** Subscription, group, permissions and the vault's name. */
export function azureFindings(check: AzureCheck): Promise<CloudFinding[]> {
  return all("Azure", [
    ["The subscription", () => subscriptionFindings(check)],
    ["The resource group", () => groupFindings(check)],
    ["What the deployer may do", () => permissionFindings(check)],
    ["The vault's name", () => nameFindings(check)],
  ]);
}
