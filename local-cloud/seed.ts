import crypto from "node:crypto";
import fs from "node:fs";
import { appRoleAssignments, Directory, sha256 } from "./graph/directory";
import { plantFirstParty } from "./graph/firstParty";
import type { Store } from "./store";

/** The things that every local cloud has from the start. The ids are fixed, so that settings can name them. */
export const seed = {
  tenantId: "10ca1c10-0000-4000-8000-000000000001",
  tenantDomain: "contoso.onmicrosoft.com",
  tenantName: "Contoso (local cloud)",
  subscriptionId: "10ca1c10-0000-4000-8000-0000000005ab",
  subscriptionName: "Local subscription",
  deployer: {
    clientId: "10ca1c10-0000-4000-8000-0000000000d1",
    objectId: "10ca1c10-0000-4000-8000-0000000000d2",
    applicationObjectId: "10ca1c10-0000-4000-8000-0000000000d3",
    displayName: "Deployer",
  },
  maker: {
    objectId: "10ca1c10-0000-4000-8000-00000000a4e1",
    userPrincipalName: "maker@contoso.onmicrosoft.com",
    displayName: "Mona Maker",
  },
  makers: { objectId: "10ca1c10-0000-4000-8000-0000000009a4", displayName: "Makers" },
  environment: { id: "10ca1c10-0000-4000-8000-00000000e4b1", displayName: "Local", geo: "unitedstates" },
  /** The same with Dataverse. */
  dataverseEnvironment: {
    id: "10ca1c10-0000-4000-8000-00000000e4b2",
    displayName: "Local with Dataverse",
    geo: "unitedstates",
    host: "orglocal.crm.dynamics.com",
  },
} as const;

/** The environment in which a connector can be written by a route: only one of them has Dataverse. */
export const environmentIdFor = (route: "powerApps" | "dataverse"): string =>
  route === "dataverse" ? seed.dataverseEnvironment.id : seed.environment.id;

/** Passwords of the seeded principals: random for each home. */
export interface Credentials {
  deployerSecret: string;
  makerPassword: string;
}

/** Reads the passwords of a home, or makes them. */
export function ensureCredentials(file: string): Credentials {
  if (!fs.existsSync(file)) {
    const credentials: Credentials = {
      deployerSecret: crypto.randomBytes(30).toString("base64url"),
      makerPassword: crypto.randomBytes(18).toString("base64url"),
    };
    fs.writeFileSync(file, JSON.stringify(credentials), { mode: 0o600 });
  }
  return JSON.parse(fs.readFileSync(file, "utf8")) as Credentials;
}

/** Fills an empty directory. The subscription, its owner and the environment are facts of the services themselves. */
export function plant(store: Store, credentials: Credentials): void {
  const directory = new Directory(store);
  if (directory.applications.get(seed.deployer.applicationObjectId)) return;
  plantFirstParty(directory);
  const { deployer, maker, makers } = seed;
  const createdDateTime = "2026-01-01T00:00:00Z";
  directory.applications.put(deployer.applicationObjectId, {
    id: deployer.applicationObjectId,
    appId: deployer.clientId,
    createdDateTime,
    properties: { displayName: deployer.displayName, signInAudience: "AzureADMyOrg" },
    ownerIds: [],
    passwords: [
      {
        keyId: "10ca1c10-0000-4000-8000-0000000000d4",
        displayName: "seed",
        hint: credentials.deployerSecret.slice(0, 3),
        sha256: sha256(credentials.deployerSecret),
        startDateTime: createdDateTime,
        endDateTime: "2099-01-01T00:00:00Z",
        createdAt: 0,
      },
    ],
    federatedIdentityCredentials: [],
    seeded: true,
  });
  directory.servicePrincipals.put(deployer.objectId, {
    id: deployer.objectId,
    appId: deployer.clientId,
    createdDateTime,
    createdAt: 0,
    properties: { displayName: deployer.displayName, servicePrincipalType: "Application", accountEnabled: true },
    ownerIds: [],
    passwords: [],
    seeded: true,
  });
  const graphPrincipal = directory.servicePrincipalByClientId("00000003-0000-0000-c000-000000000000");
  appRoleAssignments(store).put("deployer", {
    id: "deployer",
    appRoleId: "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    principalId: deployer.objectId,
    principalType: "ServicePrincipal",
    principalDisplayName: deployer.displayName,
    resourceId: graphPrincipal?.id ?? "",
    resourceDisplayName: "Microsoft Graph",
    createdDateTime,
  });
  directory.users.put(maker.objectId, {
    id: maker.objectId,
    displayName: maker.displayName,
    userPrincipalName: maker.userPrincipalName,
    passwordSha256: sha256(credentials.makerPassword),
  });
  directory.groups.put(makers.objectId, {
    id: makers.objectId,
    displayName: makers.displayName,
    memberIds: [maker.objectId],
  });
}
