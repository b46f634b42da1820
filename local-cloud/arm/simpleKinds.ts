import crypto from "node:crypto";
import { z } from "zod";
import { armErrors } from "./errors";
import { lockType } from "./locks";
import type { SimpleResource } from "./simpleModel";

type Properties = Record<string, unknown>;

/** What a check is told of the request. */
export interface SimpleRequest<P = Properties> {
  name: string;
  properties: P;
  /** Id of the group or resource that the resource belongs to. */
  scope: string;
  /** Others of the kind at the same scope. */
  siblings: SimpleResource[];
  old: SimpleResource | undefined;
  now: string;
  /** `api-version` of the request. */
  version: string;
}

/** A kind of resource in a group, one that extends another resource, or one that is a part of another resource. */
export interface SimpleKind {
  type: string;
  place: "group" | "scope" | "part";
  /** Of a part: the type of the whole, and the path between that and the part's name. */
  partOf?: { type: string; path: string };
  /** False where ARM has no DELETE for the kind. Default true. */
  isDeletable?: boolean;
  versions: readonly string[];
  name: RegExp;
  properties: z.ZodType<Properties>;
  /** Regions, where the service is not in all. */
  locations?: readonly string[];
  hasEtag?: boolean;
  /** Status of the answer that made one. Default 201. */
  createdStatus?: number;
  /** Ids in the properties that must be of something. */
  references?(properties: Properties): string[];
  /** The properties as the service keeps them: with its defaults and its own. @throws ArmError */
  kept?(request: SimpleRequest): Properties;
}

/** A kind with the types of its schema known to its functions, and to nobody else. */
export function kind<P extends Properties>(
  said: Omit<SimpleKind, "properties" | "references" | "kept"> & {
    properties: z.ZodType<P>;
    references?(properties: P): string[];
    kept?(request: SimpleRequest<P>): Properties;
  },
): SimpleKind {
  return said;
}

const texts = z.array(z.string());
const named = (members: z.ZodRawShape) => z.array(z.looseObject({ name: z.string().min(1), ...members }));
const duration = z.string().regex(/^P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?)?$/, { error: "must be an ISO 8601 duration" });

/** Minutes of an ISO 8601 duration of days, hours and minutes. */
function minutes(text: string): number {
  const [, days = 0, hours = 0, rest = 0] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(text) ?? [];
  return (Number(days) * 24 + Number(hours)) * 60 + Number(rest);
}

const lock = kind({
  type: lockType,
  place: "scope",
  versions: ["2016-09-01", "2017-04-01", "2020-05-01"],
  name: /^[^<>%&:?/]{1,260}$/,
  properties: z.looseObject({
    level: z.enum(["CanNotDelete", "ReadOnly"]),
    notes: z.string().max(512).nullish(),
  }),
});

const workspace = kind({
  type: "Microsoft.OperationalInsights/workspaces",
  place: "group",
  versions: ["2022-10-01", "2023-09-01", "2025-02-01"],
  name: /^[a-z0-9][a-z0-9-]{2,61}[a-z0-9]$/i,
  hasEtag: true,
  properties: z.looseObject({
    sku: z
      .looseObject({ name: z.enum(["Free", "PerNode", "Standalone", "PerGB2018", "CapacityReservation", "LACluster"]) })
      .nullish(),
    retentionInDays: z.number().int().min(30).max(730).nullish(),
    features: z.looseObject({}).nullish(),
    workspaceCapping: z.looseObject({ dailyQuotaGb: z.number().nullish() }).nullish(),
  }),
  kept: ({ properties, old, now }) => ({
    publicNetworkAccessForIngestion: "Enabled",
    publicNetworkAccessForQuery: "Enabled",
    ...properties,
    sku: { name: "PerGB2018", ...properties.sku, lastSkuUpdate: old?.createdAt ?? now },
    retentionInDays: properties.retentionInDays ?? 30,
    features: { searchVersion: 1, enableLogAccessUsingOnlyResourcePermissions: true, ...properties.features },
    workspaceCapping: { dailyQuotaGb: -1, ...properties.workspaceCapping, dataIngestionStatus: "RespectQuota" },
    customerId: old?.properties.customerId ?? crypto.randomUUID(),
    provisioningState: "Succeeded",
    createdDate: old?.createdAt ?? now,
    modifiedDate: now,
  }),
});

const categorySchema = z.looseObject({
  category: z.string().nullish(),
  categoryGroup: z.string().nullish(),
  enabled: z.boolean(),
});
const sinks = ["workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId"] as const;
/** https://learn.microsoft.com/azure/key-vault/general/monitor-key-vault-reference */
const vaultCategories = {
  logs: ["AuditEvent", "AzurePolicyEvaluationDetails", "audit", "allLogs"],
  metrics: ["AllMetrics"],
};
const isVault = /\/providers\/Microsoft\.KeyVault\/vaults\/[^/]+$/i;

const settingProperties = z.looseObject({
  workspaceId: z.string().nullish(),
  storageAccountId: z.string().nullish(),
  eventHubAuthorizationRuleId: z.string().nullish(),
  marketplacePartnerId: z.string().nullish(),
  logs: z.array(categorySchema).nullish(),
  metrics: z.array(categorySchema).nullish(),
});

/** What a setting sends where: pairs of category and sink, for no two settings of a resource may send the same. */
function flows(properties: Properties): { category: string; sink: string }[] {
  const { logs, metrics, ...rest } = settingProperties.parse(properties);
  const sent = [...(logs ?? []), ...(metrics ?? [])].filter(({ enabled }) => enabled);
  return sent.flatMap(({ category, categoryGroup }) =>
    sinks.flatMap((name) => {
      const sink = rest[name];
      return sink ? [{ category: category ?? categoryGroup ?? "", sink: sink.toLowerCase() }] : [];
    }),
  );
}

const diagnosticSetting = kind({
  type: "Microsoft.Insights/diagnosticSettings",
  place: "scope",
  versions: ["2017-05-01-preview", "2021-05-01-preview"],
  name: /^[^<>*%&:\\?+/]{1,260}$/,
  createdStatus: 200,
  properties: settingProperties,
  references: ({ workspaceId }) => (workspaceId ? [workspaceId] : []),
  kept: ({ properties, scope, siblings }) => {
    const { logs, metrics } = properties;
    if (!sinks.some((name) => properties[name])) {
      throw armErrors.badRequest("At least one data sink needs to be specified.");
    }
    if ([...(logs ?? []), ...(metrics ?? [])].length === 0) {
      throw armErrors.badRequest("At least one log or metric category needs to be specified.");
    }
    for (const [list, known] of [
      [logs, vaultCategories.logs],
      [metrics, vaultCategories.metrics],
    ] as const) {
      for (const { category, categoryGroup } of list ?? []) {
        if (Boolean(category) === Boolean(categoryGroup)) {
          throw armErrors.badRequest("Each log needs either 'category' or 'categoryGroup', not both.");
        }
        const name = category ?? categoryGroup ?? "";
        if (isVault.test(scope) && !known.includes(name)) {
          throw armErrors.badRequest(`Category '${name}' is not supported.`);
        }
      }
    }
    const taken = siblings.flatMap((other) => flows(other.properties).map((flow) => ({ ...flow, by: other.name })));
    for (const { category, sink } of flows(properties)) {
      const other = taken.find((flow) => flow.category === category && flow.sink === sink);
      if (other) {
        throw armErrors.conflict(
          "Conflict",
          `Data sink '${sink}' is already used in diagnostic setting '${other.by}' for category '${category}'. Data sinks can't be reused in different settings on the same category for the same resource.`,
        );
      }
    }
    return { ...properties, logs: logs ?? [], metrics: metrics ?? [] };
  },
});

const receivers = {
  email: named({ emailAddress: z.email(), useCommonAlertSchema: z.boolean().nullish() }),
  webhook: named({ serviceUri: z.url() }),
  sms: named({ countryCode: z.string(), phoneNumber: z.string() }),
  logicApp: named({ resourceId: z.string(), callbackUrl: z.string() }),
  armRole: named({ roleId: z.string() }),
};
const otherReceivers = ["azureAppPush", "automationRunbook", "voice", "azureFunction", "eventHub", "itsm"];

const actionGroup = kind({
  type: "Microsoft.Insights/actionGroups",
  place: "group",
  versions: ["2021-09-01", "2022-06-01", "2023-01-01", "2024-10-01-preview"],
  name: /^[^<>*%&:\\?+/|]{1,260}$/,
  locations: ["global", "swedencentral", "germanywestcentral", "northcentralus", "southcentralus"],
  properties: z.looseObject({
    groupShortName: z.string().min(1).max(12),
    enabled: z.boolean(),
    emailReceivers: receivers.email.nullish(),
    webhookReceivers: receivers.webhook.nullish(),
    smsReceivers: receivers.sms.nullish(),
    logicAppReceivers: receivers.logicApp.nullish(),
    armRoleReceivers: receivers.armRole.nullish(),
  }),
  kept: ({ properties }) => {
    const lists = [...Object.keys(receivers), ...otherReceivers].map((name) => `${name}Receivers`);
    const names = lists.flatMap((list) => {
      const given = named({}).safeParse(properties[list] ?? []);
      return given.success ? given.data.map(({ name }) => name) : [];
    });
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw armErrors.badRequest(`The receiver name '${twice}' is used more than once.`);
    return {
      ...Object.fromEntries(lists.map((list) => [list, []])),
      ...properties,
      emailReceivers: (properties.emailReceivers ?? []).map((one) => ({ ...one, status: "Enabled" })),
    };
  },
});

const conditionSchema = z.looseObject({
  query: z.string().min(1),
  timeAggregation: z.enum(["Count", "Average", "Minimum", "Maximum", "Total"]),
  operator: z.enum(["Equals", "GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual"]),
  threshold: z.number(),
  metricMeasureColumn: z.string().nullish(),
});

const scheduledQueryRule = kind({
  type: "Microsoft.Insights/scheduledQueryRules",
  place: "group",
  versions: ["2021-08-01", "2022-06-15", "2023-03-15-preview", "2023-12-01", "2025-01-01-preview"],
  name: /^[^*#&+:<>?@%{}\\/]{1,260}$/,
  hasEtag: true,
  properties: z.looseObject({
    scopes: texts.length(1, { error: "must be one resource" }),
    criteria: z.looseObject({ allOf: z.array(conditionSchema).min(1) }),
    evaluationFrequency: duration,
    windowSize: duration,
    severity: z.number().int().min(0).max(4),
    enabled: z.boolean().nullish(),
    actions: z.looseObject({ actionGroups: texts.nullish() }).nullish(),
  }),
  references: ({ scopes, actions }) => [...scopes, ...(actions?.actionGroups ?? [])],
  kept: ({ properties, old, version }) => {
    const { criteria, evaluationFrequency, windowSize } = properties;
    if (minutes(windowSize) < minutes(evaluationFrequency)) {
      throw armErrors.badRequest("The window size must not be shorter than the evaluation frequency.");
    }
    const unmeasured = criteria.allOf.some(
      ({ timeAggregation, metricMeasureColumn }) => timeAggregation !== "Count" && !metricMeasureColumn,
    );
    if (unmeasured) throw armErrors.badRequest("Only the aggregation 'Count' works without 'metricMeasureColumn'.");
    return {
      ...properties,
      enabled: properties.enabled ?? true,
      createdWithApiVersion: old?.properties.createdWithApiVersion ?? version,
      isLegacyLogAnalyticsRule: false,
      isWorkspaceAlertsStorageConfigured: false,
    };
  },
});

/** https://learn.microsoft.com/azure/event-grid/event-schema-key-vault */
const vaultEvents = ["Certificate", "Key", "Secret"]
  .flatMap((what) => ["NewVersionCreated", "NearExpiry", "Expired"].map((event) => `${what}${event}`))
  .concat("VaultAccessPolicyChanged")
  .map((event) => `Microsoft.KeyVault.${event}`);
const cloudEvents = "CloudEventSchemaV1_0";

const eventSubscription = kind({
  type: "Microsoft.EventGrid/eventSubscriptions",
  place: "scope",
  versions: ["2022-06-15", "2023-12-15-preview", "2025-02-15", "2025-04-01-preview"],
  name: /^[a-zA-Z0-9-]{3,64}$/,
  properties: z.looseObject({
    destination: z.looseObject({
      endpointType: z.string().min(1),
      properties: z
        .looseObject({
          severity: z.enum(["Sev0", "Sev1", "Sev2", "Sev3", "Sev4"]).nullish(),
          actionGroups: texts.nullish(),
        })
        .nullish(),
    }),
    filter: z.looseObject({ includedEventTypes: texts.nullish() }).nullish(),
    eventDeliverySchema: z.enum(["EventGridSchema", "CustomInputSchema", cloudEvents]).nullish(),
    labels: texts.nullish(),
    retryPolicy: z.looseObject({}).nullish(),
  }),
  references: ({ destination }) => destination.properties?.actionGroups ?? [],
  kept: ({ properties, scope }) => {
    const { destination, filter, eventDeliverySchema } = properties;
    if (destination.endpointType === "MonitorAlert") {
      if (!destination.properties?.severity) throw armErrors.badRequest("Severity is required for MonitorAlert.");
      if (eventDeliverySchema !== cloudEvents) {
        throw armErrors.badRequest(`MonitorAlert supports only the event delivery schema '${cloudEvents}'.`);
      }
    }
    const unknown = (filter?.includedEventTypes ?? []).find(
      (type) => isVault.test(scope) && !vaultEvents.includes(type),
    );
    if (unknown !== undefined) {
      throw armErrors.badRequest(
        `The event type '${unknown}' is not supported by topic type Microsoft.KeyVault.vaults.`,
      );
    }
    return {
      labels: [],
      ...properties,
      topic: scope,
      provisioningState: "Succeeded",
      filter: { subjectBeginsWith: "", subjectEndsWith: "", ...filter },
      eventDeliverySchema: eventDeliverySchema ?? "EventGridSchema",
      retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440, ...properties.retryPolicy },
    };
  },
});

/** The kinds that a stack's operation needs beside vaults: logs, alerts, locks. */
export const operationKinds: readonly SimpleKind[] = [
  lock,
  workspace,
  diagnosticSetting,
  actionGroup,
  scheduledQueryRule,
  eventSubscription,
];
