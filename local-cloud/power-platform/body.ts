import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { powerPlatformErrors } from "./errors";

/** @throws PowerPlatformError 400 that names the wrong properties, never what was sent in them */
export function parseBody<T>(request: FastifyRequest, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(request.body ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw powerPlatformErrors.invalid(`The request's body is not valid: ${problems.join("; ")}`);
}
