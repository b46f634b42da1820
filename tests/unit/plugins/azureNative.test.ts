import { seed } from "../../../local-cloud/seed";
import { startTestCloud, type TestCloud } from "../../support/localCloud";
import { LeftBehindError, PluginProcess, type State } from "./pluginProcess";

const kind = {
  group: "azure-native:resources:ResourceGroup",
  vault: "azure-native:keyvault:Vault",
  secret: "azure-native:keyvault:Secret",
  assignment: "azure-native:authorization:RoleAssignment",
  events: "azure-native:eventgrid:EventSubscription",
  lock: "azure-native:authorization:ManagementLockByScope",
  workspace: "azure-native:operationalinsights:Workspace",
  setting: "azure-native:monitor:DiagnosticSetting",
  actionGroup: "azure-native:monitor:ActionGroup",
  rule: "azure-native:monitor:ScheduledQueryRule",
};
const arm = "https://management.azure.com";
const secretsOfficer = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7";
const secretsUser = "4633458b-17de-408a-b874-0445c86b69e6";

describe("the stand-in for the azure-native plugin", () => {
  let cloud: TestCloud;
  let azure: PluginProcess;
  let group: State;
  let vault: State;

  const vaultInputs = {
    resourceGroupName: "rg-plugin",
    vaultName: "kv-plugin",
    properties: {
      tenantId: seed.tenantId,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 7,
    },
    tags: { "made.by": "test" },
  };
  const secretInputs = {
    resourceGroupName: "rg-plugin",
    vaultName: "kv-plugin",
    secretName: "greeting",
    properties: { value: "a value to keep" },
  };
  const roleDefinition = (id: string) =>
    `/subscriptions/${seed.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${id}`;

  beforeAll(async () => {
    cloud = await startTestCloud();
    azure = await PluginProcess.start("azure-native", cloud.env, { location: "westeurope" });
    group = await azure.make(kind.group, { resourceGroupName: "rg-plugin" });
    vault = await azure.make(kind.vault, vaultInputs);
    // Deleting and recovering secrets goes through the vault's own API, which knows roles.
    await azure.make(kind.assignment, {
      scope: vault.id,
      principalId: seed.deployer.objectId,
      principalType: "ServicePrincipal",
      roleDefinitionId: roleDefinition(secretsOfficer),
    });
  }, 60_000);
  afterAll(async () => {
    await azure.stop();
    await cloud.stop();
  });

  /** What somebody else does in the portal. */
  async function send(method: string, id: string, apiVersion: string, body?: unknown): Promise<void> {
    const token = await cloud.token(arm);
    const answer = await cloud.send(method, `${arm}${id}?api-version=${apiVersion}`, { body, token });
    if (answer.status >= 400) throw new Error(answer.body);
  }
  async function refreshed(type: string, state: State): Promise<State> {
    const found = await azure.read(type, state);
    if (!found) throw new Error(`${state.id} is gone`);
    return found;
  }

  it("says who signs in and to which subscription", async () => {
    expect(await azure.invoke("azure-native:authorization:getClientConfig")).toEqual({
      clientId: seed.deployer.clientId,
      objectId: seed.deployer.objectId,
      subscriptionId: seed.subscriptionId,
      tenantId: seed.tenantId,
    });
  });

  describe("a resource group", () => {
    it("takes the provider's location, and moves only as another one", async () => {
      expect(group).toMatchObject({
        id: `/subscriptions/${seed.subscriptionId}/resourceGroups/rg-plugin`,
        inputs: { location: "westeurope" },
        outputs: { name: "rg-plugin", location: "westeurope" },
      });
      expect(await azure.diff(kind.group, group, { ...group.inputs, location: "West Europe" })).toMatchObject({
        changes: false,
      });
      expect(await azure.diff(kind.group, group, { ...group.inputs, location: "northeurope" })).toMatchObject({
        detailed: { location: "UPDATE_REPLACE" },
        deleteBeforeReplace: true,
      });
    });

    it("is named after the resource when nobody names it, the same in the next update", async () => {
      const { inputs } = await azure.check(kind.group, {});
      expect(inputs.resourceGroupName).toMatch(/^thing[0-9a-f]{8}$/);
      expect((await azure.check(kind.group, {}, inputs)).inputs).toEqual(inputs);
      const unnamed = { id: "x", inputs, outputs: {} };
      expect(await azure.diff(kind.group, unnamed, { ...inputs, location: "northeurope" })).toMatchObject({
        replaces: true,
        deleteBeforeReplace: false,
      });
    });

    it("is not created over another", async () => {
      await expect(azure.make(kind.group, { resourceGroupName: "rg-plugin" })).rejects.toThrow(
        `cannot create already existing resource '${group.id}'`,
      );
    });

    it("is gone after its deletion, which can be repeated", async () => {
      const other = await azure.make(kind.group, { resourceGroupName: "rg-other", tags: { a: "b" } });
      await azure.delete(kind.group, other);
      expect(await azure.read(kind.group, other)).toBeUndefined();
      await azure.delete(kind.group, other);
    });
  });

  describe("a vault", () => {
    it("is found again unchanged", async () => {
      expect(vault.inputs.location).toBe("westeurope");
      expect(vault.outputs).toMatchObject({ properties: { vaultUri: "https://kv-plugin.vault.azure.net/" } });
      expect(await refreshed(kind.vault, vault)).toEqual(vault);
      expect(await azure.diff(kind.vault, vault, vault.inputs)).toMatchObject({ changes: false });
    });

    it("shows what somebody else changed, and changes it back", async () => {
      await send("PATCH", vault.id, "2024-11-01", { tags: { "made.by": "somebody else" } });
      const drifted = await refreshed(kind.vault, vault);
      expect(await azure.diff(kind.vault, drifted, vault.inputs)).toMatchObject({
        replaces: false,
        detailed: { 'tags["made.by"]': "UPDATE" },
      });
      const { outputs } = await azure.update(kind.vault, drifted, vault.inputs);
      expect(outputs.tags).toEqual(vaultInputs.tags);
    });

    it("is another one under another name", async () => {
      const renamed = { ...vault.inputs, vaultName: "kv-plugin-2" };
      expect(await azure.diff(kind.vault, vault, renamed)).toMatchObject({ detailed: { vaultName: "UPDATE_REPLACE" } });
    });

    it("is planned with its address unknown", async () => {
      const { outputs } = await azure.create(kind.vault, vaultInputs, true);
      expect(outputs.properties).toMatchObject({ vaultUri: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" });
    });

    it("is imported by its id", async () => {
      const { inputs } = await refreshed(kind.vault, { id: vault.id, inputs: {}, outputs: {} });
      expect(inputs).toMatchObject({ resourceGroupName: "rg-plugin", vaultName: "kv-plugin", location: "westeurope" });
      expect(inputs.properties).not.toHaveProperty("vaultUri");
    });
  });

  it("recovers a deleted secret when it is made again, and never shows its value", async () => {
    const state = await azure.make(kind.secret, secretInputs);
    expect(state.id).toBe(`${vault.id}/secrets/greeting`);
    expect(JSON.stringify(state.outputs)).not.toContain(secretInputs.properties.value);
    expect(JSON.stringify((await azure.create(kind.secret, secretInputs, true)).outputs)).not.toContain(
      "a value to keep",
    );
    expect(await refreshed(kind.secret, state)).toEqual(state);

    const changed = { ...secretInputs, properties: { value: "another value" } };
    expect(await azure.diff(kind.secret, state, changed)).toMatchObject({
      replaces: false,
      detailed: { "properties.value": "UPDATE" },
    });
    const updated = await azure.update(kind.secret, state, changed);
    const version = ({ outputs }: State) =>
      (outputs.properties as { secretUriWithVersion: string }).secretUriWithVersion;
    expect(version(updated)).not.toBe(version(state));

    await azure.delete(kind.secret, updated);
    expect(await azure.read(kind.secret, updated)).toBeUndefined();
    const again = await azure.make(kind.secret, secretInputs);
    expect(version(again)).not.toBe(version(updated));
    await azure.delete(kind.secret, again);
    await azure.delete(kind.secret, again);
  }, 30_000);

  it("names a role assignment by a GUID, the same at every try, and replaces it for another principal", async () => {
    const inputs = {
      scope: vault.id,
      principalId: seed.makers.objectId,
      principalType: "Group",
      roleDefinitionId: roleDefinition(secretsUser),
    };
    const checked = (await azure.check(kind.assignment, inputs)).inputs;
    expect(checked.roleAssignmentName).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect((await azure.check(kind.assignment, inputs)).inputs).toEqual(checked);
    const named = { ...inputs, roleAssignmentName: "11111111-2222-4333-8444-555555555555" };
    const state = await azure.make(kind.assignment, named);
    expect(state.outputs).toMatchObject({ principalId: seed.makers.objectId, principalType: "Group" });
    expect(await refreshed(kind.assignment, state)).toEqual(state);
    const other = { ...state.inputs, principalId: seed.maker.objectId };
    expect(await azure.diff(kind.assignment, state, other)).toMatchObject({
      detailed: { principalId: "UPDATE_REPLACE" },
      deleteBeforeReplace: true,
    });
    await azure.delete(kind.assignment, state);
    expect(await azure.read(kind.assignment, state)).toBeUndefined();
  });

  it("finds a secret's present version, never its value", async () => {
    const state = await azure.make(kind.secret, secretInputs);
    const args = { resourceGroupName: "rg-plugin", vaultName: "kv-plugin", secretName: "greeting" };
    const found = await azure.invoke("azure-native:keyvault:getSecret", args);
    expect(found).toMatchObject({ id: state.id, name: "greeting", properties: state.outputs.properties });
    expect(JSON.stringify(found)).not.toContain(secretInputs.properties.value);
    await expect(azure.invoke("azure-native:keyvault:getSecret", { ...args, secretName: "none" })).rejects.toThrow(
      /^Status=404 Code="ResourceNotFound"/,
    );
    await azure.delete(kind.secret, state);
  });

  describe("logs, alerts and locks", () => {
    let workspace: State;
    let actionGroup: State;
    const inGroup = { resourceGroupName: "rg-plugin" };

    beforeAll(async () => {
      workspace = await azure.make(kind.workspace, { ...inGroup, workspaceName: "log-plugin", retentionInDays: 90 });
      actionGroup = await azure.make(kind.actionGroup, {
        ...inGroup,
        actionGroupName: "ag-plugin",
        location: "global",
        groupShortName: "secrets",
        enabled: true,
        emailReceivers: [{ name: "team", emailAddress: "team@contoso.com", useCommonAlertSchema: true }],
      });
    });

    it("are made, found again unchanged, changed and deleted", async () => {
      expect(workspace.outputs).toMatchObject({ name: "log-plugin", location: "westeurope", retentionInDays: 90 });
      const all: [string, State, Record<string, unknown>][] = [
        [kind.workspace, workspace, { retentionInDays: 120 }],
        [kind.actionGroup, actionGroup, { enabled: false }],
        [
          kind.setting,
          await azure.make(kind.setting, {
            resourceUri: vault.id,
            name: "audit",
            workspaceId: workspace.id,
            logs: [{ categoryGroup: "audit", enabled: true }],
          }),
          { metrics: [{ category: "AllMetrics", enabled: true }] },
        ],
        [
          kind.rule,
          await azure.make(kind.rule, {
            ...inGroup,
            ruleName: "refused",
            scopes: [workspace.id],
            severity: 2,
            evaluationFrequency: "PT5M",
            windowSize: "PT15M",
            criteria: {
              allOf: [{ query: "AZKVAuditLogs", timeAggregation: "Count", operator: "GreaterThan", threshold: 0 }],
            },
            actions: { actionGroups: [actionGroup.id] },
          }),
          { severity: 1 },
        ],
        [
          kind.events,
          await azure.make(kind.events, {
            scope: vault.id,
            eventSubscriptionName: "expiry",
            eventDeliverySchema: "CloudEventSchemaV1_0",
            filter: { includedEventTypes: ["Microsoft.KeyVault.SecretNearExpiry"] },
            destination: { endpointType: "MonitorAlert", severity: "Sev1", actionGroups: [actionGroup.id] },
          }),
          { labels: ["expiry"] },
        ],
        [kind.lock, await azure.make(kind.lock, { scope: vault.id, level: "CanNotDelete" }), { notes: "Why" }],
      ];
      for (const [type, state, change] of all) {
        const again = await refreshed(type, state);
        expect(again).toEqual(state);
        expect(await azure.diff(type, again, state.inputs)).toMatchObject({ changes: false });
        const inputs = { ...state.inputs, ...change };
        expect(await azure.diff(type, state, inputs)).toMatchObject({ changes: true, replaces: false });
        expect((await azure.update(type, state, inputs)).outputs).toMatchObject(change);
      }
      await expect(azure.delete(kind.vault, vault)).rejects.toThrow(/^Status=409 Code="ScopeLocked"/);
      for (const [type, state] of all.reverse()) {
        await azure.delete(type, state);
        expect(await azure.read(type, state)).toBeUndefined();
      }
    });
  });

  it("tells ARM's errors as the real plugin words them", async () => {
    const inputs = {
      scope: vault.id,
      roleAssignmentName: "22222222-2222-4333-8444-555555555555",
      principalId: "00000000-0000-4000-8000-000000000000",
      roleDefinitionId: roleDefinition(secretsUser),
    };
    await expect(azure.make(kind.assignment, inputs)).rejects.toThrow(/^Status=400 Code="PrincipalNotFound" Message="/);
    await expect(azure.make(kind.vault, { ...vaultInputs, vaultName: "kv_plugin" })).rejects.toThrow(
      "vaultName: 'vaultName' does not match expression",
    );
    const { resourceGroupName: _group, ...homeless } = vaultInputs;
    await expect(azure.make(kind.vault, homeless)).rejects.toThrow("missing required property 'resourceGroupName'");
  });

  it("keeps in the state what exists although its creation failed", async () => {
    // Done, but the answer is lost, and so is every repetition's.
    cloud.local.faults.add({ method: "PUT", path: "/vaults/kv-lost", effect: "cutAfter", times: 10 });
    const failure: unknown = await azure
      .make(kind.vault, { ...vaultInputs, vaultName: "kv-lost" })
      .catch((error: unknown) => error);
    cloud.local.faults.clear();
    expect(failure).toBeInstanceOf(LeftBehindError);
    const { state } = failure as LeftBehindError;
    expect(state).toMatchObject({ inputs: { vaultName: "kv-lost" }, outputs: { name: "kv-lost" } });
    await azure.delete(kind.vault, state);
  }, 60_000);

  it("names the setting that is missing", async () => {
    const env = { ...cloud.env, ARM_TENANT_ID: "" };
    await expect(PluginProcess.start("azure-native", env)).rejects.toThrow(
      "no tenantId. Set the environment variable ARM_TENANT_ID or the setting azure-native:tenantId.",
    );
  });
});
