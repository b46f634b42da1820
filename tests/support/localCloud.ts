import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { environmentAt } from "../../local-cloud/client";
import { LocalCloud } from "../../local-cloud/cloud";
import { homeFiles } from "../../local-cloud/home";
import { type Credentials, ensureCredentials, seed } from "../../local-cloud/seed";
import type { InternalResponse } from "../../local-cloud/service";
import { serve } from "../../local-cloud/server";

/** A local cloud in this process and in a folder of its own. */
export interface TestCloud {
  local: LocalCloud;
  /** Address of the proxy. */
  url: string;
  home: string;
  /** Environment for child processes. */
  env: Record<string, string>;
  credentials: Credentials;
  /** A request to an emulated host, without TLS in between; `body` is sent as JSON unless it is a text. */
  send(method: string, url: string, options?: SendOptions): Promise<InternalResponse>;
  /** An access token from the emulated Entra. */
  token(resource: string, as?: "deployer" | "maker"): Promise<string>;
  stop(): Promise<void>;
}

interface SendOptions {
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
}

export async function startTestCloud(): Promise<TestCloud> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "local-cloud-"));
  const local = await LocalCloud.open(home);
  const server = await serve(local);
  const credentials = ensureCredentials(homeFiles(home).credentials);

  const send = (method: string, url: string, { body, token, headers = {} }: SendOptions = {}) =>
    local.cloud.call({
      method,
      url,
      headers: {
        ...(body === undefined || typeof body === "string" ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });

  return {
    local,
    url: server.url,
    home,
    env: environmentAt(home, server.url),
    credentials,
    send,
    token: async (resource, as = "deployer") => {
      const grant: Record<string, string> =
        as === "deployer"
          ? {
              grant_type: "client_credentials",
              client_id: seed.deployer.clientId,
              client_secret: credentials.deployerSecret,
            }
          : {
              grant_type: "password",
              client_id: "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
              username: seed.maker.userPrincipalName,
              password: credentials.makerPassword,
            };
      const answer = await send("POST", `https://login.microsoftonline.com/${seed.tenantId}/oauth2/v2.0/token`, {
        body: new URLSearchParams({ ...grant, scope: `${resource}/.default` }).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
      const { access_token: token } = JSON.parse(answer.body) as { access_token?: string };
      if (token === undefined) throw new Error(`No token for ${resource}: ${answer.body}`);
      return token;
    },
    stop: async () => {
      await server.close();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}
