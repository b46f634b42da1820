import { z } from "zod";
import type { Cloud } from "../service";
import {
  asksForIdentity,
  type Connector,
  parameterSetsSchema,
  parametersSchema,
  received,
  shortName,
} from "./connectorModel";
import { defaultIconUri } from "./defaultIcon";

/** Listed in the order in which a GET shows them; the rest of the properties has names of its own in the model. */
const otherProperties = ["capabilities", "policyTemplateInstances", "scriptOperations"] as const;

/** What create and update of a connector send. */
export const bodySchema = z.object({
  properties: z.looseObject({
    displayName: z.string().min(1).optional(),
    description: z.string().optional(),
    iconUri: z.string().optional(),
    iconBrandColor: z.string().optional(),
    scriptDefinitionUrl: z.string().nullish(),
    environment: z.looseObject({ name: z.string() }),
    backendService: z.looseObject({ serviceUrl: z.string() }),
    openApiDefinition: z.unknown(),
    connectionParameters: parametersSchema.nullish(),
    connectionParameterSets: parameterSetsSchema.nullish(),
  }),
});
type ConnectorProperties = z.infer<typeof bodySchema>["properties"];
type Described = Pick<
  ConnectorProperties,
  | "description"
  | "iconUri"
  | "iconBrandColor"
  | "scriptDefinitionUrl"
  | "backendService"
  | "connectionParameters"
  | "connectionParameterSets"
> &
  Record<string, unknown>;

/** What a request says of a connector; `before` is the connector that it changes. */
export function described(cloud: Cloud, name: string, properties: Described, before?: Connector) {
  const redirectUrl = `https://global.consent.azure-apim.net/redirect/${shortName(name)}`;
  const secrets: Record<string, string> = {};
  const take = (parameters: Connector["connectionParameters"], prefix: string) => {
    const taken = received(parameters, prefix, redirectUrl);
    Object.assign(secrets, taken.secrets);
    return taken.parameters;
  };
  const connectionParameters = take(properties.connectionParameters ?? {}, "");
  const sets = properties.connectionParameterSets;
  const connectionParameterSets = sets && {
    ...sets,
    values: sets.values.map((set) => ({ ...set, parameters: take(set.parameters, set.name) })),
  };
  const parameters = { connectionParameters, ...(connectionParameterSets ? { connectionParameterSets } : {}) };
  const federatedSince = asksForIdentity(parameters)
    ? (before?.federatedSince ?? cloud.clock.now().toISOString())
    : undefined;
  const sealed = Object.entries(secrets).map(([key, secret]) => [key, cloud.sealer.seal(secret)] as const);
  return {
    description: properties.description ?? before?.description ?? "",
    iconUri: properties.iconUri ?? before?.iconUri ?? defaultIconUri,
    iconBrandColor: properties.iconBrandColor ?? before?.iconBrandColor ?? "#007ee5",
    ...(properties.scriptDefinitionUrl ? { scriptDefinitionUrl: properties.scriptDefinitionUrl } : {}),
    serviceUrl: properties.backendService.serviceUrl,
    ...parameters,
    federatedSince,
    // A secret that is left out is kept.
    sealedSecrets: { ...before?.sealedSecrets, ...Object.fromEntries(sealed) },
    others: Object.fromEntries(
      otherProperties.filter((key) => properties[key] !== undefined).map((key) => [key, properties[key]]),
    ),
  };
}
