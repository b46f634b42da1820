import type { TokenCredential } from "@azure/core-auth";
import { type Clients, createClients } from "../../power-platform/client/clients";
import type { Cloud } from "../../power-platform/client/clouds";
import { deployerCredential } from "../../power-platform/client/credential";
import { Endpoints } from "../../power-platform/client/endpoints";
import type { Settings } from "../../settings";
import { azureFindings } from "./azure";
import { dataPolicyFindings } from "./dataPolicies";
import { entraFindings } from "./entra";
import { all, type CloudFinding, messageOf } from "./finding";
import { claimsFor } from "./identity";
import { environmentsOf, powerPlatformFindings } from "./powerPlatform";

/** Azure Resource Manager, Microsoft Graph and the vaults' domain of each national cloud. */
const azureHosts: Record<Cloud, { resourceManager: string; graph: string; vaults: string }> = {
  public: {
    resourceManager: "https://management.azure.com",
    graph: "https://graph.microsoft.com",
    vaults: "vault.azure.net",
  },
  gcc: {
    resourceManager: "https://management.azure.com",
    graph: "https://graph.microsoft.com",
    vaults: "vault.azure.net",
  },
  gccHigh: {
    resourceManager: "https://management.usgovcloudapi.net",
    graph: "https://graph.microsoft.us",
    vaults: "vault.usgovcloudapi.net",
  },
  dod: {
    resourceManager: "https://management.usgovcloudapi.net",
    graph: "https://dod-graph.microsoft.us",
    vaults: "vault.usgovcloudapi.net",
  },
  china: {
    resourceManager: "https://management.chinacloudapi.cn",
    graph: "https://microsoftgraph.chinacloudapi.cn",
    vaults: "vault.azure.cn",
  },
};

/** What a stack is checked for. */
export interface OnlineCheck {
  stack: string;
  settings: Settings;
  /** Configuration azure-native:subscriptionId, which stands back behind the environment. */
  subscriptionId?: string;
}

/** Whose credentials these are: the first thing that must work. */
async function signInFindings(credential: TokenCredential, resourceManager: string): Promise<CloudFinding[]> {
  try {
    const { oid, appid, upn } = await claimsFor(credential, `${resourceManager}/.default`);
    const who = upn ?? (appid === undefined ? "" : `the application ${appid}`);
    return [{ area: "Sign-in", level: "ok", what: `The deployer is ${who} (object id ${oid}).` }];
  } catch (error) {
    return [
      {
        area: "Sign-in",
        level: "problem",
        what: `The deployer cannot sign in. ${messageOf(error)}`,
        remedy: "Run az login, or set ARM_TENANT_ID, ARM_CLIENT_ID and one of the credentials that the README names.",
      },
    ];
  }
}

function withSubscription(
  clients: Clients,
  resourceManager: string,
  { settings, subscriptionId }: OnlineCheck,
  env: NodeJS.ProcessEnv,
): Promise<CloudFinding[]> {
  const id = env.ARM_SUBSCRIPTION_ID ?? env.AZURE_SUBSCRIPTION_ID ?? subscriptionId;
  if (id !== undefined) return azureFindings({ http: clients.http, resourceManager, subscriptionId: id, settings });
  const remedy = "Set ARM_SUBSCRIPTION_ID, or azure-native:subscriptionId in the stack's settings.";
  return Promise.resolve([{ area: "Azure", level: "problem", what: "No subscription is named.", remedy }]);
}

/** Looks at everything that `pulumi up` of a stack would meet, at the same time. Nothing is made. */
export async function checkOnline(check: OnlineCheck, env: NodeJS.ProcessEnv = process.env): Promise<CloudFinding[]> {
  const { settings, stack } = check;
  const { resourceManager, graph, vaults } = azureHosts[settings.cloud];
  const clients = createClients(settings.cloud);
  const endpoints = new Endpoints(settings.cloud);
  const credential = await deployerCredential(settings.authority, env);
  const signedIn = await signInFindings(credential, resourceManager);
  // Everything else would say the same again.
  if (signedIn.some(({ level }) => level === "problem")) return signedIn;
  const host = `${settings.vault.vaultName ?? `kv-${stack}-00000000`}.${vaults}`;
  const found = await Promise.all([
    withSubscription(clients, resourceManager, check, env),
    all("Entra", [
      ["What the deployer may do", async () => entraFindings(await claimsFor(credential, `${graph}/.default`))],
    ]),
    powerPlatformFindings(clients, endpoints, settings),
    dataPolicyFindings(clients.http, endpoints, environmentsOf(settings), host),
  ]);
  return [...signedIn, ...found.flat()];
}
