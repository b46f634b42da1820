import fs from "node:fs";
import type { ConnectorColumns, ConnectorRow } from "../client/dataverseConnectors";
import { setsWithSecret, withSecret } from "../lifecycle/connectorBody";
import type { CustomConnectorInputs } from "../lifecycle/connectorInputs";
import type { Content } from "./route";

/** Choices of the column `capabilities`; the numbers are those of the table's reference. */
const capabilityNumbers: Record<string, number> = {
  composite: 118690000,
  tabular: 118690001,
  blob: 118690002,
  gateway: 118690003,
  cloud: 118690004,
  actions: 118690005,
};

/** The choices for capabilities, those that the column has; others have no place in Dataverse. */
const numbersOf = (capabilities: readonly string[]): string[] =>
  capabilities.flatMap((name) => capabilityNumbers[name.toLowerCase()]?.toString() ?? []);

/** Characters that a column takes. Source: the table's reference, see client/dataverseConnectors.ts. */
const longest = {
  displayname: 200,
  description: 1000,
  openapidefinition: 1_000_000,
  connectionparameters: 500_000,
  connectionparametersets: 500_000,
  policytemplateinstances: 500_000,
  scriptoperations: 500_000,
  customcodeblobcontent: 500_000,
} satisfies Partial<Record<keyof ConnectorColumns, number>>;

/** @throws Error naming every column that takes less than there is */
function checkLengths(row: ConnectorColumns): void {
  const tooLong = Object.entries(longest).flatMap(([column, most]) => {
    const value = row[column as keyof typeof longest];
    return typeof value === "string" && value.length > most
      ? [`${column} has ${value.length} characters, ${most} are allowed`]
      : [];
  });
  if (tooLong.length === 0) return;
  throw new Error(
    `Dataverse does not take this custom connector: ${tooLong.join("; ")}. Shorten it, or set route to powerApps.`,
  );
}

/** The columns that a connector's inputs make; without its name, which is given once. */
export function rowOf(inputs: CustomConnectorInputs): ConnectorColumns {
  const { definition, connectionParameterSets: sets, script, oauthClientSecretVariable: variable } = inputs;
  const numbers = numbersOf(inputs.capabilities);
  // Dataverse empties client secrets, and keeps references to environment variables.
  const secret = variable && `@environmentVariables("${variable.schemaName}")`;
  const row: ConnectorColumns = {
    displayname: definition.info.title,
    description: definition.info.description ?? "",
    openapidefinition: JSON.stringify(definition),
    connectionparameters: JSON.stringify(withSecret(inputs.connectionParameters, secret)),
    connectionparametersets: sets === undefined ? null : JSON.stringify(setsWithSecret(sets, secret)),
    policytemplateinstances: JSON.stringify(inputs.policies),
    scriptoperations: JSON.stringify(inputs.scriptOperations),
    customcodeblobcontent: script === undefined ? null : fs.readFileSync(script.path, "utf8"),
    iconbrandcolor: inputs.iconBrandColor,
    capabilities: numbers.length === 0 ? null : numbers.join(","),
  };
  checkLengths(row);
  return row;
}

/** A name as the platform makes them: the publisher's prefix and the title, and some of the id so that it is the only one. */
export function rowName(prefix: string, title: string, id: string): string {
  const slug = title.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return `${prefix}_${slug}${id.slice(0, 8)}`;
}

function parsed(text: string | null | undefined, without: unknown): unknown {
  if (text === null || text === undefined || text === "") return without;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Somebody wrote something else there: shown as it is.
    return text;
  }
}

const namesOf = (numbers: string | null | undefined) =>
  (numbers ?? "")
    .split(",")
    .filter(Boolean)
    .map((number) => Object.entries(capabilityNumbers).find(([, one]) => one === Number(number))?.[0] ?? number);

/** What a row says, in the shape of the inputs. */
export function contentOf(row: ConnectorRow, { script, capabilities }: CustomConnectorInputs): Content {
  const sameCapabilities =
    [...numbersOf(capabilities)].sort().join() === (row.capabilities ?? "").split(",").sort().join();
  const code = script === undefined || !fs.existsSync(script.path) ? undefined : fs.readFileSync(script.path, "utf8");
  return {
    definition: parsed(row.openapidefinition, {}),
    connectionParameterSets: parsed(row.connectionparametersets, undefined),
    connectionParameters: parsed(row.connectionparameters, {}),
    iconBrandColor: row.iconbrandcolor,
    capabilities: sameCapabilities ? capabilities : namesOf(row.capabilities),
    policies: parsed(row.policytemplateinstances, []),
    scriptOperations: parsed(row.scriptoperations, []),
    // Dataverse keeps no trace of a replaced icon that could be compared.
    sameIcon: true,
    sameScript: code === undefined || row.customcodeblobcontent === code,
  };
}
