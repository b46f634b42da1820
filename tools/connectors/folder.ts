import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { CustomConnectorInputs } from "../../power-platform/lifecycle/connectorInputs";
import { uuidOf } from "../../power-platform/identity";
import { markerKey } from "../../power-platform/marker";
import { signInRevisionOf } from "../../power-platform/lifecycle/signInRevision";
import type {
  ConnectionParameter,
  ConnectionParameterSets,
  LocalFile,
  OpenApiDocument,
} from "../../power-platform/types";

/** A connector's files could not be read as what they should be. */
export class UnreadableError extends Error {}

const definitionFile = "apiDefinition.swagger.json";
const propertiesFile = "apiProperties.json";

/** Folders of connectors in the layout of paconn and of microsoft/PowerPlatformConnectors, sorted. */
export function connectorFolders(parent: string): string[] {
  return fs
    .readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && fs.existsSync(path.join(parent, entry.name, definitionFile)))
    .map(({ name }) => name)
    .sort();
}

/** Whether a text is wrong whatever would follow it. */
function isBeyondRepair(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return !/end of JSON input|Unterminated|after JSON at position 0/.test((error as Error).message);
  }
}

/** Where a text stops being JSON, counted from 1: not every message of the parser says it. */
export function placeOfMistake(text: string): { line: number; column: number } {
  let [from, to] = [0, text.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isBeyondRepair(text.slice(0, middle))) to = middle;
    else from = middle + 1;
  }
  const before = text.slice(0, Math.max(0, from - 1)).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/** @throws UnreadableError with the file and the place in it */
function readJson(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    const text = fs.readFileSync(file, "utf8").replace(/^\uFEFF/, "");
    const { line, column } = placeOfMistake(text);
    const reason = (error as Error).message.replaceAll(/\s+/g, " ");
    throw new UnreadableError(`${path.basename(file)}:${line}:${column} is not JSON: ${reason}`, { cause: error });
  }
}

/** The part of apiProperties.json that paconn sends. */
interface ApiProperties {
  connectionParameters?: Record<string, ConnectionParameter>;
  connectionParameterSets?: ConnectionParameterSets;
  iconBrandColor?: string;
  capabilities?: string[];
  policyTemplateInstances?: CustomConnectorInputs["policies"];
  scriptOperations?: string[];
  publisher?: string;
  stackOwner?: string;
}

function fileNamed(folder: string, isWanted: (name: string) => boolean): LocalFile | undefined {
  const name = fs.readdirSync(folder).find(isWanted);
  if (name === undefined) return undefined;
  const file = path.join(folder, name);
  return { path: file, sha256: crypto.createHash("sha256").update(fs.readFileSync(file)).digest("hex") };
}

/** Files in repositories hold no client secrets; some hold an empty one in its place. */
function withoutSecret(parameters: Record<string, ConnectionParameter>): Record<string, ConnectionParameter> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => {
      if (!parameter.oAuthSettings) return [name, parameter];
      const { clientSecret: _empty, ...oAuthSettings } = parameter.oAuthSettings as unknown as Record<string, unknown>;
      return [name, { ...parameter, oAuthSettings } as unknown as ConnectionParameter];
    }),
  );
}

/**
 * What the program would hand over for the files of a folder.
 * @throws UnreadableError
 */
export function inputsOfFolder(
  folder: string,
  place: Pick<CustomConnectorInputs, "environmentId" | "route">,
): CustomConnectorInputs {
  const definition = readJson(path.join(folder, definitionFile)) as OpenApiDocument;
  const file = path.join(folder, propertiesFile);
  const { properties = {} } = fs.existsSync(file) ? (readJson(file) as { properties?: ApiProperties }) : {};
  const { connectionParameterSets: given, publisher, stackOwner } = properties;
  const sets = given && {
    ...given,
    values: given.values.map((set) => ({ ...set, parameters: withoutSecret(set.parameters) })),
  };
  const connectionParameters = withoutSecret(properties.connectionParameters ?? {});
  const identity = uuidOf("connectors", path.basename(folder));
  const icon = fileNamed(folder, (name) => /^icon\.(png|jpe?g)$/i.test(name));
  const script = fileNamed(folder, (name) => /^script\.csx$/i.test(name));
  return {
    ...place,
    cloud: "public",
    definition: { ...definition, info: { ...definition.info, [markerKey]: identity } },
    ...(sets ? { connectionParameterSets: sets } : {}),
    connectionParameters,
    iconBrandColor: properties.iconBrandColor ?? "#007ee5",
    capabilities: properties.capabilities ?? [],
    policies: properties.policyTemplateInstances ?? [],
    scriptOperations: script ? (properties.scriptOperations ?? []) : [],
    ...(icon ? { icon } : {}),
    ...(script ? { script } : {}),
    ...(publisher === undefined ? {} : { publisher }),
    ...(stackOwner === undefined ? {} : { stackOwner }),
    shareWith: [],
    deleteWhileUsed: false,
    identity,
    signInRevision: signInRevisionOf({ ...(sets ? { connectionParameterSets: sets } : {}), connectionParameters }),
  };
}
