import { z } from "zod";
import { Directory, sha256, type User } from "../graph/directory";
import type { Sealed } from "../sealing";
import type { Cloud } from "../service";
import { authenticateClient, uniqueId } from "./clientAuthentication";
import { entraErrors } from "./errors";
import { audienceOf, grantedRoles, parseScopes, resourceOfScope, resourcePrincipal, wantsVersion2 } from "./resources";

/** A token request, whichever of the two endpoints it came to. */
export interface TokenRequest {
  tenantId: string;
  /** Whether the path named the tenant, rather than `common` or `organizations`. */
  tenantNamed: boolean;
  form: Record<string, string>;
  authorization: string | undefined;
  version: 1 | 2;
}

interface Target {
  resource: string;
  scope: string;
  openId: boolean;
}

const lifetimeSeconds = 3599;
const refreshSchema = z.object({ userId: z.string(), clientId: z.string() });

/** What the token is for: `scope` on the v2 endpoint, `resource` on the v1 endpoint. */
function targetOf({ form, version, tenantId }: TokenRequest, directory: Directory, appOnly: boolean): Target {
  if (version === 1) {
    const resource = form.resource;
    if (!resource) throw entraErrors.missingParameter("resource");
    const audience = audienceOf(resource, directory);
    if (audience === undefined) throw entraErrors.unknownResource(resource, tenantId);
    return { resource: audience, scope: "user_impersonation", openId: (form.scope ?? "").includes("openid") };
  }
  if (!form.scope) throw entraErrors.missingParameter("scope");
  const { resourceScope = "https://graph.microsoft.com/.default", openId } = parseScopes(form.scope);
  if (appOnly && !resourceScope.endsWith("/.default")) throw entraErrors.scopeNotDefault(resourceScope);
  const named = resourceScope.includes("/") ? resourceOfScope(resourceScope) : "https://graph.microsoft.com";
  const audience = audienceOf(named, directory);
  if (audience === undefined) throw entraErrors.unknownResource(named, tenantId);
  return { resource: audience, scope: resourceScope, openId };
}

/** The answer of either endpoint: version 1 writes numbers as text. */
function answer(request: TokenRequest, now: number, accessToken: string, target: Target, extra: object) {
  if (request.version === 2) {
    return {
      token_type: "Bearer",
      expires_in: lifetimeSeconds,
      ext_expires_in: lifetimeSeconds,
      access_token: accessToken,
      ...extra,
    };
  }
  return {
    token_type: "Bearer",
    expires_in: String(lifetimeSeconds),
    ext_expires_in: String(lifetimeSeconds),
    expires_on: String(now + lifetimeSeconds),
    not_before: String(now - 300),
    resource: target.resource,
    access_token: accessToken,
    ...extra,
  };
}

async function clientCredentials(cloud: Cloud, request: TokenRequest): Promise<object> {
  const directory = new Directory(cloud.store);
  if (!request.tenantNamed) throw entraErrors.noTenant();
  const client = await authenticateClient(cloud, directory, request.form, request.authorization, request.tenantId);
  const target = targetOf(request, directory, true);
  const { id: oid, appId } = client.servicePrincipal;
  const resource = resourcePrincipal(target.resource, directory);
  const roles = resource ? grantedRoles(cloud, directory, client.servicePrincipal, resource) : [];
  const common = { idtyp: "app", oid, sub: oid, uti: uniqueId(), ...(roles.length > 0 ? { roles } : {}) };
  const token = await cloud.tokens.sign(
    resource && wantsVersion2(resource, directory)
      ? {
          ...common,
          aud: resource.appId,
          iss: `https://login.microsoftonline.com/${request.tenantId}/v2.0`,
          azp: appId,
          azpacr: client.appidacr,
          ver: "2.0",
        }
      : {
          ...common,
          aud: target.resource,
          appid: appId,
          appidacr: client.appidacr,
          app_displayname: client.application.properties.displayName,
          idp: `https://sts.windows.net/${request.tenantId}/`,
          ver: "1.0",
        },
  );
  return answer(request, cloud.clock.seconds(), token, target, {});
}

async function userAnswer(cloud: Cloud, request: TokenRequest, user: User, clientId: string): Promise<object> {
  const directory = new Directory(cloud.store);
  const target = targetOf(request, directory, false);
  const who = { oid: user.id, name: user.displayName, tid: request.tenantId };
  const token = await cloud.tokens.sign({
    aud: target.resource,
    appid: clientId,
    appidacr: "0",
    idtyp: "user",
    scp: target.scope.endsWith("/.default") ? "user_impersonation" : (target.scope.split("/").pop() ?? ""),
    sub: sha256(user.id + clientId).slice(0, 43),
    unique_name: user.userPrincipalName,
    upn: user.userPrincipalName,
    uti: uniqueId(),
    ver: "1.0",
    ...who,
  });
  const idToken = await cloud.tokens.sign({
    aud: clientId,
    iss: `https://login.microsoftonline.com/${request.tenantId}/v2.0`,
    preferred_username: user.userPrincipalName,
    sub: user.id,
    ver: "2.0",
    ...who,
  });
  const clientInfo = Buffer.from(JSON.stringify({ uid: user.id, utid: request.tenantId })).toString("base64url");
  return answer(request, cloud.clock.seconds(), token, target, {
    scope: target.scope,
    refresh_token: cloud.sealer.seal(JSON.stringify({ userId: user.id, clientId })),
    ...(target.openId ? { id_token: idToken } : {}),
    client_info: clientInfo,
  });
}

function clientIdOf({ form }: TokenRequest): string {
  if (!form.client_id) throw entraErrors.missingParameter("client_id");
  return form.client_id;
}

/** Resource owner password credentials, for the seeded users: https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc */
function password(cloud: Cloud, request: TokenRequest): Promise<object> {
  const { username, password: given } = request.form;
  if (!username) throw entraErrors.missingParameter("username");
  if (!given) throw entraErrors.missingParameter("password");
  const user = new Directory(cloud.store).userByName(username);
  if (!user) throw entraErrors.unknownUser(username);
  if (user.passwordSha256 !== sha256(given)) throw entraErrors.wrongPassword();
  return userAnswer(cloud, request, user, clientIdOf(request));
}

function refresh(cloud: Cloud, request: TokenRequest): Promise<object> {
  if (!request.form.refresh_token) throw entraErrors.missingParameter("refresh_token");
  try {
    const opened: unknown = JSON.parse(cloud.sealer.open(request.form.refresh_token as Sealed));
    const { userId, clientId } = refreshSchema.parse(opened);
    const user = new Directory(cloud.store).users.get(userId);
    if (!user || clientId !== clientIdOf(request)) throw entraErrors.badRefreshToken();
    return userAnswer(cloud, request, user, clientId);
  } catch {
    throw entraErrors.badRefreshToken();
  }
}

/** Answers a token request. @throws EntraError */
export async function grant(cloud: Cloud, request: TokenRequest): Promise<object> {
  switch (request.form.grant_type) {
    case undefined:
    case "":
      throw entraErrors.missingParameter("grant_type");
    case "client_credentials":
      return clientCredentials(cloud, request);
    case "password":
      return password(cloud, request);
    case "refresh_token":
      return refresh(cloud, request);
    case "device_code":
    case "urn:ietf:params:oauth:grant-type:device_code":
      throw entraErrors.authorizationPending();
    default:
      throw entraErrors.unsupportedGrant();
  }
}
