import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import { deadlineMilliseconds } from "./deadlines";

/** An attempt that takes too long is a failure like any other, after which the request may be sent again. */
export const attemptInTime: PipelinePolicy = {
  name: "attempt in time",
  sendRequest: async (request, next) => {
    request.timeout ||= deadlineMilliseconds("attempt");
    try {
      return await next(request);
    } catch (error) {
      if (request.abortSignal?.aborted || !(error instanceof Error) || error.name !== "AbortError") throw error;
      // Loaded already, by whoever made the request.
      const { RestError } = await import("@azure/core-rest-pipeline");
      throw new RestError(`no answer within ${request.timeout / 1000} seconds`, { code: "ETIMEDOUT", request });
    }
  },
};
