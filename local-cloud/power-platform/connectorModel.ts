import crypto from "node:crypto";
import { z } from "zod";
import type { Sealed } from "../sealing";
import { seed } from "../seed";
import type { Cloud } from "../service";
import type { Collection, Store } from "../store";
import type { Person } from "./access";
import { type Definition, rewritten } from "./definition";
import { federatedIdentity, isFederated, withIdentity } from "./federatedIdentity";
import { environmentNamed, environments, runtimeHost } from "./hosts";
import type { Permission } from "./permissions";
import { signedUrl } from "./signedUrls";

const settingValue = z.looseObject({ value: z.union([z.string(), z.boolean(), z.number()]).nullish() });
const oAuthSettingsSchema = z.looseObject({
  identityProvider: z.string(),
  clientId: z.string().optional(),
  clientSecret: z.string().optional(),
  clientAssertionType: z.string().optional(),
  customParameters: z.record(z.string(), settingValue).optional(),
});
/** How a sign-in parameter signs in. Key names differ in case from connector to connector. */
export type OAuthSettings = z.infer<typeof oAuthSettingsSchema>;

const parameterSchema = z.looseObject({
  type: z.enum(["string", "securestring", "oauthSetting", "oAuthSetting", "gatewaySetting", "bool", "int"], {
    error: "is no type of a connection parameter",
  }),
});
export const parametersSchema = z.record(z.string(), parameterSchema);
export const parameterSetsSchema = z.looseObject({
  uiDefinition: z.looseObject({}).optional(),
  values: z.array(
    z.looseObject({
      name: z.string().min(1),
      metadata: z.looseObject({ allowSharing: z.boolean().optional() }).optional(),
      parameters: parametersSchema,
    }),
  ),
});
export type Parameters = z.infer<typeof parametersSchema>;
export type ParameterSets = z.infer<typeof parameterSetsSchema>;

/** A custom connector. Client secrets are kept apart from what is shown. */
export interface Connector {
  /** Internal name, `shared_…`. */
  name: string;
  environment: string;
  displayName: string;
  description: string;
  iconBrandColor: string;
  iconUri: string;
  scriptDefinitionUrl?: string;
  serviceUrl: string;
  definition: Definition;
  connectionParameters: Parameters;
  connectionParameterSets?: ParameterSets;
  /** Client secrets of sign-in settings, by `set/parameter`. */
  sealedSecrets: Record<string, Sealed>;
  /** When the connector first asked to sign in by managed identity; absent when it does not. */
  federatedSince?: string | undefined;
  /** Id of the row in Dataverse that it was made of; absent without one. */
  xrmConnectorId?: string;
  /** Other properties, shown as they were sent: capabilities, policyTemplateInstances, scriptOperations, publisher. */
  others: Record<string, unknown>;
  createdBy: Person;
  modifiedBy: Person;
  createdTime: string;
  changedTime: string;
  permissions: Permission[];
}

export const connectors = (store: Store): Collection<Connector> => store.collection("connectors");

const encoded = (title: string) =>
  Array.from(title.toLowerCase())
    .map((character) => (/[a-z0-9]/.test(character) ? character : `-${[...Buffer.from(character)].map(hex).join("-")}`))
    .join("");
const hex = (byte: number) => byte.toString(16).padStart(2, "0");
const hash = (text: string) => crypto.createHash("sha256").update(text).digest("hex").slice(0, 16);

/** The internal name: the title, and two hashes that do not depend on it, as in every published example. */
export function internalName(title: string, environment: string): string {
  return `shared_${encoded(title)}-5f${hash(`tenant ${seed.tenantId}`)}-5f${hash(`environment ${environment}`)}`;
}

/** The internal name of a row of Dataverse: its own name, and one hash. */
export function solutionName(rowName: string, environment: string): string {
  return `shared_${encoded(rowName)}-5f${hash(`environment ${environment}`)}`;
}

/** The name without `shared_`, as it stands in runtime and redirect URLs. */
export const shortName = (name: string): string => name.replace(/^shared_/, "");

/** The sign-in settings of a parameter, under whatever case the key has. */
export function oAuthSettingsOf(parameter: Parameters[string] | undefined): [key: string, OAuthSettings] | undefined {
  const key = Object.keys(parameter ?? {}).find((one) => one.toLowerCase() === "oauthsettings");
  const parsed = key === undefined ? undefined : oAuthSettingsSchema.safeParse(parameter?.[key]);
  return key !== undefined && parsed?.success ? [key, parsed.data] : undefined;
}

/** Takes the client secrets out of parameters and puts the service's redirect URL in. */
export function received(parameters: Parameters, prefix: string, redirectUrl: string) {
  const secrets: Record<string, string> = {};
  const shown = Object.entries(parameters).map(([name, parameter]) => {
    const found = oAuthSettingsOf(parameter);
    if (!found) return [name, parameter] as const;
    const [key, { clientSecret, ...settings }] = found;
    if (clientSecret) secrets[`${prefix}/${name}`] = clientSecret;
    return [name, { ...parameter, [key]: { ...settings, redirectMode: "GlobalPerConnector", redirectUrl } }] as const;
  });
  return { parameters: Object.fromEntries(shown) as Parameters, secrets };
}

/** Whether one of the connector's sign-in parameters asks for managed identity. */
export function asksForIdentity({
  connectionParameters,
  connectionParameterSets,
}: Pick<Connector, "connectionParameters" | "connectionParameterSets">): boolean {
  const all = [connectionParameters, ...(connectionParameterSets?.values ?? []).map(({ parameters }) => parameters)];
  return all
    .flatMap((parameters) => Object.values(parameters))
    .some((parameter) => {
      const found = oAuthSettingsOf(parameter);
      return found !== undefined && isFederated(found[1]);
    });
}

/** Parameters as a GET shows them: with the identity that the service gave the connector, where they ask for one. */
function shownParameters(cloud: Cloud, connector: Connector, parameters: Parameters): Parameters {
  const shown = Object.entries(parameters).map(([name, parameter]) => {
    const [key, settings] = oAuthSettingsOf(parameter) ?? [];
    if (key === undefined || settings === undefined) return [name, parameter] as const;
    return [name, { ...parameter, [key]: withIdentity(settings, federatedIdentity(cloud, connector)) }] as const;
  });
  return Object.fromEntries(shown);
}

const blobPath = (connector: Connector, kind: "original" | "modified") =>
  `/api-swagger-files/${shortName(connector.name)}.json${kind === "original" ? "_original" : ""}`;

export function connectorOfBlob(all: Collection<Connector>, path: string): Connector | undefined {
  return all.values().find((connector) => blobPath(connector, "original") === path);
}

/** The definition as it was sent, the way the service prints it. */
export const originalText = ({ definition }: Connector): string =>
  JSON.stringify(definition, undefined, 2).replaceAll("\n", "\r\n");

export function runtimeUrlOf(connector: Connector): string {
  const environment = environmentNamed(connector.environment) ?? environments[0];
  if (!environment) throw new Error("There is no environment.");
  return `https://${runtimeHost(environment)}/apim/${shortName(connector.name)}`;
}

export const connectorId = (name: string): string => `/providers/Microsoft.PowerApps/apis/${name}`;

/** A connector as GET answers it. */
export function connectorView(cloud: Cloud, connector: Connector): Record<string, unknown> {
  const runtimeUrl = runtimeUrlOf(connector);
  const { host, pathname } = new URL(runtimeUrl);
  const { name, environment, createdBy, modifiedBy, iconBrandColor, connectionParameterSets: sets } = connector;
  const almMode = connector.xrmConnectorId === undefined ? "Environment" : "Solution";
  return {
    name,
    id: connectorId(name),
    type: "Microsoft.PowerApps/apis",
    properties: {
      displayName: connector.displayName,
      description: connector.description,
      iconUri: connector.iconUri,
      iconBrandColor,
      contact: {},
      license: {},
      apiEnvironment: "Shared",
      isCustomApi: true,
      connectionParameters: shownParameters(cloud, connector, connector.connectionParameters),
      ...(sets
        ? {
            connectionParameterSets: {
              ...sets,
              values: sets.values.map((set) => ({
                ...set,
                parameters: shownParameters(cloud, connector, set.parameters),
              })),
            },
          }
        : {}),
      swagger: rewritten(connector.definition, host, pathname),
      runtimeUrls: [runtimeUrl],
      primaryRuntimeUrl: runtimeUrl,
      metadata: {
        source: "powerapps-user-defined",
        brandColor: iconBrandColor,
        contact: {},
        license: {},
        publisherUrl: null,
        serviceUrl: null,
        documentationUrl: null,
        environmentName: environment,
        xrmConnectorId: connector.xrmConnectorId ?? null,
        almMode,
        createdBy: JSON.stringify(createdBy),
        modifiedBy: JSON.stringify(modifiedBy),
        allowSharing: false,
      },
      capabilities: [],
      ...connector.others,
      ...(connector.scriptDefinitionUrl ? { scriptDefinitionUrl: connector.scriptDefinitionUrl } : {}),
      apiDefinitions: {
        originalSwaggerUrl: signedUrl(cloud, blobPath(connector, "original"), "blob"),
        modifiedSwaggerUrl: signedUrl(cloud, blobPath(connector, "modified"), "blob"),
      },
      backendService: { serviceUrl: connector.serviceUrl },
      createdBy,
      modifiedBy,
      createdTime: connector.createdTime,
      changedTime: connector.changedTime,
      environment: { id: `/providers/Microsoft.PowerApps/environments/${environment}`, name: environment },
      tier: "Standard",
      publisher: createdBy.displayName,
      almMode,
    },
  };
}
