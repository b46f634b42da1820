import fastify, { type FastifyInstance } from "fastify";
import { z } from "zod";
import type { LocalCloud } from "./cloud";
import { guardFromOtherSites } from "./page/guard";
import { pageRoutes } from "./page/routes";

const clockSchema = z.union([
  z.strictObject({ now: z.iso.datetime({ offset: true }), frozen: z.boolean().default(false) }),
  z.strictObject({ advanceSeconds: z.number() }),
]);

/**
 * The API by which `npm run cloud` and tests steer a running local cloud, and the page that shows it: loopback only,
 * plain HTTP, never proxied.
 */
export function createControlApp(local: LocalCloud): FastifyInstance {
  const app = fastify({ logger: false });
  const { clock, knobs } = local.cloud;
  guardFromOtherSites(app);
  pageRoutes(app, local);

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const badInput = error instanceof z.ZodError || error instanceof SyntaxError;
    const message = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
    void reply.code(badInput ? 400 : (error.statusCode ?? 500)).send({ error: { message } });
  });

  app.get("/_local/status", () => ({
    pid: process.pid,
    home: local.home,
    now: clock.now().toISOString(),
    resources: local.resources(),
  }));
  app.post("/_local/reset", () => {
    local.reset();
    local.cloud.store.flush();
    return {};
  });
  app.post("/_local/stop", async (_request, reply) => {
    await reply.send({});
    process.kill(process.pid, "SIGTERM");
  });

  app.get<{ Querystring: { limit?: string } }>("/_local/journal", (request) =>
    local.journal.list(request.query.limit === undefined ? undefined : Number(request.query.limit)),
  );
  app.delete("/_local/journal", () => {
    local.journal.clear();
    return {};
  });

  app.get("/_local/faults", () => local.faults.list());
  app.post("/_local/faults", (request) => local.faults.add(request.body));
  app.delete("/_local/faults", () => {
    local.faults.clear();
    return {};
  });

  app.get("/_local/knobs", () => knobs.get());
  app.patch("/_local/knobs", (request) => {
    const set = knobs.patch(request.body);
    local.cloud.store.flush();
    return set;
  });

  app.get("/_local/clock", () => ({ now: clock.now().toISOString() }));
  app.put("/_local/clock", (request) => {
    const wanted = clockSchema.parse(request.body);
    if ("now" in wanted) clock.set(new Date(wanted.now), { frozen: wanted.frozen });
    else clock.set(new Date(clock.now().getTime() + wanted.advanceSeconds * 1000));
    local.cloud.store.flush();
    return { now: clock.now().toISOString() };
  });
  app.delete("/_local/clock", () => {
    clock.reset();
    local.cloud.store.flush();
    return { now: clock.now().toISOString() };
  });

  return app;
}
