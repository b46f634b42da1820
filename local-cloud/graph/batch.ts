import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { GraphContext, GraphRequest } from "./context";
import { graphErrors } from "./errors";

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const batchSchema = z.object({
  requests: z
    .array(
      z.object({
        id: z.union([z.string().min(1), z.number()]),
        method: z.string().toUpperCase().pipe(z.enum(methods)),
        url: z.string().startsWith("/"),
        headers: z.record(z.string(), z.string()).nullish(),
        body: z.unknown().optional(),
        dependsOn: z.array(z.string()).nullish(),
      }),
    )
    .min(1)
    .max(20),
});

/** Up to twenty requests in one, in the order of the list: https://learn.microsoft.com/graph/json-batching */
export function batchRoutes(app: FastifyInstance, context: GraphContext): void {
  app.post(`/${context.version}/$batch`, async (request: GraphRequest) => {
    await context.caller(request);
    const parsed = batchSchema.safeParse(request.body);
    if (!parsed.success) throw graphErrors.badRequest(`Invalid batch payload format: ${z.prettifyError(parsed.error)}`);
    const { requests } = parsed.data;
    if (new Set(requests.map(({ id }) => String(id))).size < requests.length) {
      throw graphErrors.badRequest("The request ids of a batch must be unique.");
    }
    const statuses = new Map<string, number>();
    const responses: object[] = [];
    for (const { id, method, url, headers, body, dependsOn } of requests) {
      const failed = (dependsOn ?? []).some((other) => (statuses.get(other) ?? 424) >= 400);
      const answer = failed
        ? { status: 424, headers: {}, body: "" }
        : await context.cloud.call({
            method,
            url: `https://graph.microsoft.com/${context.version}${url}`,
            headers: { ...headers, authorization: request.headers.authorization ?? "" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
      statuses.set(String(id), answer.status);
      const type = answer.headers["content-type"];
      responses.push({
        id: String(id),
        status: answer.status,
        headers: type === undefined ? {} : { "Content-Type": type },
        ...(answer.body === "" ? {} : { body: JSON.parse(answer.body) as unknown }),
      });
    }
    return { responses };
  });
}
