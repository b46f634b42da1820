import { EventSubscription } from "@pulumi/azure-native/eventgrid/eventSubscription";
import { ActionGroup } from "@pulumi/azure-native/monitor/actionGroup";
import { DiagnosticSetting } from "@pulumi/azure-native/monitor/diagnosticSetting";
import { ScheduledQueryRule } from "@pulumi/azure-native/monitor/scheduledQueryRule";
import { Workspace } from "@pulumi/azure-native/operationalinsights/workspace";
import * as pulumi from "@pulumi/pulumi";
import { type Expiring, expiringSoonQuery, refusedReadsQuery } from "./alertQueries";
import type { KeyVault } from "./keyVault";

export interface VaultMonitoringArgs {
  vault: KeyVault;
  /** Azure region of the alerts, and of the workspace if it is the vault's own. */
  location: pulumi.Input<string>;
  /** ARM id of the Log Analytics workspace that gets the vault's logs. @default - one of its own */
  workspaceId?: pulumi.Input<string>;
  /** How long a workspace of its own keeps logs, 30 to 730 days. */
  retentionDays: number;
  /** Addresses that get alerts, through an action group of its own. Without any there is no such group. */
  emails: readonly string[];
  /** ARM ids of existing action groups that get alerts too: phones, chats, on-call services. */
  actionGroupIds: readonly string[];
  /** How many refused reads within 15 minutes are an alert. */
  refusedReads: number;
  /** How long before a date in `expiring` the alert comes, in days. */
  expiryWarningDays: number;
  /** What is known to end: client secrets, of which Azure gives no notice itself, and secrets with a date. */
  expiring: readonly Expiring[];
  tags: Record<string, string>;
}

/**
 * The vault's audit log in Log Analytics, with alerts on refused reads and on what is about to expire.
 * To be made before the vault's secrets: Event Grid tells of versions that are younger than the subscription.
 */
export class VaultMonitoring extends pulumi.ComponentResource {
  /** ARM id. */
  readonly workspaceId: pulumi.Output<string>;
  /** ARM ids of all that get alerts. */
  readonly actionGroupIds: pulumi.Output<string>[];

  constructor(name: string, args: VaultMonitoringArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("keyvault-connector:index:VaultMonitoring", name, {}, opts);
    const { vault, location, tags } = args;
    const { resourceGroupName, vaultId } = vault;
    const child = { parent: this };

    this.workspaceId = pulumi.output(
      args.workspaceId ??
        new Workspace(
          `${name}-workspace`,
          {
            resourceGroupName,
            location,
            sku: { name: "PerGB2018" },
            retentionInDays: args.retentionDays,
            // Nothing but Entra ID opens it: no shared keys.
            features: { disableLocalAuth: true },
            tags,
          },
          child,
        ).id,
    );
    const log = new DiagnosticSetting(
      `${name}-log`,
      {
        name: "keyvault-connector",
        resourceUri: vaultId,
        workspaceId: this.workspaceId,
        // A table of its own, with a column for each field, instead of the one that all services share.
        logAnalyticsDestinationType: "Dedicated",
        logs: [{ categoryGroup: "audit", enabled: true }],
      },
      child,
    );

    const receivers =
      args.emails.length === 0
        ? []
        : [
            new ActionGroup(
              `${name}-receivers`,
              {
                resourceGroupName,
                location: "global",
                enabled: true,
                groupShortName: "kvconnector",
                emailReceivers: args.emails.map((emailAddress) => ({
                  name: emailAddress,
                  emailAddress,
                  useCommonAlertSchema: true,
                })),
                tags,
              },
              child,
            ).id,
          ];
    this.actionGroupIds = [...receivers, ...args.actionGroupIds.map((id) => pulumi.output(id))];

    const alert = (suffix: string, alertArgs: AlertArgs) =>
      new ScheduledQueryRule(
        `${name}-${suffix}`,
        {
          resourceGroupName,
          location,
          displayName: alertArgs.displayName,
          description: alertArgs.description,
          kind: "LogAlert",
          enabled: true,
          severity: alertArgs.severity,
          // The vault, not the workspace: the alert is shown beside the vault, and a shared workspace needs no filter.
          scopes: [vaultId],
          evaluationFrequency: alertArgs.every,
          windowSize: alertArgs.window,
          // Azure makes the table when the first line is logged, which is after the rule.
          skipQueryValidation: true,
          autoMitigate: true,
          criteria: {
            allOf: [
              {
                query: alertArgs.query,
                timeAggregation: "Count",
                operator: "GreaterThanOrEqual",
                threshold: alertArgs.threshold,
                failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
              },
            ],
          },
          actions: { actionGroups: this.actionGroupIds },
          tags,
        },
        { ...child, dependsOn: [log] },
      );
    alert("refused", {
      displayName: "Key vault refuses reads of secrets",
      description: "Somebody, perhaps a connector, may not read a secret: docs/operations.md, Reads are refused.",
      severity: 2,
      query: refusedReadsQuery,
      threshold: args.refusedReads,
      every: "PT5M",
      window: "PT15M",
    });
    if (args.expiring.length > 0) {
      alert("expiring", {
        displayName: "A client secret or a secret is about to expire",
        description: "Run the rotation, or give the secret a new value: docs/operations.md, Rotation.",
        severity: 1,
        query: expiringSoonQuery(args.expiring, args.expiryWarningDays),
        threshold: 1,
        every: "P1D",
        window: "P1D",
      });
    }
    new EventSubscription(
      `${name}-expiry`,
      {
        eventSubscriptionName: "keyvault-connector-expiry",
        scope: vaultId,
        // What an alert is made from must be a CloudEvent.
        eventDeliverySchema: "CloudEventSchemaV1_0",
        filter: { includedEventTypes: ["Microsoft.KeyVault.SecretNearExpiry", "Microsoft.KeyVault.SecretExpired"] },
        destination: {
          endpointType: "MonitorAlert",
          severity: "Sev1",
          description: "A version of a secret expires, within 30 days or now: docs/operations.md, Rotation.",
          actionGroups: this.actionGroupIds,
        },
      },
      child,
    );
    this.registerOutputs({ workspaceId: this.workspaceId });
  }
}

interface AlertArgs {
  displayName: string;
  description: string;
  /** 0 (critical) to 4. */
  severity: number;
  query: string;
  /** As many rows as this are an alert. */
  threshold: number;
  /** ISO 8601. */
  every: string;
  /** ISO 8601; not shorter than `every`. */
  window: string;
}
