import type { Cloud } from "../service";
import type { Connection } from "./connectionModel";
import type { OAuthSettings } from "./connectorModel";

/** From where the connectors' gateway calls: an address of the range that is kept for documentation (RFC 5737). */
export const gatewayAddress = "203.0.113.10";

export interface SignInFailure {
  code: string;
  message: string;
}

/** An access token; nothing for connections that do not sign in; or why there is none. */
export type SignInResult = { token: string } | { none: true } | { failure: SignInFailure };

/** A setting of `customParameters`, whatever the case of its name. */
function setting({ customParameters = {} }: OAuthSettings, ...names: string[]): string | undefined {
  const wanted = names.map((name) => name.toLowerCase());
  const value = Object.entries(customParameters).find(([name]) => wanted.includes(name.toLowerCase()))?.[1].value;
  return value === undefined || value === null || value === "" ? undefined : String(value);
}

function valueOf(cloud: Cloud, { values, sealedValues }: Connection, name: string): string | undefined {
  const find = <T>(record: Record<string, T>) =>
    Object.entries(record).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  const sealed = find(sealedValues);
  return sealed === undefined ? find(values) : cloud.sealer.open(sealed);
}

/** Entra's words, shortened to the first line, inside the words in which the gateway wraps them. */
function refused(status: number, body: string): SignInFailure {
  return {
    code: "Unauthorized",
    message: `Failed to acquire token from AAD. Response status code=${status === 401 ? "Unauthorized" : "BadRequest"}. Response body: ${body}`,
  };
}

/** Signs in with what a connection holds, at Entra's v1 endpoint, as the gateway does for `client_credentials`. */
export async function signIn(cloud: Cloud, connection: Connection): Promise<SignInResult> {
  const { signIn: settings } = connection;
  if (!settings) return { none: true };
  if (setting(settings, "grantType") !== "client_credentials") {
    return { failure: { code: "Unauthenticated", message: "This connection is not authenticated: nobody signed in." } };
  }
  const value = (name: string) => valueOf(cloud, connection, name);
  const tenant = value("token:TenantId") ?? setting(settings, "TenantId") ?? "common";
  const loginUri = setting(settings, "LoginUri", "loginUriAAD") ?? "https://login.microsoftonline.com";
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: value("token:clientId") ?? settings.clientId ?? "",
    client_secret: value("token:clientSecret") ?? "",
    resource: value("token:resourceUri") ?? setting(settings, "ResourceUri") ?? "",
  });
  try {
    const answer = await cloud.call({
      method: "POST",
      url: `${loginUri.replace(/\/+$/, "")}/${encodeURIComponent(tenant)}/oauth2/token`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: form.toString(),
      from: gatewayAddress,
    });
    const { access_token: token } = JSON.parse(answer.body) as { access_token?: string };
    return answer.status === 200 && token !== undefined ? { token } : { failure: refused(answer.status, answer.body) };
  } catch (error) {
    // A login host that is not emulated, or an answer that was cut off.
    return { failure: { code: "BadGateway", message: error instanceof Error ? error.message : String(error) } };
  }
}
