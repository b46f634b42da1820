import fs from "node:fs";
import { ProxyAgent, request } from "undici";
import type { Environment } from "../environment";

export interface WireAnswer {
  status: number;
  body: string;
}

/** Plain HTTPS to a local cloud under the real host names; connections are kept, since there are many requests. */
export interface Wire {
  send(
    method: string,
    url: string,
    options?: { token?: string; json?: unknown; form?: Record<string, string> },
  ): Promise<WireAnswer>;
  /** As `send`, with the parsed body of a 2xx answer. @throws Error with what was answered */
  must<T>(method: string, url: string, options?: { token?: string; json?: unknown }): Promise<T>;
  /** A token of the deployer's. @param resource without a trailing slash */
  deployerToken(resource: string): Promise<string>;
  /** A token with which the maker calls operations. */
  makerToken(): Promise<string>;
  close(): Promise<void>;
}

/** A public client of Microsoft's that every tenant knows (the Azure CLI). */
const publicClientId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const deadlineMilliseconds = 60_000;

/** @param env the environment of a running local cloud */
export function openWire(env: Environment): Wire {
  const ca = fs.readFileSync(env.NODE_EXTRA_CA_CERTS ?? "", "utf8");
  const dispatcher = new ProxyAgent({ uri: env.HTTPS_PROXY ?? "", requestTls: { ca } });
  const send: Wire["send"] = async (method, url, { token, json, form } = {}) => {
    const { statusCode, body } = await request(url, {
      method: method as "GET",
      dispatcher,
      signal: AbortSignal.timeout(deadlineMilliseconds),
      headers: {
        "content-type": form ? "application/x-www-form-urlencoded" : "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
    });
    return { status: statusCode, body: await body.text() };
  };
  const must: Wire["must"] = async <T>(method: string, url: string, options = {}) => {
    const { status, body } = await send(method, url, options);
    if (status >= 200 && status < 300) return (body === "" ? undefined : JSON.parse(body)) as T;
    throw new Error(`${method} ${url} was answered with ${status}: ${body}`);
  };
  const signIn = async (form: Record<string, string>): Promise<string> => {
    const url = `https://login.microsoftonline.com/${env.ARM_TENANT_ID ?? ""}/oauth2/v2.0/token`;
    const { status, body } = await send("POST", url, { form });
    const { access_token: token } = JSON.parse(body) as { access_token?: string };
    if (token === undefined) throw new Error(`No token (${status}): ${body}`);
    return token;
  };
  return {
    send,
    must,
    deployerToken: (resource) =>
      signIn({
        grant_type: "client_credentials",
        client_id: env.ARM_CLIENT_ID ?? "",
        client_secret: env.ARM_CLIENT_SECRET ?? "",
        scope: `${resource}/.default`,
      }),
    makerToken: () =>
      signIn({
        grant_type: "password",
        client_id: publicClientId,
        username: env.LOCAL_CLOUD_MAKER_USERNAME ?? "",
        password: env.LOCAL_CLOUD_MAKER_PASSWORD ?? "",
        scope: "https://apihub.azure.com/.default",
      }),
    close: () => dispatcher.close(),
  };
}
