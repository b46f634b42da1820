import type { TokenCredential } from "@azure/core-auth";
import fs from "node:fs";
import { attemptInTime } from "./attempts";

type Environment = Record<string, string | undefined>;

/** Credentials wait for Entra without end, whatever they are told by their callers. */
const signInOptions = (authorityHost: string) => ({
  authorityHost,
  additionalPolicies: [{ policy: attemptInTime, position: "perRetry" as const }],
});

const isOn = (value: string | undefined) => value?.toLowerCase() === "true" || value === "1";

/** The token that GitHub Actions gives a workflow for Entra. Source: https://docs.github.com/actions/reference/openid-connect-reference */
async function gitHubToken(url: string, token: string): Promise<string> {
  const { createDefaultHttpClient, createHttpHeaders, createPipelineFromOptions, createPipelineRequest } =
    await import("@azure/core-rest-pipeline");
  const request = createPipelineRequest({
    url: `${url}&audience=${encodeURIComponent("api://AzureADTokenExchange")}`,
    headers: createHttpHeaders({ authorization: `Bearer ${token}`, accept: "application/json" }),
    timeout: 30_000,
  });
  const answer = await createPipelineFromOptions({}).sendRequest(createDefaultHttpClient(), request);
  const { value } = JSON.parse(answer.bodyAsText ?? "{}") as { value?: string };
  if (value === undefined)
    throw new Error(`GitHub gave no OIDC token (HTTP ${answer.status}): the job needs "id-token: write".`);
  return value;
}

/** Where the OIDC token comes from, or undefined when the environment names no place. */
function oidcToken(env: Environment): (() => Promise<string>) | undefined {
  const { ARM_OIDC_TOKEN: token, ARM_OIDC_TOKEN_FILE_PATH: file } = env;
  const url = env.ARM_OIDC_REQUEST_URL ?? env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const requestToken = env.ARM_OIDC_REQUEST_TOKEN ?? env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (token) return () => Promise.resolve(token);
  if (file) return async () => (await fs.promises.readFile(file, "utf8")).trim();
  return url && requestToken ? () => gitHubToken(url, requestToken) : undefined;
}

/**
 * The identity that runs Pulumi, from the same ARM_* variables as the azure-native and azuread plugins: OIDC, client
 * certificate, client secret, managed identity; without them whatever DefaultAzureCredential finds (such as `az login`).
 */
export async function deployerCredential(
  authorityHost: string,
  env: Environment = process.env,
): Promise<TokenCredential> {
  // Loaded here: only create, update and refresh need it, previews do not.
  const identity = await import("@azure/identity");
  const { ARM_TENANT_ID: tenantId, ARM_CLIENT_ID: clientId, ARM_CLIENT_SECRET: clientSecret } = env;
  const certificatePath = env.ARM_CLIENT_CERTIFICATE_PATH;
  const options = signInOptions(authorityHost);
  const getToken = isOn(env.ARM_USE_OIDC) ? oidcToken(env) : undefined;
  if (isOn(env.ARM_USE_MSI)) {
    return clientId ? new identity.ManagedIdentityCredential({ clientId }) : new identity.ManagedIdentityCredential();
  }
  if (tenantId && clientId) {
    if (getToken) return new identity.ClientAssertionCredential(tenantId, clientId, getToken, options);
    if (certificatePath) {
      const certificatePassword = env.ARM_CLIENT_CERTIFICATE_PASSWORD;
      const certificate = certificatePassword ? { certificatePath, certificatePassword } : { certificatePath };
      return new identity.ClientCertificateCredential(tenantId, clientId, certificate, options);
    }
    if (clientSecret) return new identity.ClientSecretCredential(tenantId, clientId, clientSecret, options);
  }
  return new identity.DefaultAzureCredential({ ...options, ...(tenantId ? { tenantId } : {}) });
}

/** An application that signs in with its client secret. */
export async function applicationCredential(
  authority: string,
  tenantId: string,
  clientId: string,
  clientSecret: string,
): Promise<TokenCredential> {
  const { ClientSecretCredential } = await import("@azure/identity");
  return new ClientSecretCredential(tenantId, clientId, clientSecret, signInOptions(authority));
}
