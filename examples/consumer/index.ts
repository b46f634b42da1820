// A second stack: tells makers when the secret behind their connector nears its expiry. All that it knows of the other stack, it reads
// from its outputs. A program in a repository of its own brings a copy of outputs.ts.
import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment";
import { Workflow } from "@pulumi/azure-native/logic/workflow";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup";
import * as pulumi from "@pulumi/pulumi";
import { readOutputs, secretNamed } from "../../outputs";
import { expiryNotice } from "./expiryNotice";

const config = new pulumi.Config();
const connector = readOutputs(new pulumi.StackReference(config.require("connectorStack")));
const secret = secretNamed(connector, config.get("secretName") ?? "ppsecret1");

const group = new ResourceGroup("consumer-rg");
const notice = new Workflow("consumer-notice", {
  resourceGroupName: group.name,
  identity: { type: "SystemAssigned" },
  definition: expiryNotice,
  parameters: {
    secretUri: { value: secret.uri },
    connectorId: { value: connector.connectorId },
    connectorDisplayName: { value: connector.connectorDisplayName },
    environmentId: { value: connector.environmentId },
    noticeDays: { value: config.getNumber("noticeDays") ?? 30 },
    webhookUrl: { value: config.requireSecret("webhookUrl") },
  },
});

// It reads when the secret expires, and cannot read the secret: Key Vault Reader, on this secret alone.
const keyVaultReader = "21090545-7ca7-4776-b22c-e363652d74d2";
const principalId = notice.identity.apply((identity) => identity?.principalId ?? "");
new RoleAssignment("consumer-notice-reader", {
  scope: secret.id,
  principalId,
  principalType: "ServicePrincipal",
  roleDefinitionId: connector.vaultId.apply(
    (id) =>
      `${id.split("/resourceGroups/")[0] ?? ""}/providers/Microsoft.Authorization/roleDefinitions/${keyVaultReader}`,
  ),
});

export const workflowId = notice.id;
export const workflowPrincipalId = principalId;
export const watchedSecret = secret.uri;
export const watchedConnector = connector.connectorId;
