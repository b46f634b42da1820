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
  type PipelinePolicy,
  type PipelineResponse,
  retryPolicy,
  setClientRequestIdPolicy,
  userAgentPolicy,
} from "@azure/core-rest-pipeline";
import { type Answer, idsOf } from "./answers";
import { attemptInTime } from "./attempts";
import { reusingConnections } from "./connectionReuse";
import { deadlineMilliseconds } from "./deadlines";
import type { Endpoint } from "./endpoints";
import { errorOf, RequestError } from "./errors";
import { maxRetries, type Repetition, retryStrategy } from "./retries";
import { sharedToken } from "./sharedToken";
import { Throttle } from "./throttle";

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

/** Sends authenticated requests. */
export interface HttpClient {
  /** @throws RequestError for every answer that is neither 2xx nor accepted, and for none. */
  send(method: HttpMethods, endpoint: Endpoint, options: RequestOptions): Promise<Answer>;
}

function pipelineFor(
  repetition: Repetition,
  scope: string,
  credential: TokenCredential | undefined,
  { connections, throttle }: { connections: PipelinePolicy; throttle: Throttle },
): Pipeline {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(connections);
  pipeline.addPolicy(decompressResponsePolicy());
  pipeline.addPolicy(userAgentPolicy({ userAgentPrefix: "keyvault-connector" }));
  pipeline.addPolicy(setClientRequestIdPolicy());
  pipeline.addPolicy(retryPolicy([retryStrategy(repetition)], { maxRetries }), { phase: "Retry" });
  if (credential) {
    pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: scope }), { phase: "Sign" });
  }
  pipeline.addPolicy(throttle.policy, { afterPhase: "Sign" });
  pipeline.addPolicy(attemptInTime, { afterPhase: "Sign", afterPolicies: [throttle.policy.name] });
  pipeline.addPolicy(logPolicy(), { afterPhase: "Sign" });
  return pipeline;
}

function messageOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return `not within ${deadlineMilliseconds("request") / 1000} seconds, with all retries`;
  return error instanceof Error ? error.message : String(error);
}

/**
 * A client that signs in with a credential; without one it sends no token.
 * @param credential is asked for when the first token is needed, and once more when a token is refused: a new credential
 * remembers no token.
 * @param connections clients that are given the same one share their connections.
 */
export function createHttpClient(
  credential?: () => Promise<TokenCredential>,
  connections = reusingConnections(),
): HttpClient {
  const transport = createDefaultHttpClient();
  const throttle = new Throttle();
  let signedIn: Promise<TokenCredential> | undefined;
  const signIn = () => (signedIn ??= credential?.().then(sharedToken));
  return {
    send: async (method, { url, scope }, options) => {
      const { action, body, content, headers: extra, repeatable = method !== "POST", accepted = [] } = options;
      const headers = {
        accept: "application/json",
        "content-type": content ? "application/octet-stream" : "application/json",
        ...content?.headers,
        ...extra,
      };
      const milliseconds = deadlineMilliseconds("request");
      const repetition = { repeatable, deadline: Date.now() + milliseconds };
      const abortSignal = AbortSignal.timeout(milliseconds);
      const attempt = async (): Promise<PipelineResponse> => {
        const request = createPipelineRequest({
          url,
          method,
          abortSignal,
          headers: createHttpHeaders(headers),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          ...(content === undefined ? {} : { body: content.bytes }),
        });
        const pipeline = pipelineFor(repetition, scope, await signIn(), { connections, throttle });
        return pipeline.sendRequest(transport, request).catch((error: unknown) => {
          throw new RequestError(
            action,
            0,
            "",
            messageOf(error, abortSignal),
            idsOf(createHttpHeaders(), request.requestId),
          );
        });
      };
      let answer = await attempt();
      if (answer.status === 401 && credential && !accepted.includes(401)) {
        signedIn = undefined;
        answer = await attempt();
      }
      const { status, bodyAsText } = answer;
      const text = bodyAsText ?? "";
      const ids = idsOf(answer.headers, answer.request.requestId);
      if ((status >= 200 && status < 300) || accepted.includes(status)) return { status, body: text, ids };
      const { code, message } = errorOf(text);
      throw new RequestError(action, status, code, message, ids);
    },
  };
}
