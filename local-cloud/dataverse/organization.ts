import { seed } from "../seed";

/** The one organization: the Dataverse of an environment that has it. */
export const organization = {
  id: "10ca1c10-0000-4000-8000-0000000000a9",
  environmentId: seed.dataverseEnvironment.id,
  uniqueName: "unq10ca1c10000040008000000000000",
  friendlyName: "Local with Dataverse",
  host: seed.dataverseEnvironment.host,
  /** Where the Web API answers; older clients take the first, newer ones the second. */
  apiHost: seed.dataverseEnvironment.host.replace(".crm.", ".api.crm."),
  businessUnitId: "10ca1c10-0000-4000-8000-0000000000b1",
  publisherId: "10ca1c10-0000-4000-8000-0000000000c1",
  defaultSolutionId: "fd140aaf-4df4-11dd-bd17-0019b9312238",
} as const;

export const organizationUrl = `https://${organization.host}`;

export const answersTo = (host: string): boolean => host === organization.host || host === organization.apiHost;

/** Audiences of the tokens that the organization accepts. */
export const organizationAudiences = [organizationUrl, `https://${organization.apiHost}`] as const;

/** Security roles that every organization has, with how much of the tables here they let somebody do. */
export const securityRoles = [
  { id: "10ca1c10-0000-4000-8000-0000000000e1", name: "System Administrator", makes: true, sees: "everything" },
  { id: "10ca1c10-0000-4000-8000-0000000000e2", name: "System Customizer", makes: true, sees: "everything" },
  { id: "10ca1c10-0000-4000-8000-0000000000e3", name: "Environment Maker", makes: true, sees: "own" },
  { id: "10ca1c10-0000-4000-8000-0000000000e4", name: "Basic User", makes: false, sees: "own" },
] as const;

/** Application users and users from the start. */
export const seededUsers = {
  deployer: { id: "10ca1c10-0000-4000-8000-0000000000f1", roleId: securityRoles[0].id },
  maker: { id: "10ca1c10-0000-4000-8000-0000000000f2", roleId: securityRoles[2].id },
  makers: { id: "10ca1c10-0000-4000-8000-0000000000f3" },
} as const;
