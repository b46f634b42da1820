import { seed } from "../seed";
import type { Store } from "../store";
import { organization, securityRoles, seededUsers } from "./organization";
import type { Row } from "./rows";
import { tables } from "./tables";

/** The rows of a new organization. */
export function plantOrganization(store: Store): void {
  const version = { versionnumber: 1000, createdon: "2026-01-01T00:00:00Z", modifiedon: "2026-01-01T00:00:00Z" };
  const put = (logicalName: string, row: Row) => {
    const table = tables.find((one) => one.logicalName === logicalName);
    if (!table) return;
    const empty = Object.entries(table.columns).map(([name, { initial }]) => [name, initial ?? null] as const);
    const id = row[table.primaryId] as string;
    const rows = store.collection<Row>(`dataverse.${logicalName}`);
    if (!rows.get(id)) rows.put(id, { ...Object.fromEntries(empty), ...version, ...row });
  };
  const { deployer, maker, makers } = seed;
  put("organization", { organizationid: organization.id, name: organization.uniqueName, languagecode: 1033 });
  put("businessunit", { businessunitid: organization.businessUnitId, name: organization.friendlyName });
  put("publisher", {
    publisherid: organization.publisherId,
    uniquename: "DefaultPublisherlocal",
    friendlyname: "Default Publisher for local",
    customizationprefix: "new",
    customizationoptionvalueprefix: 10_000,
  });
  put("solution", {
    solutionid: organization.defaultSolutionId,
    uniquename: "Default",
    friendlyname: "Default Solution",
    version: "1.0",
    publisherid: organization.publisherId,
  });
  for (const { id, name } of securityRoles)
    put("role", { roleid: id, name, businessunitid: organization.businessUnitId });
  put("systemuser", {
    systemuserid: seededUsers.deployer.id,
    fullname: `# ${deployer.displayName}`,
    domainname: deployer.clientId,
    applicationid: deployer.clientId,
    azureactivedirectoryobjectid: deployer.objectId,
    businessunitid: organization.businessUnitId,
    accessmode: 4,
  });
  put("systemuser", {
    systemuserid: seededUsers.maker.id,
    fullname: maker.displayName,
    domainname: maker.userPrincipalName,
    internalemailaddress: maker.userPrincipalName,
    azureactivedirectoryobjectid: maker.objectId,
    businessunitid: organization.businessUnitId,
  });
  put("team", {
    teamid: seededUsers.makers.id,
    name: makers.displayName,
    teamtype: 2,
    azureactivedirectoryobjectid: makers.objectId,
    businessunitid: organization.businessUnitId,
  });
  for (const { id, roleId } of [seededUsers.deployer, seededUsers.maker]) {
    const relationship = "systemuserroles_association";
    const key = `${relationship}/${[id, roleId].sort().join("/")}`;
    store.collection("dataverse.associations").put(key, { relationship, one: id, other: roleId });
  }
}
