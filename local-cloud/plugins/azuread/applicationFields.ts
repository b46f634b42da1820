import { block, field, list } from "./fields";

const permissionScope = [
  field("adminConsentDescription"),
  field("adminConsentDisplayName"),
  field("enabled", "isEnabled"),
  field("id"),
  field("type"),
  field("userConsentDescription"),
  field("userConsentDisplayName"),
  field("value"),
];

const appRole = [
  list("allowedMemberTypes"),
  field("description"),
  field("displayName"),
  field("enabled", "isEnabled"),
  field("id"),
  field("value"),
];

/** Arguments of azuread.Application and their place in https://learn.microsoft.com/graph/api/resources/application */
export const applicationFields = [
  block("api", [
    list("knownClientApplications"),
    field("mappedClaimsEnabled", "acceptMappedClaims"),
    list("oauth2PermissionScopes", "oauth2PermissionScopes", permissionScope),
    field("requestedAccessTokenVersion"),
  ]),
  list("appRoles", "appRoles", appRole),
  field("description"),
  field("deviceOnlyAuthEnabled", "isDeviceOnlyAuthSupported"),
  field("displayName"),
  field("fallbackPublicClientEnabled", "isFallbackPublicClient"),
  list("identifierUris"),
  block("publicClient", [list("redirectUris")]),
  field("notes"),
  list("requiredResourceAccesses", "requiredResourceAccess", [
    field("resourceAppId"),
    list("resourceAccesses", "resourceAccess", [field("id"), field("type")]),
  ]),
  field("serviceManagementReference"),
  field("signInAudience"),
  block("singlePageApplication", [list("redirectUris")], "spa"),
  list("tags"),
  block("web", [
    field("homepageUrl", "homePageUrl"),
    block(
      "implicitGrant",
      [
        field("accessTokenIssuanceEnabled", "enableAccessTokenIssuance"),
        field("idTokenIssuanceEnabled", "enableIdTokenIssuance"),
      ],
      "implicitGrantSettings",
    ),
    field("logoutUrl"),
    list("redirectUris"),
  ]),
];

/** Properties of an application that Entra decides. */
export const applicationOutputs = [
  field("clientId", "appId"),
  field("disabledByMicrosoft", "disabledByMicrosoftStatus"),
  field("publisherDomain"),
  field("templateId", "applicationTemplateId"),
];

/** Lists whose order means nothing. */
export const applicationSets = [
  "owners",
  "identifierUris",
  "tags",
  "web.redirectUris",
  "publicClient.redirectUris",
  "singlePageApplication.redirectUris",
  "api.knownClientApplications",
  "api.oauth2PermissionScopes",
  "appRoles",
  "requiredResourceAccesses",
];

/** Arguments of azuread.ServicePrincipal: https://learn.microsoft.com/graph/api/resources/serviceprincipal */
export const servicePrincipalFields = [
  field("accountEnabled"),
  list("alternativeNames"),
  field("appRoleAssignmentRequired"),
  field("clientId", "appId"),
  field("description"),
  field("loginUrl"),
  field("notes"),
  list("notificationEmailAddresses"),
  field("preferredSingleSignOnMode"),
  list("tags"),
];

export const servicePrincipalSets = ["owners", "alternativeNames", "notificationEmailAddresses", "tags"];

/** Properties of a service principal that its application decides. */
export const servicePrincipalOutputs = [
  field("applicationTenantId", "appOwnerOrganizationId"),
  list("appRoles", "appRoles", appRole),
  field("displayName"),
  field("homepageUrl", "homepage"),
  field("logoutUrl"),
  list("oauth2PermissionScopes", "oauth2PermissionScopes", permissionScope),
  list("redirectUris", "replyUrls"),
  field("samlMetadataUrl"),
  list("servicePrincipalNames"),
  field("signInAudience"),
  field("type", "servicePrincipalType"),
];
