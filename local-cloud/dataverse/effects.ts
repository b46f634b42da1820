import { Directory } from "../graph/directory";
import type { Cloud } from "../service";
import { dataverseErrors } from "./errors";
import { organization } from "./organization";
import { referrerOf, type Row, rowsOf, textOf } from "./rows";
import { forgetShares } from "./sharing";
import { contentOf, handOn, withoutSecrets } from "./sync";
import { type Table, tableNamed } from "./tables";
import { variableProblem } from "./variables";

/** What the organization does around writes of a table, as its plug-ins would. */
interface Effects {
  /** The row as it is stored. @throws DataverseError for what is refused */
  before?(cloud: Cloud, row: Row): Row;
  after?(cloud: Cloud, row: Row): void;
  /** @throws DataverseError when something depends on it */
  beforeDelete?(cloud: Cloud, row: Row): void;
  afterDelete?(cloud: Cloud, row: Row): void;
}

/** @throws DataverseError when another row has the same value */
function requireUnique(cloud: Cloud, table: Table, row: Row, column: string): void {
  const value = textOf(row, column).toLowerCase();
  const other = rowsOf(cloud, table)
    .values()
    .find((one) => textOf(one, column).toLowerCase() === value && one[table.primaryId] !== row[table.primaryId]);
  if (value !== "" && other) throw dataverseErrors.duplicateName(column);
}

function emptied(row: Row, column: string): Row {
  const text = textOf(row, column);
  if (text === "") return {};
  try {
    return { [column]: JSON.stringify(withoutSecrets(JSON.parse(text))) };
  } catch {
    throw dataverseErrors.refused(`The column '${column}' of the connector is not JSON.`);
  }
}

const connector = tableNamed("connector");
const definitions = tableNamed("environmentvariabledefinition");
const values = tableNamed("environmentvariablevalue");
const references = tableNamed("connectionreference");

function applicationUser(cloud: Cloud, row: Row): Row {
  const applicationId = textOf(row, "applicationid");
  const table = tableNamed("systemuser");
  if (applicationId === "") return row;
  requireUnique(cloud, table, row, "applicationid");
  const directory = new Directory(cloud.store);
  const principal = directory.servicePrincipalByClientId(applicationId);
  if (!principal)
    throw dataverseErrors.refused(`No service principal of the tenant has the application id '${applicationId}'.`);
  return {
    ...row,
    azureactivedirectoryobjectid: principal.id,
    fullname: textOf(row, "fullname") || `# ${directory.principal(principal.id)?.displayName ?? applicationId}`,
    domainname: textOf(row, "domainname") || applicationId,
    businessunitid: row.businessunitid ?? organization.businessUnitId,
    accessmode: 4,
  };
}

const effects: Record<string, Effects> = {
  connector: {
    before: (cloud, row) => {
      requireUnique(cloud, connector, row, "name");
      const kept = { ...row, ...emptied(row, "connectionparameters"), ...emptied(row, "connectionparametersets") };
      contentOf(kept);
      return kept;
    },
    after: (cloud, row) => {
      handOn(cloud, row);
    },
    beforeDelete: (cloud, row) => {
      const name = textOf(row, "connectorinternalid");
      const used = rowsOf(cloud, references)
        .values()
        .find(
          (one) =>
            one.customconnectorid === row.connectorid ||
            (name !== "" && textOf(one, "connectorid").endsWith(`/${name}`)),
        );
      const by = used && `connectionreference(${textOf(used, "connectionreferencelogicalname")})`;
      if (by) throw dataverseErrors.referenced("connector", textOf(row, "connectorid"), by);
    },
    afterDelete: (cloud, row) => {
      forgetShares(cloud, textOf(row, "connectorid"));
      handOn(cloud, row, true);
    },
  },
  publisher: {
    before: (cloud, row) => {
      requireUnique(cloud, tableNamed("publisher"), row, "uniquename");
      if (!/^(?!mscrm)[a-z][a-z0-9]{1,7}$/i.test(textOf(row, "customizationprefix")))
        throw dataverseErrors.refused(
          "customizationprefix: two to eight letters and digits, the first a letter, not mscrm.",
        );
      return row;
    },
  },
  solution: {
    before: (cloud, row) => {
      requireUnique(cloud, tableNamed("solution"), row, "uniquename");
      return row;
    },
    afterDelete: (cloud, row) => {
      const components = rowsOf(cloud, tableNamed("solutioncomponent"));
      for (const one of components.values())
        if (one.solutionid === row.solutionid) components.delete(textOf(one, "solutioncomponentid"));
    },
  },
  systemuser: { before: applicationUser },
  team: {
    before: (cloud, row) => {
      const group = textOf(row, "azureactivedirectoryobjectid");
      if (group !== "" && new Directory(cloud.store).principal(group)?.type !== "Group")
        throw dataverseErrors.refused(`No group of the tenant has the object id '${group}'.`);
      return { ...row, businessunitid: row.businessunitid ?? organization.businessUnitId };
    },
  },
  environmentvariabledefinition: {
    before: (cloud, row) => {
      requireUnique(cloud, definitions, row, "schemaname");
      const problem = variableProblem(row.type, textOf(row, "defaultvalue"));
      if (problem !== undefined) throw dataverseErrors.refused(problem);
      return row;
    },
    afterDelete: (cloud, row) => {
      const all = rowsOf(cloud, values);
      for (const one of all.values())
        if (one.environmentvariabledefinitionid === row.environmentvariabledefinitionid)
          all.delete(textOf(one, "environmentvariablevalueid"));
    },
  },
  environmentvariablevalue: {
    before: (cloud, row) => {
      const definition = rowsOf(cloud, definitions).get(textOf(row, "environmentvariabledefinitionid")) ?? {};
      const problem = variableProblem(definition.type, textOf(row, "value"));
      if (problem !== undefined) throw dataverseErrors.refused(problem);
      const another = rowsOf(cloud, values)
        .values()
        .some(
          (one) =>
            one.environmentvariabledefinitionid === row.environmentvariabledefinitionid &&
            one.environmentvariablevalueid !== row.environmentvariablevalueid,
        );
      if (another) throw dataverseErrors.duplicateName("environmentvariabledefinitionid");
      return row;
    },
  },
  connectionreference: {
    before: (cloud, row) => {
      requireUnique(cloud, references, row, "connectionreferencelogicalname");
      return row;
    },
  },
};

/** Tables whose rows go with the row that they lead to. */
const cascading = new Set(["environmentvariabledefinition"]);

/** Stores a row. @throws DataverseError for what the organization refuses */
export function store(cloud: Cloud, table: Table, row: Row): Row {
  const own = effects[table.logicalName];
  const kept = own?.before?.(cloud, row) ?? row;
  rowsOf(cloud, table).put(textOf(kept, table.primaryId), kept);
  own?.after?.(cloud, kept);
  return kept;
}

/** Deletes a row and what goes with it. @throws DataverseError when something depends on it */
export function remove(cloud: Cloud, table: Table, row: Row): void {
  const own = effects[table.logicalName];
  const id = textOf(row, table.primaryId);
  own?.beforeDelete?.(cloud, row);
  const by = cascading.has(table.logicalName) ? undefined : referrerOf(cloud, table, id);
  if (by !== undefined) throw dataverseErrors.referenced(table.logicalName, id, by);
  rowsOf(cloud, table).delete(id);
  const components = rowsOf(cloud, tableNamed("solutioncomponent"));
  for (const one of components.values()) if (one.objectid === id) components.delete(textOf(one, "solutioncomponentid"));
  own?.afterDelete?.(cloud, row);
}
