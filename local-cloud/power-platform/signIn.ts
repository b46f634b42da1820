import type { Cloud } from "../service";
import type { Connection } from "./connectionModel";
import { connectors, type OAuthSettings } from "./connectorModel";
import { assertionOf, federatedClientCredentials, federatedIdentity, isFederated } from "./federatedIdentity";

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

/** What proves to Entra who signs in: a secret that the connection holds, or an assertion of its connector's identity. */
async function proofOf(
  cloud: Cloud,
  connection: Connection,
  settings: OAuthSettings,
): Promise<Record<string, string> | SignInFailure> {
  switch (setting(settings, "grantType")) {
    case "client_credentials":
      return { client_secret: valueOf(cloud, connection, "token:clientSecret") ?? "" };
    case federatedClientCredentials: {
      const connector = connectors(cloud.store).get(connection.connector);
      const identity = connector && isFederated(settings) ? federatedIdentity(cloud, connector) : undefined;
      if (!identity) return { code: "Unauthenticated", message: "The connector has no managed identity yet." };
      return {
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: await assertionOf(cloud, identity),
      };
    }
    default:
      return { code: "Unauthenticated", message: "This connection is not authenticated: nobody signed in." };
  }
}

const isFailure = (proof: Record<string, string> | SignInFailure): proof is SignInFailure => "code" in proof;

/** Signs in with what a connection holds, at Entra's v1 endpoint, as the gateway does for `client_credentials`. */
export async function signIn(cloud: Cloud, connection: Connection): Promise<SignInResult> {
  const { signIn: settings } = connection;
  if (!settings) return { none: true };
  const proof = await proofOf(cloud, connection, settings);
  if (isFailure(proof)) return { failure: proof };
  const value = (name: string) => valueOf(cloud, connection, name);
  const tenant = value("token:TenantId") ?? setting(settings, "TenantId") ?? "common";
  const loginUri = setting(settings, "LoginUri", "loginUriAAD") ?? "https://login.microsoftonline.com";
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: value("token:clientId") ?? settings.clientId ?? "",
    ...proof,
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
