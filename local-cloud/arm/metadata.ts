import { seed } from "../seed";

const audiences = ["https://management.core.windows.net/", "https://management.azure.com/"];
const suffixes = {
  azureDataLakeStoreFileSystem: "azuredatalakestore.net",
  acrLoginServer: "azurecr.io",
  sqlServerHostname: "database.windows.net",
  azureDataLakeAnalyticsCatalogAndJob: "azuredatalakeanalytics.net",
  keyVaultDns: "vault.azure.net",
  storage: "core.windows.net",
  azureFrontDoorEndpointSuffix: "azurefd.net",
  mhsmDns: "managedhsm.azure.net",
};

/** How clients find the endpoints of the cloud: https://management.azure.com/metadata/endpoints */
export function metadata(apiVersion: string): unknown {
  if (apiVersion < "2019") {
    const [audience] = audiences;
    return {
      galleryEndpoint: "https://gallery.azure.com/",
      graphEndpoint: "https://graph.windows.net/",
      portalEndpoint: "https://portal.azure.com",
      authentication: { loginEndpoint: "https://login.microsoftonline.com/", audiences: [audience] },
    };
  }
  const cloud = {
    portal: "https://portal.azure.com",
    authentication: {
      loginEndpoint: "https://login.microsoftonline.com",
      audiences,
      tenant: "common",
      identityProvider: "AAD",
    },
    media: "https://rest.media.azure.net",
    graphAudience: "https://graph.windows.net/",
    graph: "https://graph.windows.net/",
    name: "AzureCloud",
    suffixes,
    batch: "https://batch.core.windows.net/",
    resourceManager: "https://management.azure.com/",
    activeDirectoryDataLake: "https://datalake.azure.net/",
    sqlManagement: "https://management.core.windows.net:8443/",
    microsoftGraphResourceId: "https://graph.microsoft.com/",
    appInsightsResourceId: "https://api.applicationinsights.io",
    appInsightsTelemetryChannelResourceId: "https://dc.applicationinsights.azure.com/v2/track",
    logAnalyticsResourceId: "https://api.loganalytics.io",
    ossrDbmsResourceId: "https://ossrdbms-aad.database.windows.net",
  };
  // From 2020-06-01 the answer is one object; before, a list of clouds.
  return apiVersion < "2020-06-01" ? [cloud] : { ...cloud, tenantId: seed.tenantId };
}
