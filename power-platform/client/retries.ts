import type { RetryInformation, RetryModifiers, RetryStrategy } from "@azure/core-rest-pipeline";

/** Retries of one request; with the pauses below about a minute in all. */
export const maxRetries = 6;
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

/** Exponential, with full jitter in the upper half, so that many clients do not come back together. */
export function pause(retryCount: number, random = Math.random): number {
  const whole = Math.min(longestPauseMilliseconds, firstPauseMilliseconds * 2 ** retryCount);
  return whole / 2 + random() * (whole / 2);
}

/**
 * When to send a request again.
 * @param repeatable Whether sending it twice does the same as once. Others are sent again only when the service did not
 * look at them: it said 429, or could not be reached at all.
 */
export function retryStrategy(repeatable: boolean): RetryStrategy {
  return {
    name: "power-platform",
    retry: ({ response, responseError, retryCount }: RetryInformation): RetryModifiers => {
      const status = response?.status;
      const unseen = status === 429 || (status === undefined && neverSent.has(responseError?.code ?? ""));
      const transient = status === undefined ? responseError !== undefined : transientStatuses.has(status);
      if (!unseen && !(repeatable && transient)) return { skipStrategy: true };
      const asked = retryAfter(response?.headers.get("retry-after"));
      if (asked !== undefined && asked > longestRetryAfterMilliseconds) return { skipStrategy: true };
      return { retryAfterInMs: asked ?? pause(retryCount) };
    },
  };
}
