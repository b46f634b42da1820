import fs from "node:fs";
import { type Dispatcher, interceptors, ProxyAgent, request } from "undici";
import type { Environment } from "../environment";

/** A public client of Microsoft's that every tenant knows (the Azure CLI); the maker's tools have their own. */
const publicClientId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const tokenUrl = "https://login.microsoftonline.com/organizations/oauth2/v2.0/token";
/** What the connectors' runtime accepts. Source: the token that the portal's Test tab sends. */
const runtimeScope = "https://apihub.azure.com/.default";
const deadlineMilliseconds = 60_000;

/** What came back for an operation of the connector. */
export interface OperationAnswer {
  status: number;
  /** The secret's value, in an answer with status 200. */
  value?: string;
  /** The secret's name and version, from its id. */
  secret?: string;
  version?: string;
  /** The service's own words, in any other answer. */
  reason?: string;
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`The local cloud's environment has no ${name}.`);
  return value;
}

/** HTTPS through the local cloud's proxy, repeated three times at most where that is safe, as Retry-After says. */
function dispatcher(env: Environment) {
  const ca = fs.readFileSync(required(env, "NODE_EXTRA_CA_CERTS"), "utf8");
  const proxy = new ProxyAgent({ uri: required(env, "HTTPS_PROXY"), requestTls: { ca } });
  return proxy.compose(interceptors.retry({ maxRetries: 3, methods: ["GET", "POST"], throwOnError: false }));
}

interface Answer {
  status: number;
  content: Record<string, unknown>;
}

type Send = (method: "GET" | "POST", url: string, headers: Record<string, string>, body?: string) => Promise<Answer>;

function sender(through: Dispatcher): Send {
  return async (method, url, headers, body) => {
    const signal = AbortSignal.timeout(deadlineMilliseconds);
    const { statusCode, body: answer } = await request(url, { method, headers, body, dispatcher: through, signal });
    const text = await answer.text();
    return { status: statusCode, content: parse(text) };
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { message: text };
  }
}

/** The words of an error in the shapes of Entra, the vault and the connectors' runtime. */
export function reasonOf(content: Record<string, unknown>): string {
  const { error, error_description: description, message } = content;
  if (typeof description === "string") return description.split(/\r?\n/)[0] ?? "";
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  if (typeof message === "string") return message;
  return JSON.stringify(content);
}

async function signIn(send: Send, env: Environment): Promise<string> {
  const form = new URLSearchParams({
    grant_type: "password",
    client_id: publicClientId,
    username: required(env, "LOCAL_CLOUD_MAKER_USERNAME"),
    password: required(env, "LOCAL_CLOUD_MAKER_PASSWORD"),
    scope: runtimeScope,
  });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const { status, content } = await send("POST", tokenUrl, headers, form.toString());
  if (typeof content.access_token === "string") return content.access_token;
  throw new Error(`The maker could not sign in (${status}): ${reasonOf(content)}`);
}

/** A token of the maker's for the connectors' runtime. @throws Error when the maker cannot sign in */
export async function makerToken(env: Environment): Promise<string> {
  const through = dispatcher(env);
  return signIn(sender(through), env).finally(() => through.close());
}

/**
 * Calls an operation that reads a secret through a connection, as a maker does in the connector's Test tab.
 * @param operationUrl The runtime's URL of the operation, with its query.
 * @throws Error when the maker cannot sign in. What the operation answers, good or bad, is returned.
 */
export async function callAsMaker(env: Environment, operationUrl: string): Promise<OperationAnswer> {
  const through = dispatcher(env);
  const send = sender(through);
  // Whoever calls often would otherwise leave connections open with each call.
  const { status, content } = await signIn(send, env)
    .then((token) => send("GET", operationUrl, { authorization: `Bearer ${token}` }))
    .finally(() => through.close());
  if (status !== 200 || typeof content.value !== "string") return { status, reason: reasonOf(content) };
  const [, secret, version] = /\/secrets\/([^/]+)\/([^/]+)$/.exec(String(content.id)) ?? [];
  return { status, value: content.value, secret, version };
}
