import crypto from "node:crypto";
import { dataverseErrors } from "./errors";
import { parseFilter } from "./filter";
import type { Options } from "./query";
import { type ApiAnswer, type ApiRequest, namedValues, type Segment } from "./request";
import { type Column, type ColumnType, isLookup, navigationOf, shownName, type Table, tables } from "./tables";

type Json = Record<string, unknown>;

/** The same GUID for the same thing. */
const metadataId = (...parts: string[]) =>
  crypto
    .createHash("sha256")
    .update(parts.join("/"))
    .digest("hex")
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-8$4-$5");

const label = (text: string) => {
  const one = {
    Label: text,
    LanguageCode: 1033,
    IsManaged: true,
    MetadataId: metadataId("label", text),
    HasChanged: null,
  };
  return { LocalizedLabels: [one], UserLocalizedLabel: one };
};

const managed = (Value: unknown, ManagedPropertyLogicalName: string) => ({
  Value,
  CanBeChanged: false,
  ManagedPropertyLogicalName,
});

const typeNames: Partial<Record<ColumnType, string>> = { Image: "Virtual", MultiSelectPicklist: "Virtual" };
const derivedType: Partial<Record<ColumnType, string>> = { Owner: "Lookup", Image: "Image" };

function attribute(table: Table, name: string, column: Column): Json {
  const { type, maxLength, options } = column;
  const set = options && {
    OptionSet: {
      MetadataId: metadataId(table.logicalName, name, "options"),
      Name: `${table.logicalName}_${name}`,
      OptionSetType: type === "State" ? "State" : type === "Status" ? "Status" : "Picklist",
      IsGlobal: false,
      Options: Object.entries(options).map(([value, text]) => ({
        Value: Number(value),
        Label: label(text),
        Color: null,
      })),
    },
    GlobalOptionSet: null,
  };
  return {
    "@odata.type": `#Microsoft.Dynamics.CRM.${derivedType[type] ?? type}AttributeMetadata`,
    MetadataId: metadataId(table.logicalName, name),
    HasChanged: null,
    AttributeOf: null,
    AttributeType: typeNames[type] ?? type,
    AttributeTypeName: { Value: `${type}Type` },
    LogicalName: name,
    SchemaName: name,
    EntityLogicalName: table.logicalName,
    DisplayName: label(name),
    Description: label(""),
    IsPrimaryId: name === table.primaryId,
    IsPrimaryName: name === table.primaryName,
    IsCustomAttribute: false,
    IsLogical: false,
    IsValidForCreate: column.readOnly !== true,
    IsValidForRead: true,
    IsValidForUpdate: column.readOnly !== true && column.createOnly !== true,
    IsValidODataAttribute: true,
    RequiredLevel: managed(column.required ? "ApplicationRequired" : "None", "canmodifyrequirementlevelsettings"),
    ...(maxLength === undefined ? {} : { MaxLength: maxLength }),
    ...(isLookup(column) ? { Targets: [column.target] } : {}),
    ...set,
  };
}

function definition(table: Table): Json {
  const { logicalName, entitySet, schemaName, displayName } = table;
  return {
    MetadataId: metadataId(logicalName),
    HasChanged: null,
    LogicalName: logicalName,
    SchemaName: schemaName,
    EntitySetName: entitySet,
    LogicalCollectionName: entitySet,
    CollectionSchemaName: entitySet,
    ObjectTypeCode: table.typeCode,
    PrimaryIdAttribute: table.primaryId,
    PrimaryNameAttribute: table.primaryName,
    OwnershipType: table.owned ? "UserOwned" : "OrganizationOwned",
    TableType: "Standard",
    IsPrivate: false,
    IsCustomEntity: false,
    IsIntersect: false,
    IsManaged: true,
    IsActivity: false,
    DisplayName: label(displayName),
    DisplayCollectionName: label(`${displayName}s`),
    Description: label(displayName),
    Attributes: Object.entries(table.columns).map(([name, column]) => attribute(table, name, column)),
    Keys: (table.alternateKeys ?? []).map((columns) => ({
      MetadataId: metadataId(logicalName, "key", ...columns),
      HasChanged: null,
      LogicalName: columns.join("_"),
      SchemaName: columns.join("_"),
      EntityLogicalName: logicalName,
      KeyAttributes: columns,
      EntityKeyIndexStatus: "Active",
      DisplayName: label(columns.join(" ")),
    })),
    ManyToOneRelationships: Object.entries(table.columns).flatMap(([name, column]) =>
      isLookup(column)
        ? {
            MetadataId: metadataId(logicalName, name, "relationship"),
            SchemaName: `${logicalName}_${name}`,
            RelationshipType: "OneToManyRelationship",
            ReferencingEntity: logicalName,
            ReferencingAttribute: name,
            ReferencingEntityNavigationPropertyName: navigationOf(name, column),
            ReferencedEntity: column.target,
            ReferencedAttribute: `${column.target ?? ""}id`,
          }
        : [],
    ),
  };
}

/** Members that only `$expand` shows. */
const expandable = new Set(["Attributes", "Keys", "ManyToOneRelationships", "OptionSet", "GlobalOptionSet"]);

function projected(value: Json, options: Options): Json {
  const names = (options.$select ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
  const unknown = names.find((name) => !(name in value));
  if (unknown !== undefined) throw dataverseErrors.propertyNotFound(unknown, "Microsoft.Dynamics.CRM.EntityMetadata");
  const kept = Object.entries(value).filter(
    ([key]) =>
      !expandable.has(key) &&
      (names.length === 0 || names.includes(key) || key === "MetadataId" || key.startsWith("@")),
  );
  const expanded = [...(options.$expand ?? "").matchAll(/(\w+)(?:\(((?:[^()]|\([^()]*\))*)\))?/g)].map(
    ([, name = "", inside = ""]) => {
      const nested = Object.fromEntries(
        inside.split(";").map((one) => one.split(/=(.*)/s).slice(0, 2) as [string, string]),
      );
      const inner = value[name];
      return [name, Array.isArray(inner) ? narrowed(inner as Json[], nested) : inner] as const;
    },
  );
  return { ...Object.fromEntries(kept), ...Object.fromEntries(expanded) };
}

function narrowed(values: readonly Json[], options: Options): Json[] {
  const filter = options.$filter ? parseFilter(options.$filter, options) : () => true;
  const read = (value: Json) => (path: string) =>
    path.split("/").reduce<unknown>((inner, name) => (inner as Json | undefined)?.[name], value) ?? null;
  return values.filter((value) => filter(read(value))).map((value) => projected(value, options));
}

/** The one among metadata that a key names: its id, LogicalName='…' or SchemaName='…'. */
function keyed(values: readonly Json[], key: string, options: Options): Json {
  const names = namedValues(key, options);
  const found = values.find((value) =>
    Object.keys(names).length === 0
      ? value.MetadataId === key.toLowerCase()
      : Object.entries(names).every(([name, wanted]) => value[name] === wanted),
  );
  if (found) return found;
  throw dataverseErrors.metadataNotFound(key);
}

function attributesAnswer(
  attributes: readonly Json[],
  rest: readonly Segment[],
  options: Options,
  context: string,
): ApiAnswer {
  const [next] = rest;
  const castTo = (name: string) => (one: Json) => one["@odata.type"] === `#${name}`;
  if (next?.name.startsWith("Microsoft.Dynamics.CRM.")) {
    const found = attributes.filter(castTo(next.name));
    return { status: 200, body: { "@odata.context": context, value: narrowed(found, options) } };
  }
  if (next) throw dataverseErrors.segmentNotFound(next.name);
  return { status: 200, body: { "@odata.context": context, value: narrowed(attributes, options) } };
}

/** `EntityDefinitions`: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query-metadata-web-api */
export function definitionsAnswer({ segments, options, base, method }: ApiRequest): ApiAnswer | undefined {
  const [first, second, ...rest] = segments;
  if (first?.name !== "EntityDefinitions") return undefined;
  if (method !== "GET") throw dataverseErrors.notSupported("changes of metadata");
  const all = tables.map(definition);
  const context = `${base}/$metadata#EntityDefinitions`;
  if (first.key === undefined)
    return { status: 200, body: { "@odata.context": context, value: narrowed(all, options) } };
  const one = keyed(all, first.key, options);
  if (!second) return { status: 200, body: { "@odata.context": `${context}/$entity`, ...projected(one, options) } };
  const inner = one[second.name];
  if (!Array.isArray(inner)) throw dataverseErrors.segmentNotFound(second.name);
  const innerContext = `${context}(${String(one.MetadataId)})/${second.name}`;
  if (second.key !== undefined) {
    const single = keyed(inner as Json[], second.key, options);
    return { status: 200, body: { "@odata.context": `${innerContext}/$entity`, ...projected(single, options) } };
  }
  return attributesAnswer(inner as Json[], rest, options, innerContext);
}

const edmTypes: Partial<Record<ColumnType, string>> = {
  Uniqueidentifier: "Edm.Guid",
  Lookup: "Edm.Guid",
  Owner: "Edm.Guid",
  Integer: "Edm.Int32",
  Picklist: "Edm.Int32",
  State: "Edm.Int32",
  Status: "Edm.Int32",
  BigInt: "Edm.Int64",
  Boolean: "Edm.Boolean",
  DateTime: "Edm.DateTimeOffset",
  Image: "Edm.Binary",
};

function entityType(table: Table): string {
  const properties = Object.entries(table.columns).map(([name, column]) => {
    const type = edmTypes[column.type] ?? "Edm.String";
    return `<Property Name="${shownName(name, column)}" Type="${type}"${type === "Edm.String" ? ' Unicode="false"' : ""} />`;
  });
  const lookups = Object.entries(table.columns).flatMap(([name, column]) =>
    isLookup(column)
      ? `<NavigationProperty Name="${navigationOf(name, column)}" Type="mscrm.${column.target ?? ""}" Nullable="${column.required ? "false" : "true"}"><ReferentialConstraint Property="_${name}_value" ReferencedProperty="${column.target ?? ""}id" /></NavigationProperty>`
      : [],
  );
  const collections = Object.entries(table.collections ?? {}).map(
    ([name, { table: other }]) => `<NavigationProperty Name="${name}" Type="Collection(mscrm.${other})" />`,
  );
  return `<EntityType Name="${table.logicalName}" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="${table.primaryId}" /></Key>${[...properties, ...lookups, ...collections].join("")}</EntityType>`;
}

const functions = [
  '<EnumType Name="AccessRights" IsFlags="true"><Member Name="None" Value="0" /><Member Name="ReadAccess" Value="1" /><Member Name="WriteAccess" Value="2" /><Member Name="ShareAccess" Value="262144" /><Member Name="AppendAccess" Value="4" /><Member Name="AppendToAccess" Value="16" /><Member Name="CreateAccess" Value="32" /><Member Name="DeleteAccess" Value="65536" /><Member Name="AssignAccess" Value="524288" /></EnumType>',
  '<ComplexType Name="PrincipalAccess"><Property Name="AccessMask" Type="mscrm.AccessRights" Nullable="false" /><NavigationProperty Name="Principal" Type="mscrm.principal" Nullable="false" /></ComplexType>',
  '<ComplexType Name="WhoAmIResponse"><Property Name="BusinessUnitId" Type="Edm.Guid" Nullable="false" /><Property Name="UserId" Type="Edm.Guid" Nullable="false" /><Property Name="OrganizationId" Type="Edm.Guid" Nullable="false" /></ComplexType>',
  '<ComplexType Name="RetrieveSharedPrincipalsAndAccessResponse"><Property Name="PrincipalAccesses" Type="Collection(mscrm.PrincipalAccess)" /></ComplexType>',
  '<EntityType Name="principal" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="ownerid" /></Key><Property Name="ownerid" Type="Edm.Guid" /></EntityType>',
  '<Function Name="WhoAmI"><ReturnType Type="mscrm.WhoAmIResponse" Nullable="false" /></Function>',
  '<Function Name="RetrieveSharedPrincipalsAndAccess"><Parameter Name="Target" Type="mscrm.crmbaseentity" Nullable="false" /><ReturnType Type="mscrm.RetrieveSharedPrincipalsAndAccessResponse" Nullable="false" /></Function>',
  '<Action Name="GrantAccess"><Parameter Name="Target" Type="mscrm.crmbaseentity" Nullable="false" /><Parameter Name="PrincipalAccess" Type="mscrm.PrincipalAccess" Nullable="false" /></Action>',
  '<Action Name="RevokeAccess"><Parameter Name="Target" Type="mscrm.crmbaseentity" Nullable="false" /><Parameter Name="Revokee" Type="mscrm.principal" Nullable="false" /></Action>',
].join("");

/** `$metadata`: the CSDL of the tables that the local cloud has. */
export function csdl(): string {
  const sets = tables.map(
    ({ entitySet, logicalName, columns, collections = {} }) =>
      `<EntitySet Name="${entitySet}" EntityType="Microsoft.Dynamics.CRM.${logicalName}">${[
        ...Object.entries(columns).flatMap(([name, column]) =>
          isLookup(column)
            ? `<NavigationPropertyBinding Path="${navigationOf(name, column)}" Target="${tables.find((one) => one.logicalName === column.target)?.entitySet ?? ""}" />`
            : [],
        ),
        ...Object.entries(collections).map(
          ([name, { table: other }]) =>
            `<NavigationPropertyBinding Path="${name}" Target="${tables.find((one) => one.logicalName === other)?.entitySet ?? ""}" />`,
        ),
      ].join("")}</EntitySet>`,
  );
  const imports = [
    '<FunctionImport Name="WhoAmI" Function="Microsoft.Dynamics.CRM.WhoAmI" />',
    '<FunctionImport Name="RetrieveSharedPrincipalsAndAccess" Function="Microsoft.Dynamics.CRM.RetrieveSharedPrincipalsAndAccess" />',
    '<ActionImport Name="GrantAccess" Action="Microsoft.Dynamics.CRM.GrantAccess" />',
    '<ActionImport Name="RevokeAccess" Action="Microsoft.Dynamics.CRM.RevokeAccess" />',
  ];
  return `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="crmbaseentity" Abstract="true" />${tables.map(entityType).join("")}${functions}<EntityContainer Name="System">${[...sets, ...imports].join("")}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`;
}

/** The service document. */
export const serviceDocument = (base: string): Json => ({
  "@odata.context": `${base}/$metadata`,
  value: tables.map(({ entitySet }) => ({ name: entitySet, kind: "EntitySet", url: entitySet })),
});
