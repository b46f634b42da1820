import fs from "node:fs";
import path from "node:path";
import type { FastifyInstance } from "fastify";
import type { LocalCloud } from "../cloud";
import { homeFiles } from "../home";
import { projectRoot } from "../project";
import { ensureCredentials } from "../seed";
import { viewOf } from "./model";
import { connectionStatuses, testOperation, testSchema } from "./testOperation";

const source = () => path.join(projectRoot(), "local-cloud", "page");
/** The page's files; the script is built from client/ (tools/build.cjs). */
const files = {
  "/": { type: "text/html; charset=utf-8", file: () => path.join(source(), "index.html") },
  "/page.css": { type: "text/css; charset=utf-8", file: () => path.join(source(), "page.css") },
  "/page.js": {
    type: "text/javascript; charset=utf-8",
    file: () => path.join(projectRoot(), "dist", "page", "page.js"),
  },
} as const;

/** The page that shows what is in the local cloud, and what it asks for. */
export function pageRoutes(app: FastifyInstance, local: LocalCloud): void {
  const { cloud, journal, home } = local;
  for (const [url, { type, file }] of Object.entries(files)) {
    app.get(url, (_request, reply) => reply.type(type).send(fs.readFileSync(file())));
  }
  app.get("/_local/page/view", () => viewOf(cloud));
  app.post("/_local/page/statuses", () => connectionStatuses(cloud));
  app.post("/_local/page/test", (request) =>
    testOperation(cloud, ensureCredentials(homeFiles(home).credentials), testSchema.parse(request.body)),
  );
  // Server-sent events: the journal so far, then each new entry as it is written.
  app.get("/_local/page/journal", (request, reply) => {
    reply.hijack();
    const headers = { "content-type": "text/event-stream", "x-accel-buffering": "no" };
    reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers });
    const send = (entry: unknown) => reply.raw.write(`data: ${JSON.stringify(entry)}\n\n`);
    reply.raw.write("retry: 1000\n\n");
    for (const entry of journal.list(shownEntries)) send(entry);
    reply.raw.write("event: caughtUp\ndata: {}\n\n");
    const unsubscribe = journal.subscribe(send);
    request.raw.on("close", unsubscribe);
  });
}

/** How much of the past the page begins with. */
const shownEntries = 200;
