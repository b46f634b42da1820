import type { Directory, ServicePrincipal } from "./directory";

/** Microsoft's own service principals that exist in every tenant and that programs look up. */
const names: Record<
  string,
  { displayName: string; scopes?: { id: string; value: string }[]; roles?: { id: string; value: string }[] }
> = {
  "cfa8b339-82a2-471a-a3c9-0fc0be7a4093": {
    displayName: "Azure Key Vault",
    scopes: [{ id: "f53da476-18e3-4152-8e01-aec403e6edc0", value: "user_impersonation" }],
  },
  "00000003-0000-0000-c000-000000000000": {
    displayName: "Microsoft Graph",
    scopes: [{ id: "e1fe6dd8-ba31-4d61-89e7-88639da4683d", value: "User.Read" }],
    roles: [
      { id: "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", value: "Application.ReadWrite.All" },
      { id: "18a4783c-866b-4cc7-a460-3d5e5662c884", value: "Application.ReadWrite.OwnedBy" },
      { id: "7ab1d382-f21e-4acd-a863-ba3e13f7da61", value: "Directory.Read.All" },
    ],
  },
  "797f4846-ba00-4fd7-ba43-dac1f8f63013": { displayName: "Windows Azure Service Management API" },
  "475226c6-020e-4fb2-8a90-7a972cbfc1d4": { displayName: "PowerApps Service" },
  "8578e004-a5c6-46e7-913e-12f58912df43": { displayName: "Power Platform API" },
  "fe053c5f-3692-4f14-aef2-ee34fc081cae": { displayName: "Azure API Connections" },
};

const createdDateTime = "2020-01-01T00:00:00Z";

/** Writes them into an empty directory. Their object ids are derived, so that they are the same everywhere. */
export function plantFirstParty(directory: Directory): void {
  for (const [appId, { displayName, scopes = [], roles = [] }] of Object.entries(names)) {
    const id = `${appId.slice(0, 24)}${appId.slice(24).split("").reverse().join("")}`;
    const principal: ServicePrincipal = {
      id,
      appId,
      createdDateTime,
      createdAt: 0,
      seeded: true,
      ownerIds: [],
      passwords: [],
      properties: {
        displayName,
        appDisplayName: displayName,
        appOwnerOrganizationId: "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
        oauth2PermissionScopes: scopes.map((scope) => ({ ...scope, isEnabled: true, type: "User" })),
        appRoles: roles.map((role) => ({ ...role, isEnabled: true, allowedMemberTypes: ["Application"] })),
      },
    };
    directory.servicePrincipals.put(id, principal);
  }
}
