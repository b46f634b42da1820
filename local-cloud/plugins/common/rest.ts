import type { TokenCredential } from "@azure/core-auth";
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpMethods,
  type Pipeline,
  throttlingRetryPolicy,
} from "@azure/core-rest-pipeline";
import { isObject, type Properties } from "./values";

/** One request ends after this; the service answers in far less. */
const requestTimeoutMilliseconds = 60_000;

/** What a service answered that it should not have. The message is worded as the real plugin words it. */
export class ServiceError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
  ) {
    super(message);
  }
}

export interface Answer {
  status: number;
  body: Properties;
  header(name: string): string | undefined;
}

export interface RestClientOptions {
  credential: TokenCredential;
  /** For example `https://graph.microsoft.com/.default`. */
  scope: string;
  /** Words an error from its parts. */
  describe(status: number, code: string, message: string): string;
  signal: AbortSignal;
}

function parse(bodyAsText: string | null | undefined): Properties {
  if (!bodyAsText) return {};
  try {
    const body: unknown = JSON.parse(bodyAsText);
    return isObject(body) ? body : {};
  } catch {
    return {};
  }
}

/** Azure's REST services with their own SDK's pipeline: proxy, token, retries that honour Retry-After. */
export class RestClient {
  private readonly http = createDefaultHttpClient();
  private readonly repeatable: Pipeline;
  /** For POST: repeated only when the service says that it has not begun (429, 503 with Retry-After). */
  private readonly once: Pipeline;

  constructor(private readonly options: RestClientOptions) {
    const { credential, scope } = options;
    this.repeatable = createPipelineFromOptions({ retryOptions: { maxRetries: 3 } });
    this.repeatable.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: scope }));
    this.once = this.repeatable.clone();
    this.once.removePolicy({ name: "defaultRetryPolicy" });
    this.once.addPolicy(throttlingRetryPolicy({ maxRetries: 3 }), { phase: "Retry" });
  }

  /**
   * @param accepted further statuses that are no error, 404 for example.
   * @throws ServiceError for every other status from 400.
   */
  async send(method: HttpMethods, url: string, body?: unknown, accepted: readonly number[] = []): Promise<Answer> {
    const request = createPipelineRequest({
      method,
      url,
      timeout: requestTimeoutMilliseconds,
      abortSignal: this.options.signal,
      headers: createHttpHeaders({ accept: "application/json" }),
    });
    if (body !== undefined) {
      request.headers.set("content-type", "application/json");
      request.body = JSON.stringify(body);
    }
    const pipeline = method === "POST" ? this.once : this.repeatable;
    const response = await pipeline.sendRequest(this.http, request);
    const answer = {
      status: response.status,
      body: parse(response.bodyAsText),
      header: (name: string) => response.headers.get(name),
    };
    if (answer.status >= 400 && !accepted.includes(answer.status)) throw this.error(answer);
    return answer;
  }

  private error({ status, body }: Answer): ServiceError {
    const error = isObject(body.error) ? body.error : {};
    const code = typeof error.code === "string" ? error.code : "";
    const message = typeof error.message === "string" ? error.message : "The service gave no reason.";
    return new ServiceError(this.options.describe(status, code, message), status, code);
  }
}
