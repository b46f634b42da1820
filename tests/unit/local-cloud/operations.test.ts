import { seed } from "../../../local-cloud/seed";
import { startTestCloud, type TestCloud } from "../../support/localCloud";

const arm = "https://management.azure.com";
const group = `/subscriptions/${seed.subscriptionId}/resourceGroups/rg-operations`;
const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-operations`;
const workspace = `${group}/providers/Microsoft.OperationalInsights/workspaces/log-operations`;
const actionGroup = `${group}/providers/Microsoft.Insights/actionGroups/ag-operations`;
const rule = `${group}/providers/Microsoft.Insights/scheduledQueryRules/refused`;
const setting = `${vault}/providers/Microsoft.Insights/diagnosticSettings/audit`;
const events = `${vault}/providers/Microsoft.EventGrid/eventSubscriptions/expiry`;
const lock = (scope: string) => `${scope}/providers/Microsoft.Authorization/locks/keep`;

/** A version that each kind knows, by a part of its id. */
const versions: [RegExp, string][] = [
  [/\/locks\//, "2020-05-01"],
  [/\/diagnosticSettings\//, "2021-05-01-preview"],
  [/\/workspaces\//, "2023-09-01"],
  [/\/actionGroups\//, "2024-10-01-preview"],
  [/\/scheduledQueryRules\//, "2025-01-01-preview"],
  [/\/eventSubscriptions\//, "2025-02-15"],
  [/\/roleAssignments\//, "2022-04-01"],
  [/\/vaults\//, "2024-11-01"],
];

const versionOf = (id: string) => versions.find(([pattern]) => pattern.test(id))?.[1] ?? "2024-03-01";

interface Answer {
  status: number;
  id?: string;
  name?: string;
  location?: string;
  value?: { name: string }[];
  properties: Record<string, unknown>;
  error?: { code: string; message: string };
}

const ruleProperties = {
  scopes: [workspace],
  severity: 2,
  evaluationFrequency: "PT5M",
  windowSize: "PT15M",
  criteria: {
    allOf: [
      {
        query: "AZKVAuditLogs | where OperationName == 'SecretGet' and HttpStatusCode == 403",
        timeAggregation: "Count",
        operator: "GreaterThan",
        threshold: 0,
      },
    ],
  },
  actions: { actionGroups: [actionGroup] },
};
const bodies = {
  workspace: { location: "West Europe", properties: { sku: { name: "PerGB2018" }, retentionInDays: 90 } },
  actionGroup: {
    location: "Global",
    properties: {
      groupShortName: "secrets",
      enabled: true,
      emailReceivers: [{ name: "team", emailAddress: "team@contoso.com", useCommonAlertSchema: true }],
    },
  },
  rule: { location: "westeurope", properties: ruleProperties },
  setting: { properties: { workspaceId: workspace, logs: [{ categoryGroup: "audit", enabled: true }] } },
  events: {
    properties: {
      eventDeliverySchema: "CloudEventSchemaV1_0",
      filter: { includedEventTypes: ["Microsoft.KeyVault.SecretNearExpiry"] },
      destination: { endpointType: "MonitorAlert", properties: { severity: "Sev1", actionGroups: [actionGroup] } },
    },
  },
  lock: { properties: { level: "CanNotDelete", notes: "Flows read from it." } },
};

describe("logs, alerts and locks of the local cloud", () => {
  let cloud: TestCloud;
  let token: string;

  const send = async (method: string, id: string, body?: unknown, version = versionOf(id)): Promise<Answer> => {
    const answer = await cloud.send(method, `${arm}${id}?api-version=${version}`, { token, body });
    return { ...(JSON.parse(answer.body || "{}") as Answer), status: answer.status };
  };
  const code = async (answer: Promise<Answer>) => {
    const { status, error } = await answer;
    return `${String(status)} ${error?.code ?? ""}`;
  };

  beforeEach(async () => {
    cloud = await startTestCloud();
    token = await cloud.token(arm);
    await send("PUT", group, { location: "westeurope" });
    await send("PUT", vault, {
      location: "westeurope",
      properties: { tenantId: seed.tenantId, sku: { family: "A", name: "standard" }, enableRbacAuthorization: true },
    });
    await send("PUT", workspace, bodies.workspace);
    await send("PUT", actionGroup, bodies.actionGroup);
  });
  afterEach(() => cloud.stop());

  test.each([
    ["workspace", workspace, bodies.workspace, 200],
    ["action group", actionGroup, bodies.actionGroup, 200],
    ["alert", rule, bodies.rule, 201],
    ["diagnostic setting", setting, bodies.setting, 200],
    ["event subscription", events, bodies.events, 201],
    ["lock of a vault", lock(vault), bodies.lock, 201],
    ["lock of a group", lock(group), bodies.lock, 201],
  ])("keeps a %s until it is deleted", async (_what, id, body, status) => {
    expect(await send("PUT", id, body)).toMatchObject({ status, id });
    const found = await send("GET", id);
    expect(found).toMatchObject({ status: 200, id, name: id.split("/").pop() });
    expect(await send("PUT", id, body)).toMatchObject({ status: 200, id });
    expect((await send("GET", id.replace(/\/[^/]+$/, ""), undefined, versionOf(id))).value).toHaveLength(1);
    expect((await send("DELETE", id)).status).toBe(200);
    expect(await code(send("GET", id))).toBe("404 ResourceNotFound");
    expect((await send("DELETE", id)).status).toBe(204);
  });

  test("fills in what the services do", async () => {
    const first = await send("GET", workspace);
    expect(first).toMatchObject({ location: "westeurope", properties: { provisioningState: "Succeeded" } });
    expect(first.properties.customerId).toMatch(/^[0-9a-f-]{36}$/);
    const { customerId } = (await send("PUT", workspace, { ...bodies.workspace, tags: { a: "b" } })).properties;
    expect(customerId).toBe(first.properties.customerId);
    expect(await send("PUT", rule, bodies.rule)).toMatchObject({ properties: { enabled: true } });
    expect(await send("PUT", events, bodies.events)).toMatchObject({
      properties: { topic: vault, provisioningState: "Succeeded", retryPolicy: { maxDeliveryAttempts: 30 } },
    });
  });

  const changed = (kind: keyof typeof bodies, properties: object) => ({
    ...bodies[kind],
    properties: { ...bodies[kind].properties, ...properties },
  });
  test.each([
    ["a workspace nowhere", workspace, { properties: {} }, "400 LocationRequired"],
    [
      "a workspace elsewhere",
      workspace,
      { ...bodies.workspace, location: "northeurope" },
      "409 InvalidResourceLocation",
    ],
    [
      "a workspace that forgets at once",
      workspace,
      changed("workspace", { retentionInDays: 3 }),
      "400 InvalidRequestContent",
    ],
    [
      "an action group in a region without any",
      actionGroup,
      { ...bodies.actionGroup, location: "westeurope" },
      "400 LocationNotAvailableForResourceType",
    ],
    [
      "a long short name",
      actionGroup,
      changed("actionGroup", { groupShortName: "much-too-long" }),
      "400 InvalidRequestContent",
    ],
    [
      "two receivers of a name",
      actionGroup,
      changed("actionGroup", { webhookReceivers: [{ name: "team", serviceUri: "https://example.com" }] }),
      "400 BadRequest",
    ],
    ["an alert on nothing", rule, changed("rule", { scopes: [`${workspace}-2`] }), "404 ResourceNotFound"],
    [
      "an alert to nobody",
      rule,
      changed("rule", { actions: { actionGroups: [`${actionGroup}-2`] } }),
      "404 ResourceNotFound",
    ],
    ["an alert without a condition", rule, changed("rule", { criteria: { allOf: [] } }), "400 InvalidRequestContent"],
    ["an alert that looks away", rule, changed("rule", { windowSize: "PT1M" }), "400 BadRequest"],
    ["a setting without a sink", setting, changed("setting", { workspaceId: undefined }), "400 BadRequest"],
    ["a setting to nowhere", setting, changed("setting", { workspaceId: `${workspace}-2` }), "404 ResourceNotFound"],
    [
      "a category that vaults have not",
      setting,
      changed("setting", { logs: [{ category: "Reads", enabled: true }] }),
      "400 BadRequest",
    ],
    ["a setting of no vault", setting.replace("kv-operations", "kv-none"), bodies.setting, "404 ResourceNotFound"],
    [
      "events that vaults have not",
      events,
      changed("events", { filter: { includedEventTypes: ["Microsoft.KeyVault.SecretRead"] } }),
      "400 BadRequest",
    ],
    [
      "an alert from events of another form",
      events,
      changed("events", { eventDeliverySchema: null }),
      "400 BadRequest",
    ],
    [
      "events to nobody",
      events,
      changed("events", {
        destination: {
          endpointType: "MonitorAlert",
          properties: { severity: "Sev1", actionGroups: [`${actionGroup}-2`] },
        },
      }),
      "404 ResourceNotFound",
    ],
    ["a lock of no level", lock(vault), changed("lock", { level: "Never" }), "400 InvalidRequestContent"],
    ["a lock of no group", lock(`${group}-2`), bodies.lock, "404 ResourceGroupNotFound"],
  ])("refuses %s", async (_what, id, body, expected) => {
    expect(await code(send("PUT", id, body))).toBe(expected);
  });

  test("knows the versions of each kind", async () => {
    const answer = await send("PUT", workspace, bodies.workspace, "2015-01-01");
    expect(answer).toMatchObject({ status: 400, error: { code: "NoRegisteredProviderFound" } });
    expect(answer.error?.message).toContain("2023-09-01");
  });

  test("sends a category to a workspace once", async () => {
    await send("PUT", setting, bodies.setting);
    expect(await code(send("PUT", `${setting}-2`, bodies.setting))).toBe("409 Conflict");
    expect((await send("PUT", setting, bodies.setting)).status).toBe(200);
  });

  test("lets only those write who may", async () => {
    token = await cloud.token(arm, "maker");
    expect(await code(send("PUT", lock(vault), bodies.lock))).toBe("403 AuthorizationFailed");
    expect(await code(send("GET", workspace))).toBe("403 AuthorizationFailed");
  });

  describe("a lock", () => {
    test("of a vault stands against its deletion and that of its group, and against nothing else", async () => {
      await send("PUT", setting, bodies.setting);
      await send("PUT", lock(vault), bodies.lock);
      expect(await send("DELETE", vault)).toMatchObject({
        status: 409,
        error: {
          code: "ScopeLocked",
          message: `The scope '${vault}' cannot perform delete operation because following scope(s) are locked: '${vault}'. Please remove the lock and try again.`,
        },
      });
      expect(await code(send("DELETE", group))).toBe("409 ScopeLocked");
      expect(await code(send("DELETE", setting))).toBe("409 ScopeLocked");
      expect((await send("DELETE", actionGroup)).status).toBe(200);
      expect((await send("PATCH", vault, { tags: { a: "b" } })).status).toBe(200);

      expect((await send("DELETE", lock(vault))).status).toBe(200);
      expect((await send("DELETE", vault)).status).toBe(200);
      expect(cloud.local.resources().map(({ type }) => type)).not.toContain("diagnosticSetting");
    });

    test("against changes lets nothing be written", async () => {
      await send("PUT", lock(group), { properties: { level: "ReadOnly" } });
      expect(await code(send("PATCH", vault, { tags: { a: "b" } }))).toBe("409 ScopeLocked");
      expect(await code(send("PUT", `${vault}/secrets/one`, { properties: { value: "x" } }))).toBe("409 ScopeLocked");
      expect((await send("GET", vault)).status).toBe(200);
      expect((await send("PUT", lock(group), bodies.lock)).status).toBe(200);
      expect((await send("PATCH", vault, { tags: { a: "b" } })).status).toBe(200);
    });
  });

  test("leaves nothing behind when the group goes", async () => {
    await send("PUT", rule, bodies.rule);
    await send("PUT", setting, bodies.setting);
    expect(cloud.local.resources().map(({ type }) => type)).toEqual(
      expect.arrayContaining(["workspace", "actionGroup", "scheduledQueryRule", "diagnosticSetting"]),
    );
    await send("DELETE", group);
    expect(cloud.local.resources()).toMatchObject([{ type: "vault", softDeleted: true }]);
  });
});
