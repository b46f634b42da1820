import type { Cloud } from "../service";
import type { Collection } from "../store";
import type { Person } from "../power-platform/access";
import {
  type Connector,
  connectors,
  parameterSetsSchema,
  type ParameterSets,
  type Parameters,
  parametersSchema,
  solutionName,
} from "../power-platform/connectorModel";
import { described } from "../power-platform/connectorWrite";
import { definitionProblems, definitionSchema } from "../power-platform/definition";
import type { Permission } from "../power-platform/permissions";
import { seed } from "../seed";
import { dataverseErrors } from "./errors";
import { organization } from "./organization";
import { type Row, rowsOf, textOf } from "./rows";
import { sharesOf } from "./sharing";
import { tableNamed } from "./tables";
import { environmentVariable } from "./variables";

/** A row that is handed on to the Power Apps resource provider when it is time. */
interface Due {
  connectorId: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Internal name of the connector of a row that is gone. */
  deleted?: string;
}

const table = tableNamed("connector");
const queue = (cloud: Cloud): Collection<Due> => cloud.store.collection("dataverse.handedOn");

/** The row, or its removal, is handed on after the time that the knob says. */
export function handOn(cloud: Cloud, row: Row, isDeleted = false): void {
  const connectorId = textOf(row, "connectorid");
  const at = cloud.clock.now().getTime() + cloud.knobs.get().dataverseSyncDelaySeconds * 1000;
  const deleted = textOf(row, "connectorinternalid");
  queue(cloud).put(connectorId, { connectorId, at, ...(isDeleted ? { deleted } : {}) });
}

/** Hands on what is due. Nothing happens between requests: everybody who could see a difference asks here first. */
export function handOnWhatIsDue(cloud: Cloud): void {
  const now = cloud.clock.now().getTime();
  for (const { connectorId, at, deleted } of queue(cloud).values()) {
    if (at > now) continue;
    queue(cloud).delete(connectorId);
    if (deleted !== undefined) connectors(cloud.store).delete(deleted);
    const row = rowsOf(cloud, table).get(connectorId);
    if (row) write(cloud, row);
  }
}

function json(row: Row, column: string): unknown {
  const value = textOf(row, column);
  if (value === "") return undefined;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw dataverseErrors.refused(`The column '${column}' of the connector is not JSON.`);
  }
}

interface Content {
  definition: ReturnType<typeof definitionSchema.parse>;
  connectionParameters: Parameters;
  connectionParameterSets: ParameterSets | undefined;
  policyTemplateInstances: unknown;
  scriptOperations: unknown;
}

/** What a row says, as the resource provider takes it. @throws DataverseError 400 for what it would refuse */
export function contentOf(row: Row): Content {
  const document = json(row, "openapidefinition");
  const problems = definitionProblems(document);
  if (problems.length > 0) throw dataverseErrors.refused(problems.join(" "));
  const parameters = parametersSchema.safeParse(json(row, "connectionparameters") ?? {});
  const sets = parameterSetsSchema.safeParse(json(row, "connectionparametersets"));
  if (!parameters.success) throw dataverseErrors.refused(`connectionparameters: ${parameters.error.message}`);
  const hasSets = textOf(row, "connectionparametersets") !== "" && json(row, "connectionparametersets") !== null;
  if (hasSets && !sets.success) throw dataverseErrors.refused(`connectionparametersets: ${sets.error.message}`);
  return {
    definition: definitionSchema.parse(document),
    connectionParameters: parameters.data,
    connectionParameterSets: hasSets ? sets.data : undefined,
    policyTemplateInstances: json(row, "policytemplateinstances") ?? [],
    scriptOperations: json(row, "scriptoperations") ?? [],
  };
}

const secretKey = "clientsecret";

/**
 * Client secrets in parameters are emptied: Dataverse keeps none. References to environment variables stay.
 * Source: https://learn.microsoft.com/connectors/custom-connectors/use-custom-connector-solution
 */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).map(([key, inner]) => {
    const isSecret =
      key.toLowerCase() === secretKey && typeof inner === "string" && !inner.startsWith("@environmentVariables(");
    return [key, isSecret ? "" : withoutSecrets(inner)] as const;
  });
  return Object.fromEntries(kept);
}

/** Puts the values of environment variables where a connector names them. */
function resolved(cloud: Cloud, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => resolved(cloud, one));
  if (typeof value === "string") {
    const name = /^@environmentVariables\("([^"]+)"\)$/.exec(value)?.[1];
    return name === undefined ? value : (environmentVariable(cloud, name) ?? value);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(cloud, inner)]));
}

function personOf(cloud: Cloud, userId: string): Person {
  const user = rowsOf(cloud, tableNamed("systemuser")).get(userId) ?? {};
  const isApplication = textOf(user, "applicationid") !== "";
  const name = textOf(user, "domainname");
  return {
    id: textOf(user, "azureactivedirectoryobjectid"),
    displayName: textOf(user, "fullname"),
    email: isApplication ? null : name,
    type: isApplication ? "ServicePrincipal" : "User",
    tenantId: seed.tenantId,
    userPrincipalName: isApplication ? null : name,
  };
}

/** Who may do what with the connector, by the rights that the row was shared with. */
function permissionsOf(cloud: Cloud, row: Row, owner: Person): Permission[] {
  const shared = sharesOf(cloud, textOf(row, "connectorid")).flatMap(
    ({ principal, principalId, mask }): Permission[] => {
      const found = rowsOf(cloud, tableNamed(principal)).get(principalId) ?? {};
      const id = textOf(found, "azureactivedirectoryobjectid");
      if (id === "" || !mask.includes("ReadAccess")) return [];
      const roleName = mask.includes("WriteAccess")
        ? "CanEdit"
        : mask.includes("ShareAccess")
          ? "CanViewWithShare"
          : "CanView";
      const principalType =
        principal === "team" ? "Group" : textOf(found, "applicationid") === "" ? "User" : "ServicePrincipal";
      return [{ principalId: id, principalType, roleName }];
    },
  );
  return [{ principalId: owner.id, principalType: owner.type, roleName: "Owner" }, ...shared];
}

function write(cloud: Cloud, row: Row): void {
  const content = contentOf(row);
  const name = textOf(row, "connectorinternalid") || solutionName(textOf(row, "name"), organization.environmentId);
  const all = connectors(cloud.store);
  const before = all.get(name);
  const { definition } = content;
  const [scheme = "https"] = definition.schemes ?? [];
  const owner = personOf(cloud, textOf(row, "ownerid"));
  const code = textOf(row, "customcodeblobcontent");
  const capabilities = textOf(row, "capabilities")
    .split(",")
    .flatMap((one) => table.columns.capabilities?.options?.[Number(one)] ?? []);
  const properties = {
    description: textOf(row, "description"),
    iconBrandColor: textOf(row, "iconbrandcolor") || "#007ee5",
    backendService: { serviceUrl: `${scheme}://${definition.host}${definition.basePath ?? "/"}` },
    connectionParameters: parametersSchema.parse(resolved(cloud, content.connectionParameters)),
    connectionParameterSets: content.connectionParameterSets
      ? parameterSetsSchema.parse(resolved(cloud, content.connectionParameterSets))
      : undefined,
    policyTemplateInstances: content.policyTemplateInstances,
    scriptOperations: content.scriptOperations,
    capabilities,
    scriptDefinitionUrl:
      code === ""
        ? undefined
        : `https://${organization.host}/api/data/v9.2/connectors(${textOf(row, "connectorid")})/customcodeblobcontent`,
  };
  const connector: Connector = {
    name,
    environment: organization.environmentId,
    displayName: textOf(row, "displayname") || textOf(row, "name"),
    definition,
    ...described(cloud, name, properties, before),
    xrmConnectorId: textOf(row, "connectorid"),
    createdBy: owner,
    modifiedBy: personOf(cloud, textOf(row, "modifiedby")),
    createdTime: before?.createdTime ?? cloud.clock.now().toISOString(),
    changedTime: cloud.clock.now().toISOString(),
    permissions: permissionsOf(cloud, row, owner),
  };
  all.put(name, connector);
  if (textOf(row, "connectorinternalid") !== name)
    rowsOf(cloud, table).put(textOf(row, "connectorid"), { ...row, connectorinternalid: name });
}
