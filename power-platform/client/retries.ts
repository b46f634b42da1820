import type { PipelineResponse, RetryInformation, RetryModifiers, RetryStrategy } from "@azure/core-rest-pipeline";
import { isDamaged } from "./answers";

/** Retries of one request, as long as its deadline allows. */
export const maxRetries = 8;
const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 20_000;
/** A service that asks for more patience than this is reported instead of waited for. */
const longestRetryAfterMilliseconds = 120_000;

/** Answers after which the same request may succeed. */
const transientStatuses = new Set([408, 425, 429, 499, 500, 502, 503, 504]);
/** Failures before anything was sent. */
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** Milliseconds that `Retry-After` asks for: seconds, an HTTP date, or a duration such as 00:00:30. */
export function retryAfter(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const duration = /^(\d+):([0-5]?\d):([0-5]?\d)(?:\.\d+)?$/.exec(text);
  if (duration) return ((Number(duration[1]) * 60 + Number(duration[2])) * 60 + Number(duration[3])) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * Exponential, with full jitter, so that many clients do not come back together.
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter
 */
export function pause(retryCount: number, random = Math.random): number {
  return random() * Math.min(longestPauseMilliseconds, firstPauseMilliseconds * 2 ** retryCount);
}

export interface Repetition {
  /**
   * Whether sending it twice does the same as once. Others are sent again only when the service did not look at them: it
   * said 429, or could not be reached at all.
   */
  repeatable: boolean;
  /** When the request must be over, in milliseconds since 1970. */
  deadline: number;
}

function isWorthRepeating(
  response: PipelineResponse | undefined,
  code: string | undefined,
  repeatable: boolean,
): boolean {
  if (response === undefined) return code !== undefined && (repeatable || neverSent.has(code));
  if (response.status === 429) return true;
  return repeatable && (transientStatuses.has(response.status) || isDamaged(response));
}

/** When to send a request again. */
export function retryStrategy({ repeatable, deadline }: Repetition): RetryStrategy {
  return {
    name: "power-platform",
    retry: ({ response, responseError, retryCount }: RetryInformation): RetryModifiers => {
      const code = responseError && (responseError.code ?? "");
      if (!isWorthRepeating(response, code, repeatable)) return { skipStrategy: true };
      const asked = retryAfter(response?.headers.get("retry-after"));
      if (asked !== undefined && asked > longestRetryAfterMilliseconds) return { skipStrategy: true };
      // What was asked for is the least; what comes on top keeps many clients from coming back together.
      const wait = (asked ?? 0) + pause(asked === undefined ? retryCount : 0);
      // The last answer says more than that there was no time left.
      return Date.now() + wait >= deadline ? { skipStrategy: true } : { retryAfterInMs: wait };
    },
  };
}
