import crypto from "node:crypto";
import type { Collection, Store } from "../store";

/** A user who can sign in with a password (resource owner password grant). */
export interface User {
  id: string;
  displayName: string;
  userPrincipalName: string;
  passwordSha256: string;
}

export interface Group {
  id: string;
  displayName: string;
  memberIds: string[];
  mailNickname?: string;
  description?: string | null;
  createdDateTime?: string;
}

/** A client secret. Its text is known to nobody but the one who was given it. */
export interface PasswordCredential {
  keyId: string;
  displayName: string | null;
  /** The first characters, which Graph shows so that people can tell secrets apart. */
  hint: string;
  sha256: string;
  startDateTime: string;
  endDateTime: string;
  /** Milliseconds since 1970 when it was made: a fresh one may not be accepted yet. */
  createdAt: number;
}

export interface FederatedIdentityCredential {
  id: string;
  name: string;
  issuer: string;
  subject: string;
  audiences: string[];
  description: string | null;
}

export interface Application {
  /** Object id. */
  id: string;
  /** Client id. */
  appId: string;
  createdDateTime: string;
  /** The other properties as Graph has them: displayName, signInAudience, web, api, tags … */
  properties: Record<string, unknown>;
  ownerIds: string[];
  passwords: PasswordCredential[];
  federatedIdentityCredentials: FederatedIdentityCredential[];
  /** Part of the seed: not listed as made by users. */
  seeded?: boolean;
}

export interface ServicePrincipal {
  /** Object id. */
  id: string;
  appId: string;
  createdDateTime: string;
  /** Milliseconds since 1970 when it was made. */
  createdAt: number;
  properties: Record<string, unknown>;
  ownerIds: string[];
  passwords: PasswordCredential[];
  seeded?: boolean;
}

/** Somebody or something that can hold a role. */
export interface Principal {
  id: string;
  type: "User" | "Group" | "ServicePrincipal";
  displayName: string;
}

/** An application role that a principal was given on a resource. */
export interface AppRoleAssignment {
  id: string;
  appRoleId: string;
  principalId: string;
  principalType: string;
  principalDisplayName: string;
  resourceId: string;
  resourceDisplayName: string;
  createdDateTime: string;
}

export const appRoleAssignments = (store: Store): Collection<AppRoleAssignment> =>
  store.collection("appRoleAssignments");

export const sha256 = (text: string): string => crypto.createHash("sha256").update(text).digest("hex");

/** The display name among an object's properties, or something to show instead. */
export function nameOf({ displayName }: Record<string, unknown>, otherwise: string): string {
  return typeof displayName === "string" ? displayName : otherwise;
}

/** The directory of the tenant: who exists. Graph writes it, the other services ask it. */
export class Directory {
  readonly users: Collection<User>;
  readonly groups: Collection<Group>;
  readonly applications: Collection<Application>;
  readonly servicePrincipals: Collection<ServicePrincipal>;

  constructor(store: Store) {
    this.users = store.collection("users");
    this.groups = store.collection("groups");
    this.applications = store.collection("applications");
    this.servicePrincipals = store.collection("servicePrincipals");
  }

  applicationByClientId(appId: string): Application | undefined {
    return this.applications.values().find((application) => application.appId === appId);
  }

  servicePrincipalByClientId(appId: string): ServicePrincipal | undefined {
    return this.servicePrincipals.values().find((principal) => principal.appId === appId);
  }

  userByName(userPrincipalName: string): User | undefined {
    const wanted = userPrincipalName.toLowerCase();
    return this.users.values().find((user) => user.userPrincipalName.toLowerCase() === wanted);
  }

  /** Whatever has this object id. */
  principal(id: string): Principal | undefined {
    const user = this.users.get(id);
    if (user) return { id, type: "User", displayName: user.displayName };
    const group = this.groups.get(id);
    if (group) return { id, type: "Group", displayName: group.displayName };
    const servicePrincipal = this.servicePrincipals.get(id);
    if (!servicePrincipal) return undefined;
    const application = this.applicationByClientId(servicePrincipal.appId);
    return {
      id,
      type: "ServicePrincipal",
      displayName: nameOf(application?.properties ?? servicePrincipal.properties, id),
    };
  }

  /** The object ids under which a principal acts: its own and those of its groups. */
  identities(id: string): string[] {
    const groups = this.groups.values().filter((group) => group.memberIds.includes(id));
    return [id, ...groups.map((group) => group.id)];
  }
}
