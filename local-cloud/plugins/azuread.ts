import { ApplicationResource } from "./azuread/application";
import { ApplicationPasswordResource } from "./azuread/applicationPassword";
import { ApplicationRedirectUrisResource } from "./azuread/applicationRedirectUris";
import { FederatedCredentialResource } from "./azuread/federatedCredential";
import { GraphClient } from "./azuread/graphClient";
import { ServicePrincipalResource } from "./azuread/servicePrincipal";
import { connect } from "./common/connection";
import type { PluginPackage } from "./common/plugin";
import { main } from "./common/server";

/** Stands in for https://www.pulumi.com/registry/packages/azuread where it cannot be downloaded. */
const azuread: PluginPackage = {
  name: "azuread",
  version: "6.9.1",
  configure: (config) => {
    const connection = connect("azuread", config);
    const graph = new GraphClient(connection);
    const { clientId, tenantId } = connection;
    return {
      resources: {
        "azuread:index/application:Application": new ApplicationResource(graph),
        "azuread:index/servicePrincipal:ServicePrincipal": new ServicePrincipalResource(graph),
        "azuread:index/applicationPassword:ApplicationPassword": new ApplicationPasswordResource(graph),
        "azuread:index/applicationRedirectUris:ApplicationRedirectUris": new ApplicationRedirectUrisResource(graph),
        "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential":
          new FederatedCredentialResource(graph),
      },
      functions: {
        "azuread:index/getClientConfig:getClientConfig": async () => {
          const objectId = await graph.callerId();
          return { clientId, id: `${tenantId}-${clientId}-${objectId}`, objectId, tenantId };
        },
      },
      cancel: () => {
        connection.cancel();
      },
    };
  },
};

void main(azuread);
