import { z } from "zod";
import type { Clients } from "../../power-platform/client/clients";
import type { Endpoints } from "../../power-platform/client/endpoints";
import { RequestError } from "../../power-platform/client/errors";
import type { Settings } from "../../settings";
import { all, type CloudFinding } from "./finding";

const environmentSchema = z.looseObject({
  properties: z.looseObject({
    displayName: z.string().optional(),
    states: z.looseObject({ management: z.looseObject({ id: z.string() }).optional() }).optional(),
    linkedEnvironmentMetadata: z.looseObject({ instanceUrl: z.string().nullish() }).nullish(),
  }),
});
const permissionsSchema = z.looseObject({
  properties: z.looseObject({ permissions: z.record(z.string(), z.unknown()).optional() }),
});

/** The permission of the Power Apps resource provider without which nobody makes a custom connector. */
const createsConnectors = "CreateCustomApi";
/** The platform publishes no number that could be read; from here on it is worth a look at the licence. */
const manyConnectors = 50;

const finding = (level: CloudFinding["level"], what: string, remedy?: string): CloudFinding => ({
  area: "Power Platform",
  level,
  what,
  ...(remedy === undefined ? {} : { remedy }),
});

const connectorsIn = ({ identities }: Settings, environmentId: string) =>
  identities.flatMap(({ connectors }) => connectors).filter((one) => one.environmentId === environmentId);

export const environmentsOf = ({ identities }: Settings): string[] => [
  ...new Set(identities.flatMap(({ connectors }) => connectors.map(({ environmentId }) => environmentId))),
];

async function existence(
  { http }: Clients,
  endpoints: Endpoints,
  settings: Settings,
  id: string,
): Promise<CloudFinding[]> {
  try {
    const { body } = await http.send("GET", endpoints.environment(id), { action: `read environment ${id}` });
    const { properties } = environmentSchema.parse(JSON.parse(body));
    const name = `Environment ${properties.displayName ?? id} (${id})`;
    const state = properties.states?.management?.id;
    if (state !== undefined && state !== "Ready")
      return [finding("problem", `${name} is ${state}.`, "Wait until it is Ready.")];
    const hasDataverse = Boolean(properties.linkedEnvironmentMetadata?.instanceUrl);
    const wanted = connectorsIn(settings, id).some(({ connector }) => connector.route === "dataverse");
    if (wanted && !hasDataverse) {
      return [
        finding(
          "problem",
          `${name} has no Dataverse, by which connector.route wants connectors to be written.`,
          "Set connector.route to auto.",
        ),
      ];
    }
    return [finding("ok", `${name} is ready${hasDataverse ? ", with Dataverse" : ""}.`)];
  } catch (error) {
    const isRefusal = error instanceof RequestError && [403, 404].includes(error.status);
    if (!isRefusal) throw error;
    return [finding("problem", error.message)];
  }
}

async function permission({ http }: Clients, endpoints: Endpoints, id: string): Promise<CloudFinding[]> {
  const action = `read what the deployer may do in environment ${id}`;
  const accepted = [401, 403, 404];
  const { status, body } = await http.send("GET", endpoints.environmentPermissions(id), { action, accepted });
  const permissions = status < 400 ? permissionsSchema.parse(JSON.parse(body)).properties.permissions : undefined;
  if (permissions === undefined) {
    return [
      finding("unknown", `Whether the deployer may make custom connectors in environment ${id} is not shown to it.`),
    ];
  }
  if (createsConnectors in permissions)
    return [finding("ok", `The deployer may make custom connectors in environment ${id}.`)];
  const remedy = "Make it an Environment Maker of the environment, or a Power Platform administrator.";
  return [finding("problem", `The deployer lacks the permission ${createsConnectors} in environment ${id}.`, remedy)];
}

async function quota({ connectors }: Clients, settings: Settings, id: string): Promise<CloudFinding[]> {
  const present = await connectors.list(id);
  const wanted = connectorsIn(settings, id).map(({ connector }) => connector.title.toLowerCase());
  const isWanted = (title: string | undefined) => wanted.includes((title ?? "").toLowerCase());
  const others = present.filter(({ properties }) => !isWanted(properties.displayName)).length;
  const total = others + wanted.length;
  const said = `Environment ${id} has ${present.length} custom connectors that the deployer sees; with this stack there are ${total}.`;
  const remedy = "How many there may be depends on the makers' licences, and cannot be read: ask before it matters.";
  return [total > manyConnectors ? finding("hint", said, remedy) : finding("ok", said)];
}

/** One environment; of one that is not there nothing more is said. */
async function environmentFindings(clients: Clients, endpoints: Endpoints, settings: Settings, id: string) {
  const exists = await existence(clients, endpoints, settings, id);
  if (exists.some(({ level }) => level === "problem")) return exists;
  const more = await all("Power Platform", [
    [`What the deployer may do in environment ${id}`, () => permission(clients, endpoints, id)],
    [`The number of custom connectors in environment ${id}`, () => quota(clients, settings, id)],
  ]);
  return [...exists, ...more];
}

/** Environments: whether they exist, let the deployer make custom connectors, and how many there are. */
export function powerPlatformFindings(
  clients: Clients,
  endpoints: Endpoints,
  settings: Settings,
): Promise<CloudFinding[]> {
  const checks = environmentsOf(settings).map(
    (id) => [`Environment ${id}`, () => environmentFindings(clients, endpoints, settings, id)] as const,
  );
  return all("Power Platform", checks);
}
