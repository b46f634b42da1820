const parameter = (name: string) => `@parameters('${name}')`;
const days =
  "div(sub(ticks(addSeconds('1970-01-01T00:00:00Z', items('Each_version')?['attributes']?['exp'])), ticks(utcNow())), 864000000000)";

/**
 * The Logic App's definition: every morning it lists the versions of the secret, which says when each expires and not what it is,
 * and posts a notice for one that is enabled and near its end.
 * Source: https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-definition-language
 */
export const expiryNotice = {
  $schema: "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
  contentVersion: "1.0.0.0",
  parameters: {
    secretUri: { type: "String" },
    connectorId: { type: "String" },
    connectorDisplayName: { type: "String" },
    environmentId: { type: "String" },
    noticeDays: { type: "Int" },
    webhookUrl: { type: "SecureString" },
  },
  triggers: {
    Every_morning: { type: "Recurrence", recurrence: { frequency: "Day", interval: 1, schedule: { hours: ["6"] } } },
  },
  actions: {
    Versions: {
      type: "Http",
      runAfter: {},
      inputs: {
        method: "GET",
        uri: "@{parameters('secretUri')}/versions?api-version=7.4",
        authentication: { type: "ManagedServiceIdentity", audience: "https://vault.azure.net" },
      },
    },
    Those_that_expire: {
      type: "Query",
      runAfter: { Versions: ["Succeeded"] },
      inputs: {
        from: "@body('Versions')?['value']",
        where:
          "@and(equals(item()?['attributes']?['enabled'], true), not(empty(string(item()?['attributes']?['exp']))))",
      },
    },
    Each_version: {
      type: "Foreach",
      foreach: "@body('Those_that_expire')",
      runAfter: { Those_that_expire: ["Succeeded"] },
      actions: {
        Near_its_end: {
          type: "If",
          runAfter: {},
          expression: { and: [{ lessOrEquals: [`@${days}`, parameter("noticeDays")] }] },
          actions: {
            Tell: {
              type: "Http",
              runAfter: {},
              inputs: {
                method: "POST",
                uri: parameter("webhookUrl"),
                headers: { "content-type": "application/json" },
                body: {
                  text: `The secret behind the connector @{parameters('connectorDisplayName')} expires in @{${days}} days.`,
                  secretUri: parameter("secretUri"),
                  connectorId: parameter("connectorId"),
                  environmentId: parameter("environmentId"),
                },
              },
            },
          },
        },
      },
    },
  },
} as const;
