import type { FastifyInstance } from "fastify";
import type { Cloud } from "../service";

const authority = "https://login.microsoftonline.com";
const aliases = ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"];

/** OpenID Connect discovery, as https://openid.net/specs/openid-connect-discovery-1_0.html and Entra's own fields say. */
function configuration(tenant: string, version: 1 | 2) {
  const base = `${authority}/${tenant}`;
  const oauth = version === 2 ? `${base}/oauth2/v2.0` : `${base}/oauth2`;
  return {
    token_endpoint: `${oauth}/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: version === 2 ? `${base}/discovery/v2.0/keys` : `${authority}/common/discovery/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: version === 2 ? `${base}/v2.0` : `https://sts.windows.net/${tenant}/`,
    request_uri_parameter_supported: false,
    userinfo_endpoint: "https://graph.microsoft.com/oidc/userinfo",
    authorization_endpoint: `${oauth}/authorize`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${oauth}/logout`,
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver", "email"],
    tenant_region_scope: "NA",
    cloud_instance_name: "microsoftonline.com",
    cloud_graph_host_name: "graph.windows.net",
    msgraph_host: "graph.microsoft.com",
    rbac_url: "https://pas.windows.net",
  };
}

/** Everything by which clients find the endpoints and keys of a tenant. */
export function discoveryRoutes(app: FastifyInstance, cloud: Cloud, tenantIdOf: (tenant: string) => string): void {
  interface InTenant {
    Params: { tenant: string };
  }

  /** `common` and `organizations` stand for any tenant: their documents name the placeholder. */
  const issuerTenant = (tenant: string) =>
    ["common", "organizations"].includes(tenant) ? "{tenantid}" : tenantIdOf(tenant);
  const document = (tenant: string, version: 1 | 2) => {
    const shown = issuerTenant(tenant);
    if (shown !== "{tenantid}") return configuration(shown, version);
    const issuer = version === 2 ? `${authority}/{tenantid}/v2.0` : "https://sts.windows.net/{tenantid}/";
    return { ...configuration(tenant, version), issuer };
  };

  app.get<InTenant>("/:tenant/v2.0/.well-known/openid-configuration", (request) => document(request.params.tenant, 2));
  app.get<InTenant>("/:tenant/.well-known/openid-configuration", (request) => document(request.params.tenant, 1));
  app.get("/:tenant/discovery/v2.0/keys", () => cloud.tokens.jwks());
  app.get("/:tenant/discovery/keys", () => cloud.tokens.jwks());
  app.get<{ Querystring: { authorization_endpoint?: string } }>("/:tenant/discovery/instance", (request) => {
    const asked = request.query.authorization_endpoint ?? `${authority}/common/oauth2/v2.0/authorize`;
    const tenant = URL.canParse(asked) ? (new URL(asked).pathname.split("/")[1] ?? "common") : "common";
    return {
      tenant_discovery_endpoint: `${authority}/${tenant}/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: [{ preferred_network: "login.microsoftonline.com", preferred_cache: "login.windows.net", aliases }],
    };
  });
  app.get<{ Params: { user: string } }>("/:tenant/userrealm/:user", (request) => ({
    ver: "1.0",
    account_type: "Managed",
    domain_name: request.params.user.split("@")[1] ?? "",
    cloud_instance_name: "microsoftonline.com",
    cloud_audience_urn: "urn:federation:MicrosoftOnline",
  }));
}

/** The host names that Entra's sign-in answers to. */
export const signInHosts: readonly string[] = aliases;
