import * as z from "zod";
import { cloudNames, clouds } from "../power-platform/client/clouds";

/** What people are told about a setting that they got wrong: what is allowed, and a value that works. */
export interface SettingHelp {
  allowed: string;
  example: unknown;
}

function setting<T extends z.ZodType>(schema: T, allowed: string, example: unknown): T {
  return schema.meta({ allowed, example } satisfies SettingHelp);
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const exampleId = "0f3c4c39-6d1b-4b0e-9d6c-0c1d2e3f4a5b";

const boolean = () => setting(z.boolean(), "true or false", true);

const wholeNumber = (least: number, most: number, unit: string, example: number) =>
  setting(z.int().min(least).max(most), `a whole number of ${unit} from ${least} to ${most}`, example);

const text = (pattern: RegExp, allowed: string, example: string) =>
  setting(z.string().regex(pattern), allowed, example);

/** Date.parse takes February 30 for March 2. */
function isDate(value: string): boolean {
  const time = Date.parse(value);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value.replace("Z", ""));
}

/** A moment in UTC; a date alone means its first moment. */
const moment = () =>
  setting(
    z
      .string()
      .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/)
      .refine(isDate)
      .refine((value) => Date.parse(value) > Date.now()),
    "a future date, or a date and time in UTC without fractions of a second",
    "2030-01-31T00:00:00Z",
  );

/** Source: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations */
const tags = (most: number) =>
  setting(
    z
      .record(
        z
          .string()
          .min(1)
          .max(512)
          .regex(/^[^<>%&\\?/]+$/),
        z.string().max(256),
      )
      .refine((value) => Object.keys(value).length <= most),
    `up to ${most} tags: names of up to 512 characters without < > % & \\ ? /, texts of up to 256 characters`,
    { team: "platform" },
  );

const octet = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const ipRange = new RegExp(`^${octet}(\\.${octet}){3}(/(3[0-2]|[12]?\\d))?$`);
/** RFC 1918: never the source of a request from the internet; Key Vault refuses them. */
const privateRange = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/;

const application = z.strictObject({
  displayName: setting(z.string().min(1).max(120), "1 to 120 characters", "Key Vault connector (dev)").optional(),
  perConnector: boolean().default(true),
  userSignIn: boolean().default(false),
});

/** A day, in the past or in the future. */
const date = (example: string) =>
  setting(
    z
      .string()
      .regex(/^\d{4}-\d\d-\d\d$/)
      .refine(isDate),
    "a date",
    example,
  );

const rotation = z.strictObject({
  periodDays: wholeNumber(1, 350, "days", 90).default(90),
  graceDays: wholeNumber(1, 350, "days", 31).default(31),
  settleDays: wholeNumber(0, 30, "days", 1).default(0),
  runEveryDays: wholeNumber(1, 350, "days", 31).default(31),
  deadlineSeconds: wholeNumber(5, 3600, "seconds", 300).default(300),
  anchor: date("2026-01-01").default("2026-01-01"),
  asOf: date("2026-11-23").optional(),
  revokeNow: setting(
    z.string().regex(/^[\w .:-]{1,100}$/),
    "another text than before, of 1 to 100 letters, digits, spaces, dots, colons and dashes",
    "2026-11-23 leaked in a screenshot",
  ).optional(),
});

const vault = z.strictObject({
  name: text(
    /^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/,
    "3 to 24 letters, digits and single dashes, beginning with a letter and not ending with a dash; unique in the world",
    "kv-contoso-dev",
  ).optional(),
  location: text(/^[a-z0-9 ]{3,40}$/i, "an Azure region", "westeurope").optional(),
  resourceGroupName: text(
    /^[\w.()-]{0,89}[\w()-]$/,
    "the name of an existing resource group: up to 90 letters, digits, dots, dashes, underscores and parentheses, not ending with a dot",
    "rg-shared-dev",
  ).optional(),
  sku: setting(z.enum(["standard", "premium"]), "standard or premium", "standard").default("standard"),
  softDeleteRetentionDays: wholeNumber(7, 90, "days", 90).default(90),
  purgeProtection: boolean().default(false),
  publicNetworkAccess: boolean().default(true),
  allowedIpRanges: z
    .array(
      setting(
        z
          .string()
          .regex(ipRange)
          .refine((value) => !privateRange.test(value)),
        "a public IPv4 address or CIDR range",
        "203.0.113.0/24",
      ),
    )
    .max(1000)
    .optional(),
  allowedSubnetIds: z
    .array(
      text(
        /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i,
        "the ARM id of a subnet",
        "/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…",
      ),
    )
    .max(200)
    .optional(),
  protect: boolean().default(false),
  lock: boolean().default(false),
});

const armId = (type: string) => new RegExp(`^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/${type}/[^/]+$`, "i");

/** Sources: https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits (action groups of an alert: five) */
const monitoring = z.strictObject({
  enabled: boolean().default(false),
  workspaceId: text(
    armId("Microsoft\\.OperationalInsights/workspaces"),
    "the ARM id of a Log Analytics workspace",
    "/subscriptions/…/resourceGroups/…/providers/Microsoft.OperationalInsights/workspaces/…",
  ).optional(),
  retentionDays: wholeNumber(30, 730, "days", 90).default(90),
  emails: z
    .array(setting(z.email(), "an e-mail address", "platform-team@contoso.com"))
    .max(100)
    .default([]),
  actionGroupIds: z
    .array(
      text(
        armId("Microsoft\\.Insights/actionGroups"),
        "the ARM id of an action group",
        "/subscriptions/…/resourceGroups/…/providers/Microsoft.Insights/actionGroups/…",
      ),
    )
    .max(4)
    .default([]),
  refusedReads: wholeNumber(1, 10_000, "refused reads within 15 minutes", 1).default(1),
  expiryWarningDays: wholeNumber(1, 180, "days", 30).default(30),
});

const access = z.strictObject({
  readerScope: setting(
    z.enum(["secret", "vault"]),
    "secret (each listed secret) or vault (all of them)",
    "secret",
  ).default("secret"),
  deployerRole: setting(
    z.enum(["Key Vault Administrator", "Key Vault Secrets Officer", "none"]),
    "Key Vault Administrator, Key Vault Secrets Officer or none",
    "Key Vault Secrets Officer",
  ).default("Key Vault Administrator"),
  deployerType: setting(
    z.enum(["ServicePrincipal", "User"]),
    "ServicePrincipal, or User when a person runs pulumi",
    "User",
  ).default("ServicePrincipal"),
  deployerObjectId: text(
    guid,
    "the object id (a GUID) of the service principal or user that deploys, not its application id",
    exampleId,
  ).optional(),
});

export const secretNamePattern = /^[0-9A-Za-z-]{1,127}$/;
const secretName = () => text(secretNamePattern, "1 to 127 letters, digits and dashes", "ppsecret1");

/** Part of the names of resources. */
const entryName = () =>
  text(/^[a-zA-Z][a-zA-Z0-9-]{0,39}$/, "a letter, then up to 39 letters, digits and dashes", "payroll");

const secret = z.strictObject({
  name: secretName(),
  renamedFrom: z.array(secretName()).default([]),
  vaultName: secretName().optional(),
  length: wholeNumber(8, 1024, "characters of the generated value", 32).default(32),
  contentType: setting(z.string().min(1).max(255), "1 to 255 characters", "text/plain").optional(),
  expires: moment().optional(),
  enabled: boolean().default(true),
  rotationDays: wholeNumber(1, 730, "days", 180).optional(),
  managedOutside: boolean().default(false),
  // Key Vault takes 15: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#secret-tags
  tags: tags(15).default({}),
});

/** Source: https://learn.microsoft.com/connectors/custom-connectors/certification-submission (operationId, summary) */
const operation = z.strictObject({
  kind: setting(
    z.enum(["pinned", "latest", "byName"]),
    "pinned (one version), latest (of one secret) or byName (the caller names the secret)",
    "latest",
  ),
  operationId: text(
    /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
    "a letter, then up to 63 letters, digits, dashes and underscores",
    "GetSecret",
  ).optional(),
  summary: text(/^[^/()]{1,80}$/, "1 to 80 characters without slashes and parentheses", "GetSecret").optional(),
  description: setting(z.string().min(1).max(1000), "1 to 1000 characters", "Reads the secret").optional(),
  visibility: setting(
    z.enum(["none", "important", "advanced", "internal"]),
    "none, important, advanced or internal",
    "important",
  ).default("none"),
  secret: secretName().optional(),
});

const environmentId = () =>
  text(
    /^(Default-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
    "the id of a Power Platform environment: a GUID, or Default- and the tenant's id",
    exampleId,
  );
const title = () => text(/^[^\p{C}]{1,64}$/u, "1 to 64 characters", "KeyVaultAccess");
const description = () =>
  setting(
    z.string().min(31).max(500),
    "31 to 500 characters: the portal wants more than 30",
    "Reads secrets of the key vault as a service principal",
  );
const operations = () => setting(z.array(operation).min(1), "at least one operation", [{ kind: "pinned" }]);
const signIn = () =>
  setting(
    z.enum(["servicePrincipal", "managedIdentity", "user"]),
    "servicePrincipal, managedIdentity (a preview of the platform) or user",
    "servicePrincipal",
  );
const connectionName = () => setting(z.string().min(1).max(100), "1 to 100 characters", "KeyVaultAccess");
const adopt = () =>
  setting(
    z.string().min(1).max(200),
    "the internal name, id or title of an existing connector",
    "shared_keyvaultaccess-5f0123456789abcdef-5f0123456789abcdef",
  );

const connector = z.strictObject({
  title: title().default("KeyVaultAccess"),
  description: description().default(
    "Reads secrets of an Azure key vault, signed in as a service principal (OAuth 2.0 client credentials).",
  ),
  operations: operations().default([{ kind: "pinned", visibility: "none" }]),
  signIn: signIn().default("servicePrincipal"),
  route: setting(z.enum(["auto", "dataverse", "powerApps"]), "auto, dataverse or powerApps", "auto").default("auto"),
  solution: text(/^[A-Za-z]\w{0,64}$/, "the unique name of a solution in Dataverse", "PlatformConnectors").optional(),
  adopt: adopt().optional(),
  apiVersion: text(
    /^(7\.[0-6]|20\d\d-\d\d-\d\d(-preview)?)$/,
    "a version of Key Vault's data plane API, as a text",
    "7.4",
  ).default("7.4"),
  authority: setting(
    z.enum([...new Set([...Object.values(clouds).map(({ authority }) => authority), "https://login.windows.net"])]),
    "https://login.microsoftonline.com or https://login.windows.net; in other clouds that cloud's",
    "https://login.microsoftonline.com",
  ).optional(),
  resourceUrl: text(
    /^(own-vault|https:\/\/([a-z][a-z0-9-]{1,22}[a-z0-9]\.)?vault\.(azure\.net|usgovcloudapi\.net|azure\.cn))$/i,
    "https://vault.azure.net (in other clouds that cloud's), or own-vault for the vault's own URL; without a trailing slash",
    "https://vault.azure.net",
  ).optional(),
  iconBrandColor: text(/^#[0-9a-f]{6}$/i, "a colour as # and six hexadecimal digits", "#007ee5").default("#007ee5"),
});

const share = z.strictObject({
  principalId: text(guid, "the object id (a GUID) of a user or group in Entra ID", exampleId),
  principalType: setting(z.enum(["User", "Group"]), "User or Group", "Group"),
  role: setting(
    z.enum(["CanView", "CanViewWithShare", "CanEdit"]),
    "CanView, CanViewWithShare or CanEdit",
    "CanView",
  ).default("CanView"),
});

const connection = z.strictObject({
  displayName: connectionName().optional(),
  shareWith: z.array(share).default([]),
  statusDeadlineSeconds: wholeNumber(5, 3600, "seconds", 300).default(300),
});

/** One of several connectors: what it does not say is as in `connector` and `connection`. */
const listedConnector = z.strictObject({
  name: entryName(),
  renamedFrom: z.array(entryName()).default([]),
  title: title(),
  description: description().optional(),
  secrets: setting(z.array(secretName()).min(1), "names of listed secrets, at least one", ["ppsecret1"]).optional(),
  operations: operations().optional(),
  signIn: signIn().optional(),
  adopt: adopt().optional(),
  powerPlatformEnvironmentId: environmentId().optional(),
  applicationDisplayName: setting(
    z.string().min(1).max(120),
    "1 to 120 characters",
    "Payroll secrets (dev)",
  ).optional(),
  connectionDisplayName: connectionName().optional(),
  shareWith: z.array(share).optional(),
});

/** All settings of a stack. Each is described, with its default, in Pulumi.yaml and docs/configuration. */
export const settingsSchema = z.strictObject({
  powerPlatformEnvironmentId: environmentId(),
  cloud: setting(z.enum(cloudNames), cloudNames.join(", "), "public").default("public"),
  application: application.prefault({}),
  rotation: rotation.prefault({}),
  vault: vault.prefault({}),
  monitoring: monitoring.prefault({}),
  access: access.prefault({}),
  secrets: setting(z.array(secret).min(1), "at least one secret", [{ name: "ppsecret1" }]).default([
    { name: "ppsecret1", renamedFrom: [], length: 32, enabled: true, managedOutside: false, tags: {} },
  ]),
  secretValues: z.record(z.string(), setting(z.string().min(1).max(25_000), "1 to 25000 characters", "…")).default({}),
  connector: connector.prefault({}),
  connection: connection.prefault({}),
  connectors: z.array(listedConnector).default([]),
  proof: setting(z.enum(["auto", "direct", "runtime", "none"]), "auto, direct, runtime or none", "auto").default(
    "auto",
  ),
  proofDeadlineSeconds: wholeNumber(5, 3600, "seconds", 600).default(600),
  // 50 for each resource: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations
  tags: tags(50).default({}),
});

export type ParsedSettings = z.infer<typeof settingsSchema>;
export type SectionName = keyof ParsedSettings;
