import type { TokenCredential } from "@azure/core-auth";
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  decompressResponsePolicy,
  type HttpMethods,
  logPolicy,
  type Pipeline,
  proxyPolicy,
  retryPolicy,
  setClientRequestIdPolicy,
  userAgentPolicy,
} from "@azure/core-rest-pipeline";
import type { Endpoint } from "./endpoints";
import { errorOf, RequestError } from "./errors";
import { maxRetries, retryStrategy } from "./retries";

/** No request takes longer than this, with all its retries. */
const deadlineMilliseconds = 5 * 60_000;
/** One attempt. Creating a connector takes the service up to about half a minute. */
const attemptMilliseconds = 90_000;

export interface RequestOptions {
  /** What is being done, for the error's message: "create the custom connector KeyVaultAccess". */
  action: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead of a body. */
  content?: { bytes: Buffer; headers: Record<string, string> };
  /** Beside the usual ones. */
  headers?: Record<string, string>;
  /** Whether sending it twice does the same as once. Default: true, except for POST. */
  repeatable?: boolean;
  /** Statuses that are an answer rather than an error, such as 404 for a read. Default: 2xx. */
  accepted?: readonly number[];
}

export interface Answer {
  status: number;
  body: string;
}

/** Sends authenticated requests. */
export interface HttpClient {
  /** @throws RequestError for every answer that is neither 2xx nor accepted, and for none. */
  send(method: HttpMethods, endpoint: Endpoint, options: RequestOptions): Promise<Answer>;
}

function pipelineFor(repeatable: boolean, scope: string, credential: TokenCredential | undefined): Pipeline {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy());
  pipeline.addPolicy(decompressResponsePolicy());
  pipeline.addPolicy(userAgentPolicy({ userAgentPrefix: "keyvault-connector" }));
  pipeline.addPolicy(setClientRequestIdPolicy());
  pipeline.addPolicy(retryPolicy([retryStrategy(repeatable)], { maxRetries }), { phase: "Retry" });
  if (credential) {
    pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: scope }), { phase: "Sign" });
  }
  pipeline.addPolicy(logPolicy(), { afterPhase: "Sign" });
  return pipeline;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * A client that signs in with a credential; without one it sends no token.
 * @param credential is asked for when the first token is needed.
 */
export function createHttpClient(credential?: () => Promise<TokenCredential>): HttpClient {
  const transport = createDefaultHttpClient();
  let signedIn: Promise<TokenCredential> | undefined;
  return {
    send: async (method, { url, scope }, options) => {
      const { action, body, content, headers: extra, repeatable = method !== "POST", accepted = [] } = options;
      signedIn ??= credential?.();
      const pipeline = pipelineFor(repeatable, scope, await signedIn);
      const request = createPipelineRequest({
        url,
        method,
        timeout: attemptMilliseconds,
        abortSignal: AbortSignal.timeout(deadlineMilliseconds),
        headers: createHttpHeaders({
          accept: "application/json",
          "content-type": content ? "application/octet-stream" : "application/json",
          ...content?.headers,
          ...extra,
        }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(content === undefined ? {} : { body: content.bytes }),
      });
      const answer = await pipeline.sendRequest(transport, request).catch((error: unknown) => {
        throw new RequestError(action, 0, "", messageOf(error));
      });
      const { status, bodyAsText, headers } = answer;
      const text = bodyAsText ?? "";
      if ((status >= 200 && status < 300) || accepted.includes(status)) return { status, body: text };
      const { code, message } = errorOf(text);
      throw new RequestError(action, status, code, message, headers.get("x-ms-request-id"));
    },
  };
}
