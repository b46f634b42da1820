import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Cloud } from "../service";
import { adminApplications, callerOf, requireDatedVersion } from "./access";
import { powerPlatformErrors } from "./errors";
import { organization } from "../dataverse/organization";
import { audiences, type Environment, environmentNamed, environments, runtimeHost } from "./hosts";

const provider = "/providers/Microsoft.BusinessAppPlatform";

function view(idPrefix: string, environment: Environment) {
  const { name, displayName, geo, isDefault } = environment;
  return {
    id: `${idPrefix}/environments/${name}`,
    name,
    type: `${idPrefix.replace("/providers/", "")}/environments`,
    location: geo,
    properties: {
      displayName,
      azureRegion: "eastus",
      azureRegionHint: "eastus",
      createdTime: "2026-01-01T00:00:00Z",
      environmentSku: isDefault ? "Default" : "Sandbox",
      isDefault,
      provisioningState: "Succeeded",
      runtimeEndpoints: {
        "microsoft.PowerApps": "https://api.powerapps.com",
        "microsoft.BusinessAppPlatform": "https://api.bap.microsoft.com",
        "microsoft.ApiManagement": `https://${runtimeHost(environment)}`,
      },
      governanceConfiguration: { protectionLevel: "Basic" },
      ...(environment.organizationHost === undefined ? {} : linkedDataverse()),
      states: { management: { id: "Ready" }, runtime: { id: "Enabled" } },
    },
  };
}

/** How an environment names its organization. An environment without Dataverse has no such properties. */
function linkedDataverse() {
  const { host, apiHost, id, uniqueName, friendlyName } = organization;
  return {
    linkedEnvironmentMetadata: {
      resourceId: id,
      friendlyName,
      uniqueName,
      domainName: host.split(".")[0],
      instanceUrl: `https://${host}/`,
      instanceApiUrl: `https://${apiHost}`,
      baseLanguage: 1033,
      instanceState: "Ready",
      createdTime: "2026-01-01T00:00:00Z",
    },
  };
}

/** What a caller may do in an environment, for `$expand=permissions`. */
const permissions = Object.fromEntries(
  ["CreateCustomApi", "GenerateResourceStorage", "ReadEnvironment", "CreatePowerApp"].map((name) => [name, {}]),
);

function found(name: string): Environment {
  const environment = environmentNamed(name);
  if (!environment) throw powerPlatformErrors.adminEnvironmentNotFound(name);
  return environment;
}

interface Named {
  Params: { name: string };
}

async function enter(cloud: Cloud, request: FastifyRequest) {
  const caller = await callerOf(cloud, request, [...audiences.powerApps, "https://api.bap.microsoft.com"]);
  requireDatedVersion(request);
  return caller;
}

/** Environments and administrator applications, at the host of the Business App Platform. */
export function businessAppPlatformRoutes(app: FastifyInstance, cloud: Cloud): void {
  for (const scope of ["", "/scopes/admin"]) {
    app.get(`${provider}${scope}/environments`, async (request) => {
      await enter(cloud, request);
      return { value: environments.map((one) => view(`${provider}${scope}`, one)) };
    });
    app.get<Named>(`${provider}${scope}/environments/:name`, async (request) => {
      await enter(cloud, request);
      return view(`${provider}${scope}`, found(request.params.name));
    });
  }
  app.put<Named>(`${provider}/adminApplications/:name`, async (request) => {
    const caller = await enter(cloud, request);
    if (caller.idtyp === "app") throw powerPlatformErrors.usersOnly();
    const applicationId = request.params.name.toLowerCase();
    adminApplications(cloud.store).put(applicationId, { applicationId, createdTime: cloud.clock.now().toISOString() });
    return { applicationId };
  });
  app.get<Named>(`${provider}/adminApplications/:name`, async (request) => {
    await enter(cloud, request);
    const registered = adminApplications(cloud.store).get(request.params.name.toLowerCase());
    if (!registered) throw powerPlatformErrors.adminEnvironmentNotFound(request.params.name);
    return { applicationId: registered.applicationId };
  });
}

/** The list from which `paconn` lets its user choose. */
export function flowRoutes(app: FastifyInstance, cloud: Cloud): void {
  const prefix = "/providers/Microsoft.ProcessSimple";
  app.get(`${prefix}/environments`, async (request) => {
    await enter(cloud, request);
    return { value: environments.map((one) => view(prefix, one)) };
  });
}

/** The same environments, at the Power Apps resource provider. */
export function powerAppsEnvironmentRoutes(app: FastifyInstance, cloud: Cloud): void {
  const prefix = "/providers/Microsoft.PowerApps";
  app.get<Named>(`${prefix}/environments/:name`, async (request) => {
    await enter(cloud, request);
    const shown = view(prefix, found(request.params.name));
    const expand = (request.query as Record<string, string | undefined>).$expand ?? "";
    return /\bpermissions\b/i.test(expand) ? { ...shown, properties: { ...shown.properties, permissions } } : shown;
  });
}
