/** What a column holds; the names are those of the metadata (`AttributeType`). */
export type ColumnType =
  | "Uniqueidentifier"
  | "String"
  | "Memo"
  | "Integer"
  | "BigInt"
  | "Boolean"
  | "DateTime"
  | "Picklist"
  | "MultiSelectPicklist"
  | "State"
  | "Status"
  | "Image"
  | "Lookup"
  | "Owner"
  | "ManagedProperty";

export interface Column {
  type: ColumnType;
  /** Characters. */
  maxLength?: number;
  /** Labels of choices by their numbers. */
  options?: Record<number, string>;
  /** Logical name of the table that a lookup leads to. */
  target?: string;
  /** Name of the lookup's single-valued navigation property, where it is not the column's. */
  navigation?: string;
  required?: true;
  /** Filled in by the service; what is sent for it is ignored. */
  readOnly?: true;
  /** Taken when the row is made, and ignored in updates. */
  createOnly?: true;
  /** Its value when none is sent. */
  initial?: unknown;
}

/** Rows of another table that belong to a row: through a lookup of theirs, or associated by `$ref`. */
export interface Collection {
  table: string;
  /** Lookup column of the other table; without one rows are associated. */
  through?: string;
}

export interface Table {
  logicalName: string;
  entitySet: string;
  schemaName: string;
  displayName: string;
  /** Object type code, as metadata shows it. */
  typeCode: number;
  primaryId: string;
  primaryName: string;
  columns: Record<string, Column>;
  /** Columns that tell rows apart beside the id. */
  alternateKeys?: string[][];
  collections?: Record<string, Collection>;
  /** Whether rows have owners and can be shared. */
  owned?: true;
  /** Whether rows are parts of solutions, and so take MSCRM.SolutionUniqueName. */
  solutionComponentType?: number;
  /** Only the service makes, changes and deletes rows. */
  fixed?: true;
}

const text = (maxLength: number, more: Partial<Column> = {}): Column => ({ type: "String", maxLength, ...more });
const memo = (maxLength: number): Column => ({ type: "Memo", maxLength });
const lookup = (target: string, more: Partial<Column> = {}): Column => ({ type: "Lookup", target, ...more });
const choice = (options: Record<number, string>, more: Partial<Column> = {}): Column => ({
  type: "Picklist",
  options,
  ...more,
});
const yesNo = (initial: boolean, more: Partial<Column> = {}): Column => ({ type: "Boolean", initial, ...more });

const bookkeeping: Record<string, Column> = {
  createdon: { type: "DateTime", readOnly: true },
  modifiedon: { type: "DateTime", readOnly: true },
  versionnumber: { type: "BigInt", readOnly: true },
  createdby: lookup("systemuser", { readOnly: true }),
  modifiedby: lookup("systemuser", { readOnly: true }),
};
const state: Record<string, Column> = {
  statecode: { type: "State", options: { 0: "Active", 1: "Inactive" }, initial: 0 },
  statuscode: { type: "Status", options: { 1: "Active", 2: "Inactive" }, initial: 1 },
};
const ownership: Record<string, Column> = {
  ownerid: { type: "Owner", target: "systemuser" },
  owninguser: lookup("systemuser", { readOnly: true }),
  owningbusinessunit: lookup("businessunit", { readOnly: true }),
};
const component: Record<string, Column> = {
  solutionid: { type: "Uniqueidentifier", readOnly: true },
  ismanaged: yesNo(false, { readOnly: true }),
  componentstate: choice(
    { 0: "Published", 1: "Unpublished", 2: "Deleted", 3: "Deleted Unpublished" },
    { readOnly: true, initial: 0 },
  ),
  overwritetime: { type: "DateTime", readOnly: true, initial: "1900-01-01T00:00:00Z" },
};

/**
 * Custom connectors.
 * Source: https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/connector
 */
const connector: Table = {
  logicalName: "connector",
  entitySet: "connectors",
  schemaName: "Connector",
  displayName: "Connector",
  typeCode: 10_069,
  primaryId: "connectorid",
  primaryName: "name",
  owned: true,
  solutionComponentType: 372,
  columns: {
    connectorid: { type: "Uniqueidentifier", createOnly: true },
    name: text(500, { required: true, createOnly: true }),
    displayname: text(200),
    description: memo(1000),
    connectortype: choice({ 0: "NotSpecified", 1: "CustomConnector", 2: "ConnectionLess" }, { required: true }),
    openapidefinition: { ...memo(1_000_000), required: true },
    connectionparameters: memo(500_000),
    connectionparametersets: memo(500_000),
    policytemplateinstances: memo(500_000),
    scriptoperations: memo(500_000),
    customcodeblobcontent: memo(500_000),
    interfaces: memo(4000),
    capabilities: {
      type: "MultiSelectPicklist",
      options: {
        118690000: "composite",
        118690001: "tabular",
        118690002: "blob",
        118690003: "gateway",
        118690004: "cloud",
        118690005: "actions",
      },
    },
    iconbrandcolor: text(100),
    iconblob: { type: "Image" },
    connectorinternalid: text(400, { readOnly: true }),
    ...state,
    ...ownership,
    ...component,
    ...bookkeeping,
  },
};

const publisher: Table = {
  logicalName: "publisher",
  entitySet: "publishers",
  schemaName: "Publisher",
  displayName: "Publisher",
  typeCode: 7101,
  primaryId: "publisherid",
  primaryName: "friendlyname",
  alternateKeys: [["uniquename"]],
  collections: { publisher_solution: { table: "solution", through: "publisherid" } },
  columns: {
    publisherid: { type: "Uniqueidentifier", createOnly: true },
    uniquename: text(256, { required: true, createOnly: true }),
    friendlyname: text(256, { required: true }),
    description: memo(2000),
    customizationprefix: text(8, { required: true }),
    customizationoptionvalueprefix: { type: "Integer", required: true },
    isreadonly: yesNo(false, { readOnly: true }),
    ...bookkeeping,
  },
};

const solution: Table = {
  logicalName: "solution",
  entitySet: "solutions",
  schemaName: "Solution",
  displayName: "Solution",
  typeCode: 7100,
  primaryId: "solutionid",
  primaryName: "friendlyname",
  alternateKeys: [["uniquename"]],
  collections: { solution_solutioncomponent: { table: "solutioncomponent", through: "solutionid" } },
  columns: {
    solutionid: { type: "Uniqueidentifier", createOnly: true },
    uniquename: text(65, { required: true, createOnly: true }),
    friendlyname: text(256, { required: true }),
    description: memo(2000),
    version: text(256, { initial: "1.0.0.0" }),
    publisherid: lookup("publisher", { required: true }),
    ismanaged: yesNo(false, { readOnly: true }),
    isvisible: yesNo(true, { readOnly: true }),
    installedon: { type: "DateTime", readOnly: true },
    ...bookkeeping,
  },
};

const solutionComponent: Table = {
  logicalName: "solutioncomponent",
  entitySet: "solutioncomponents",
  schemaName: "SolutionComponent",
  displayName: "Solution Component",
  typeCode: 7103,
  primaryId: "solutioncomponentid",
  primaryName: "solutioncomponentid",
  fixed: true,
  columns: {
    solutioncomponentid: { type: "Uniqueidentifier" },
    objectid: { type: "Uniqueidentifier" },
    componenttype: { type: "Integer" },
    solutionid: lookup("solution"),
    ...bookkeeping,
  },
};

const systemUser: Table = {
  logicalName: "systemuser",
  entitySet: "systemusers",
  schemaName: "SystemUser",
  displayName: "User",
  typeCode: 8,
  primaryId: "systemuserid",
  primaryName: "fullname",
  alternateKeys: [["azureactivedirectoryobjectid"]],
  collections: { systemuserroles_association: { table: "role" } },
  columns: {
    systemuserid: { type: "Uniqueidentifier", createOnly: true },
    fullname: text(200),
    firstname: text(256),
    lastname: text(256),
    domainname: text(1024),
    internalemailaddress: text(100),
    applicationid: { type: "Uniqueidentifier", createOnly: true },
    applicationiduri: text(1024, { readOnly: true }),
    azureactivedirectoryobjectid: { type: "Uniqueidentifier", createOnly: true },
    businessunitid: lookup("businessunit"),
    accessmode: choice(
      {
        0: "Read-Write",
        1: "Administrative",
        2: "Read",
        3: "Support User",
        4: "Non-interactive",
        5: "Delegated Admin",
      },
      { initial: 0 },
    ),
    isdisabled: yesNo(false),
    ...bookkeeping,
  },
};

const role: Table = {
  logicalName: "role",
  entitySet: "roles",
  schemaName: "Role",
  displayName: "Security Role",
  typeCode: 1036,
  primaryId: "roleid",
  primaryName: "name",
  fixed: true,
  collections: { systemuserroles_association: { table: "systemuser" } },
  columns: {
    roleid: { type: "Uniqueidentifier" },
    name: text(100),
    businessunitid: lookup("businessunit"),
    ismanaged: yesNo(true),
    ...bookkeeping,
  },
};

const team: Table = {
  logicalName: "team",
  entitySet: "teams",
  schemaName: "Team",
  displayName: "Team",
  typeCode: 9,
  primaryId: "teamid",
  primaryName: "name",
  columns: {
    teamid: { type: "Uniqueidentifier", createOnly: true },
    name: text(160, { required: true }),
    description: memo(2000),
    teamtype: choice(
      { 0: "Owner", 1: "Access", 2: "Security Group", 3: "Office Group" },
      { initial: 0, createOnly: true },
    ),
    azureactivedirectoryobjectid: { type: "Uniqueidentifier", createOnly: true },
    membershiptype: choice(
      { 0: "Members and guests", 1: "Members", 2: "Owners", 3: "Guests" },
      { initial: 0, createOnly: true },
    ),
    businessunitid: lookup("businessunit"),
    isdefault: yesNo(false, { readOnly: true }),
    ...bookkeeping,
  },
};

const businessUnit: Table = {
  logicalName: "businessunit",
  entitySet: "businessunits",
  schemaName: "BusinessUnit",
  displayName: "Business Unit",
  typeCode: 10,
  primaryId: "businessunitid",
  primaryName: "name",
  fixed: true,
  columns: {
    businessunitid: { type: "Uniqueidentifier" },
    name: text(160),
    isdisabled: yesNo(false),
    parentbusinessunitid: lookup("businessunit"),
    ...bookkeeping,
  },
};

const organizationTable: Table = {
  logicalName: "organization",
  entitySet: "organizations",
  schemaName: "Organization",
  displayName: "Organization",
  typeCode: 1019,
  primaryId: "organizationid",
  primaryName: "name",
  fixed: true,
  columns: {
    organizationid: { type: "Uniqueidentifier" },
    name: text(160),
    languagecode: { type: "Integer" },
    ...bookkeeping,
  },
};

const variableTypes = {
  100000000: "String",
  100000001: "Number",
  100000002: "Boolean",
  100000003: "JSON",
  100000004: "Data Source",
  100000005: "Secret",
};

/** Source: https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/environmentvariabledefinition */
const variableDefinition: Table = {
  logicalName: "environmentvariabledefinition",
  entitySet: "environmentvariabledefinitions",
  schemaName: "EnvironmentVariableDefinition",
  displayName: "Environment Variable Definition",
  typeCode: 10_013,
  primaryId: "environmentvariabledefinitionid",
  primaryName: "schemaname",
  owned: true,
  solutionComponentType: 380,
  alternateKeys: [["schemaname"]],
  collections: {
    environmentvariabledefinition_environmentvariablevalue: {
      table: "environmentvariablevalue",
      through: "environmentvariabledefinitionid",
    },
  },
  columns: {
    environmentvariabledefinitionid: { type: "Uniqueidentifier", createOnly: true },
    schemaname: text(100, { required: true, createOnly: true }),
    displayname: text(100),
    description: memo(2000),
    defaultvalue: memo(2000),
    type: choice(variableTypes, { required: true }),
    secretstore: choice({ 0: "Azure Key Vault", 1: "Microsoft Dataverse" }, { initial: 0 }),
    isrequired: yesNo(false),
    hint: text(2000),
    valueschema: memo(2000),
    ...state,
    ...ownership,
    ...component,
    ...bookkeeping,
  },
};

const variableValue: Table = {
  logicalName: "environmentvariablevalue",
  entitySet: "environmentvariablevalues",
  schemaName: "EnvironmentVariableValue",
  displayName: "Environment Variable Value",
  typeCode: 10_014,
  primaryId: "environmentvariablevalueid",
  primaryName: "schemaname",
  owned: true,
  solutionComponentType: 381,
  columns: {
    environmentvariablevalueid: { type: "Uniqueidentifier", createOnly: true },
    schemaname: text(100),
    value: memo(2000),
    environmentvariabledefinitionid: lookup("environmentvariabledefinition", {
      required: true,
      navigation: "EnvironmentVariableDefinitionId",
    }),
    ...state,
    ...ownership,
    ...component,
    ...bookkeeping,
  },
};

/** Which connection stands for a connector in the flows and apps of a solution. */
const connectionReference: Table = {
  logicalName: "connectionreference",
  entitySet: "connectionreferences",
  schemaName: "connectionreference",
  displayName: "Connection Reference",
  typeCode: 10_072,
  primaryId: "connectionreferenceid",
  primaryName: "connectionreferencedisplayname",
  owned: true,
  solutionComponentType: 10_072,
  alternateKeys: [["connectionreferencelogicalname"]],
  columns: {
    connectionreferenceid: { type: "Uniqueidentifier", createOnly: true },
    connectionreferencelogicalname: text(100, { required: true, createOnly: true }),
    connectionreferencedisplayname: text(100),
    description: memo(2000),
    connectorid: text(500),
    connectionid: text(500),
    customconnectorid: lookup("connector", { navigation: "CustomConnectorId" }),
    ...state,
    ...ownership,
    ...component,
    ...bookkeeping,
  },
};

/** The tables that programs around custom connectors meet. */
export const tables: readonly Table[] = [
  connector,
  publisher,
  solution,
  solutionComponent,
  systemUser,
  role,
  team,
  businessUnit,
  organizationTable,
  variableDefinition,
  variableValue,
  connectionReference,
];

export const tableOfSet = (entitySet: string): Table | undefined => tables.find((one) => one.entitySet === entitySet);

/** @throws Error for a name that the tables themselves do not use */
export function tableNamed(logicalName: string): Table {
  const table = tables.find((one) => one.logicalName === logicalName);
  if (!table) throw new Error(`There is no table ${logicalName}.`);
  return table;
}

export const isLookup = ({ type }: Column): boolean => type === "Lookup" || type === "Owner";

/** Name under which a column's value is selected and shown. */
export const shownName = (name: string, column: Column): string => (isLookup(column) ? `_${name}_value` : name);

/** Name of a lookup's single-valued navigation property. */
export const navigationOf = (name: string, { navigation }: Column): string => navigation ?? name;

/** The lookup behind a navigation property. */
export function lookupOf({ columns }: Table, navigation: string): [name: string, column: Column] | undefined {
  return Object.entries(columns).find(
    ([name, column]) => isLookup(column) && navigationOf(name, column).toLowerCase() === navigation.toLowerCase(),
  );
}

/** The column under the name with which it is selected and filtered. */
export function shownColumn({ columns }: Table, shown: string): [name: string, column: Column] | undefined {
  return Object.entries(columns).find(([name, column]) => shownName(name, column) === shown);
}
