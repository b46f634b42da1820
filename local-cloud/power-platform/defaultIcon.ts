import type { FastifyInstance } from "fastify";

/** Where connectors without an icon of their own say that theirs is. */
export const defaultIconUri = "https://az787822.vo.msecnd.net/defaulticons/api-dedicated.png";

/** A blue square of 32 x 32 pixels. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKElEQVR42u3NMQ0AAAgDsCnHLT6mgoOkSf8ms7cEAoFAIBAIBALBl6AwcYxM9JZTvwAAAABJRU5ErkJggg==",
  "base64",
);

/** The content delivery network with the default icons: `paconn download` fetches the icon of every connector. */
export function defaultIconRoutes(app: FastifyInstance): void {
  app.get(new URL(defaultIconUri).pathname, (_request, reply) => reply.type("image/png").send(png));
}
