import { seed } from "../seed";
import type { Application, Directory, PasswordCredential, ServicePrincipal } from "./directory";
import { patched } from "./query";

/** A moment as Graph writes it: UTC, whole seconds. */
export const graphTime = (moment: Date): string => moment.toISOString().replace(/\.\d{3}Z$/, "Z");

const noUrls = {
  logoUrl: null,
  marketingUrl: null,
  privacyStatementUrl: null,
  supportUrl: null,
  termsOfServiceUrl: null,
};

/** What an application has when nobody set it: https://learn.microsoft.com/graph/api/resources/application */
const applicationDefaults: Record<string, unknown> = {
  addIns: [],
  api: {
    acceptMappedClaims: null,
    knownClientApplications: [],
    requestedAccessTokenVersion: null,
    oauth2PermissionScopes: [],
    preAuthorizedApplications: [],
  },
  appRoles: [],
  applicationTemplateId: null,
  certification: null,
  defaultRedirectUri: null,
  description: null,
  disabledByMicrosoftStatus: null,
  groupMembershipClaims: null,
  identifierUris: [],
  info: noUrls,
  isDeviceOnlyAuthSupported: null,
  isFallbackPublicClient: null,
  keyCredentials: [],
  nativeAuthenticationApisEnabled: null,
  notes: null,
  oauth2RequirePostResponse: false,
  optionalClaims: null,
  parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" },
  publicClient: { redirectUris: [] },
  publisherDomain: seed.tenantDomain,
  requestSignatureVerification: null,
  requiredResourceAccess: [],
  samlMetadataUrl: null,
  serviceManagementReference: null,
  servicePrincipalLockConfiguration: null,
  signInAudience: "AzureADMyOrg",
  spa: { redirectUris: [] },
  tags: [],
  tokenEncryptionKeyId: null,
  uniqueName: null,
  verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
  web: {
    homePageUrl: null,
    logoutUrl: null,
    redirectUris: [],
    implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
    redirectUriSettings: [],
  },
};

/** https://learn.microsoft.com/graph/api/resources/serviceprincipal */
const servicePrincipalDefaults: Record<string, unknown> = {
  accountEnabled: true,
  addIns: [],
  alternativeNames: [],
  appDescription: null,
  appRoleAssignmentRequired: false,
  appRoles: [],
  description: null,
  disabledByMicrosoftStatus: null,
  homepage: null,
  info: noUrls,
  keyCredentials: [],
  loginUrl: null,
  logoutUrl: null,
  notes: null,
  notificationEmailAddresses: [],
  oauth2PermissionScopes: [],
  preferredSingleSignOnMode: null,
  preferredTokenSigningKeyThumbprint: null,
  replyUrls: [],
  resourceSpecificApplicationPermissions: [],
  samlMetadataUrl: null,
  samlSingleSignOnSettings: null,
  servicePrincipalType: "Application",
  tags: [],
  tokenEncryptionKeyId: null,
  verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
};

/** Unset properties are the defaults, as after a PATCH with null. */
function withDefaults(defaults: Record<string, unknown>, properties: Record<string, unknown>): Record<string, unknown> {
  const set = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
  return patched(defaults, set);
}

export function passwordView(password: PasswordCredential): Record<string, unknown> {
  const { keyId, displayName, hint, startDateTime, endDateTime } = password;
  return { customKeyIdentifier: null, displayName, endDateTime, hint, keyId, secretText: null, startDateTime };
}

export function applicationView(application: Application): Record<string, unknown> {
  return {
    ...withDefaults(applicationDefaults, application.properties),
    id: application.id,
    appId: application.appId,
    createdDateTime: application.createdDateTime,
    deletedDateTime: null,
    passwordCredentials: application.passwords.map(passwordView),
  };
}

/** A service principal shows much of its application. */
export function servicePrincipalView(principal: ServicePrincipal, directory: Directory): Record<string, unknown> {
  const application = directory.applicationByClientId(principal.appId);
  const ofApplication = application ? applicationView(application) : {};
  const api = (ofApplication.api ?? {}) as { oauth2PermissionScopes?: unknown[] };
  const web = (ofApplication.web ?? {}) as { redirectUris?: unknown[]; homePageUrl?: unknown };
  const uris = Array.isArray(ofApplication.identifierUris) ? (ofApplication.identifierUris as unknown[]) : [];
  return {
    ...withDefaults(servicePrincipalDefaults, principal.properties),
    ...(application
      ? {
          displayName: ofApplication.displayName,
          appDisplayName: ofApplication.displayName,
          appOwnerOrganizationId: seed.tenantId,
          appRoles: ofApplication.appRoles,
          oauth2PermissionScopes: api.oauth2PermissionScopes ?? [],
          replyUrls: web.redirectUris ?? [],
          homepage: web.homePageUrl ?? null,
          signInAudience: ofApplication.signInAudience,
        }
      : {}),
    id: principal.id,
    appId: principal.appId,
    createdDateTime: principal.createdDateTime,
    deletedDateTime: null,
    passwordCredentials: principal.passwords.map(passwordView),
    servicePrincipalNames: [principal.appId, ...uris],
  };
}
