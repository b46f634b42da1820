import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/core-auth";

/** Which principal a plugin signs in as, and the requests that it has under way. */
export interface Connection {
  tenantId: string;
  clientId: string;
  /** ARM only. */
  subscriptionId: string | undefined;
  credential: TokenCredential;
  signal: AbortSignal;
  cancel(): void;
}

/** @azure/identity takes a third of a second to load, and an update without changes needs no token. */
class LazyCredential implements TokenCredential {
  private inner: Promise<TokenCredential> | undefined;

  constructor(
    private readonly tenantId: string,
    private readonly clientId: string,
    private readonly clientSecret: string,
  ) {}

  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null> {
    this.inner ??= import("@azure/identity").then(
      ({ ClientSecretCredential }) => new ClientSecretCredential(this.tenantId, this.clientId, this.clientSecret),
    );
    return (await this.inner).getToken(scopes, options);
  }
}

/** The stand-ins are made for the local cloud alone: without its proxy they would reach the real services. */
function requireLocalCloud(plugin: string): void {
  const proxy = process.env.HTTPS_PROXY ?? "";
  if (/^http:\/\/(127\.0\.0\.1|localhost):\d+\/?$/.test(proxy)) return;
  throw new Error(
    `This is the local cloud's stand-in for the ${plugin} plugin, and HTTPS_PROXY does not lead to a local cloud. ` +
      "Run it with `npm run local -- ARGS`; for Azure, install the real plugin: `pulumi plugin install`.",
  );
}

/**
 * Reads the provider's settings, or the environment where they say nothing.
 * @param config `tenantId`, `clientId`, `clientSecret`, `subscriptionId`; else ARM_TENANT_ID and so on.
 * @throws when one is missing, or no local cloud stands behind the proxy.
 */
export function connect(plugin: string, config: Record<string, string>): Connection {
  requireLocalCloud(plugin);
  const setting = (key: string, variable: string): string => {
    const value = config[key] ?? process.env[variable];
    if (value) return value;
    throw new Error(`${plugin}: no ${key}. Set the environment variable ${variable} or the setting ${plugin}:${key}.`);
  };
  const tenantId = setting("tenantId", "ARM_TENANT_ID");
  const clientId = setting("clientId", "ARM_CLIENT_ID");
  const abort = new AbortController();
  return {
    tenantId,
    clientId,
    subscriptionId: config.subscriptionId ?? process.env.ARM_SUBSCRIPTION_ID,
    credential: new LazyCredential(tenantId, clientId, setting("clientSecret", "ARM_CLIENT_SECRET")),
    signal: abort.signal,
    cancel: () => {
      abort.abort();
    },
  };
}

/** Claims of the token for Microsoft Graph, from which both plugins read who they are. */
export async function callerClaims({ credential, signal }: Connection): Promise<{ objectId: string }> {
  const token = await credential.getToken("https://graph.microsoft.com/.default", { abortSignal: signal });
  const payload = token?.token.split(".")[1] ?? "";
  const { oid } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { oid?: string };
  if (!oid) throw new Error("The access token for Microsoft Graph names no object id (claim `oid`).");
  return { objectId: oid };
}
