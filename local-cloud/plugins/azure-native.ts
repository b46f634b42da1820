import { ArmClient } from "./azure-native/armClient";
import { ArmResource } from "./azure-native/armResource";
import { resourceId } from "./azure-native/ids";
import { armFunctions, armKinds } from "./azure-native/kinds";
import { SecretResource } from "./azure-native/secretResource";
import { callerClaims, connect } from "./common/connection";
import type { PluginPackage } from "./common/plugin";
import { main } from "./common/server";
import type { Properties } from "./common/values";

/** Stands in for https://www.pulumi.com/registry/packages/azure-native where it cannot be downloaded. */
const azureNative: PluginPackage = {
  name: "azure-native",
  version: "3.28.0",
  configure: (config) => {
    const connection = connect("azure-native", config);
    const { subscriptionId, tenantId, clientId } = connection;
    const context = { arm: new ArmClient(connection), subscriptionId, location: config.location };
    const resources = armKinds.map((kind) => [
      kind.token,
      kind.token === "azure-native:keyvault:Secret"
        ? new SecretResource(kind, context, connection)
        : new ArmResource(kind, context),
    ]);
    const functions = armFunctions.map(({ token, path, apiVersion }) => {
      const invoke = async (args: Properties) => {
        const answer = await context.arm.require(resourceId(path, args, subscriptionId), apiVersion);
        return { ...answer, azureApiVersion: apiVersion };
      };
      return [token, invoke] as const;
    });
    return {
      resources: Object.fromEntries(resources) as Record<string, ArmResource>,
      functions: {
        ...Object.fromEntries(functions),
        "azure-native:authorization:getClientConfig": async () => ({
          ...(await callerClaims(connection)),
          clientId,
          subscriptionId,
          tenantId,
        }),
      },
      cancel: () => {
        connection.cancel();
      },
    };
  },
};

void main(azureNative);
