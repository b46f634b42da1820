import fs from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { ConnectionParameter, OpenApiDocument } from "../types";
import { imageType } from "./connectorFiles";
import type { CustomConnectorInputs } from "./connectorInputs";
import { isObject, pointer } from "./json";
import { schemaProblems } from "./openApiSchema";
import { containsUnknown, isUnknown } from "./unknown";

/** A mistake, as the engine shows it beside the resource. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** 1 MB, the documented limit of definitions, icons and scripts. */
const largestBytes = 1024 * 1024;
const parameterTypes = new Set(["string", "securestring", "oauthsetting", "gatewaysetting", "bool", "int"]);

const verbs = new Set(["get", "put", "post", "patch", "delete", "head", "options"]);

/** What the service refuses beyond the schema. */
function serviceProblems(definition: OpenApiDocument): string[] {
  const problems: string[] = [];
  if (JSON.stringify(definition).length > largestBytes)
    problems.push("/: is larger than 1 MB, the most that a connector may have");
  const ids = new Map<string, string>();
  for (const [path, item] of Object.entries(isObject(definition.paths) ? definition.paths : {})) {
    for (const [verb, operation] of Object.entries(item)) {
      if (!verbs.has(verb) || !isObject(operation)) continue;
      const at = pointer("paths", path, verb);
      const { operationId, parameters } = operation;
      if (typeof operationId === "string") {
        const earlier = ids.get(operationId);
        if (earlier !== undefined) problems.push(`${at}/operationId: ${operationId} is that of ${earlier} too`);
        ids.set(operationId, at);
      }
      const names = Array.isArray(parameters) ? parameters.filter(isObject).map(({ name }) => name) : [];
      if (names.includes("connectionId")) problems.push(`${at}/parameters: the name connectionId is reserved`);
    }
  }
  return problems;
}

/** Programs in JavaScript and published files write it in any case, or leave it out. */
const typeOf = ({ type }: Partial<ConnectionParameter>): string => type?.toLowerCase() ?? "";

function parameterProblems(property: string, parameters: Record<string, ConnectionParameter>): CheckFailure[] {
  return Object.entries(parameters).flatMap(([name, parameter]) => {
    const failures: CheckFailure[] = [];
    const at = `${property}${pointer(name)}`;
    if (!parameterTypes.has(typeOf(parameter))) {
      failures.push({
        property,
        reason: `${at}/type: ${parameter.type} is none of string, securestring, oauthSetting, gatewaySetting, bool, int`,
      });
    }
    const settings = Object.entries<unknown>({ ...parameter }).find(
      ([key]) => key.toLowerCase() === "oauthsettings",
    )?.[1];
    if (isObject(settings) && "clientSecret" in settings) {
      failures.push({
        property,
        reason: `${at}/oAuthSettings/clientSecret: would stand in the state in clear; set oauthClientSecret instead`,
      });
    }
    return failures;
  });
}

const usesOAuth = (parameters: Record<string, ConnectionParameter>) =>
  Object.values(parameters).some((parameter) => typeOf(parameter) === "oauthsetting");

function fileProblems({ icon, script, scriptOperations }: CustomConnectorInputs): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const check = (
    property: string,
    file: { path: string } | undefined,
    isRight: (content: Buffer) => string | undefined,
  ) => {
    if (file === undefined || isUnknown(file)) return;
    const content = fs.existsSync(file.path) ? fs.readFileSync(file.path) : undefined;
    const reason =
      content === undefined
        ? "there is no such file"
        : content.length > largestBytes
          ? "is larger than 1 MB"
          : isRight(content);
    if (reason !== undefined) failures.push({ property, reason: `${file.path}: ${reason}` });
  };
  check("icon", icon, (content) => (imageType(content) ? undefined : "is neither PNG nor JPG"));
  check("script", script, () => undefined);
  if (script === undefined && scriptOperations.length > 0) {
    failures.push({ property: "scriptOperations", reason: "name operations of a script, and there is no script" });
  }
  return failures;
}

function signInProblems(inputs: CustomConnectorInputs): CheckFailure[] {
  const { connectionParameters, connectionParameterSets: sets, capabilities } = inputs;
  const all = [connectionParameters, ...(sets?.values.map(({ parameters }) => parameters) ?? [])];
  const failures = [
    ...parameterProblems("connectionParameters", connectionParameters),
    ...(sets?.values.flatMap(({ parameters }) => parameterProblems("connectionParameterSets", parameters)) ?? []),
  ];
  if (capabilities.some((one) => one.toLowerCase() === "gateway") && all.some(usesOAuth)) {
    failures.push({
      property: "capabilities",
      reason:
        "OAuth 2.0 is not available to a custom connector that connects via on-premises data gateway: leave out the capability gateway, or sign in another way (none, basic, API key)",
    });
  }
  return failures;
}

/** Mistakes that can be found before anything is sent. A definition that did not change was right before. */
export async function connectorProblems(
  olds: Partial<CustomConnectorInputs>,
  news: CustomConnectorInputs,
): Promise<CheckFailure[]> {
  const { definition, connectionParameters, connectionParameterSets, capabilities } = news;
  const failures = fileProblems(news);
  if (!containsUnknown([connectionParameters, connectionParameterSets, capabilities]))
    failures.push(...signInProblems(news));
  if (containsUnknown(definition) || isDeepStrictEqual(olds.definition, definition)) return failures;
  const problems = [...(await schemaProblems(definition)), ...serviceProblems(definition)];
  return [...failures, ...problems.map((reason) => ({ property: "definition", reason }))];
}
