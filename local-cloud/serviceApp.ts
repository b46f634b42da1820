import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Fault, Faults } from "./faults";
import type { Journal } from "./journal";
import type { Caller, Cloud, Service } from "./service";

declare module "fastify" {
  interface FastifyRequest {
    /** Object id of the caller, for the journal. */
    callerId?: string;
    /** The fault that is played on this request. */
    fault?: Fault;
    startedAt: number;
  }
}

/** Larger requests get 413: the largest document that any of the services takes is a connector of 1 MB. */
const largestBody = 4 * 1024 * 1024;
/** Up to here a refused body is read to its end, so that the client sees the answer and not a broken connection. */
const largestReadBody = 64 * 1024 * 1024;
/** Deeper JSON is refused, as by the services: whoever walks it would run out of stack. */
const deepestJson = 64;

function badRequest(message: string, statusCode = 400): Error {
  return Object.assign(new Error(message), { statusCode });
}

/** Whether lists and objects are nested deeper than allowed; looks at brackets outside of texts only. */
function isTooDeep(json: string): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < json.length && depth <= deepestJson; at += 1) {
    const character = json[at];
    if (inText && character === "\\") at += 1;
    else if (character === '"') inText = !inText;
    else if (inText) continue;
    else if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
  }
  return depth > deepestJson;
}

/** Checks the caller's token and tells the journal who it is. @throws TokenError */
export async function identify(cloud: Cloud, request: FastifyRequest, audiences: readonly string[]): Promise<Caller> {
  const caller = await cloud.tokens.verify(request.headers.authorization, audiences);
  request.callerId = caller.oid;
  return caller;
}

/** Host name of a request: lower case, without port. */
export function hostOf(request: FastifyRequest): string {
  return request.host.toLowerCase().replace(/:\d+$/, "");
}

/** The code in an error body of any of the services. */
function errorCode(payload: unknown): string | undefined {
  if (typeof payload !== "string" || !payload.startsWith("{")) return undefined;
  const { error } = JSON.parse(payload) as { error?: unknown };
  if (typeof error === "string") return error;
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(?:[\w.+-]+\+)?json/,
    { parseAs: "string" },
    (_request, body: string, done) => {
      // SDKs that first ask for a challenge send the header without a body.
      if (body.trim() === "") {
        done(null, undefined);
        return;
      }
      try {
        // The mark of the byte order is no part of JSON, and some clients send it.
        const json = body.startsWith("\uFEFF") ? body.slice(1) : body;
        if (isTooDeep(json)) done(badRequest("The request's body is nested too deeply."), undefined);
        else done(null, JSON.parse(json));
      } catch {
        done(badRequest("The request's body is not JSON."), undefined);
      }
    },
  );
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body: string, done) => {
      done(null, Object.fromEntries(new URLSearchParams(body)));
    },
  );
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => {
    done(null, body);
  });
}

/** What a gateway in front of the services shows when it does not reach them. */
const gatewayPage = (status: number) =>
  `<!DOCTYPE html><html><head><title>${String(status)}</title></head><body><h1>Our services aren't available right now</h1></body></html>`;

/** `Retry-After` as the rule wants it. */
function retryAfter({ retryAfterSeconds, retryAfterDate }: Fault): string | undefined {
  if (retryAfterSeconds === undefined) return undefined;
  return retryAfterDate ? new Date(Date.now() + retryAfterSeconds * 1000).toUTCString() : String(retryAfterSeconds);
}

/** Leaves the client without an answer until it gives up. */
function hang(reply: FastifyReply, faults: Faults): void {
  const release = faults.hold(() => reply.raw.destroy());
  reply.raw.once("close", release);
}

/** The part of a fault that comes before anything is done. */
async function playBefore(fault: Fault, reply: FastifyReply, faults: Faults): Promise<void> {
  const { effect, status } = fault;
  if (effect === "delay") await new Promise((resolve) => setTimeout(resolve, fault.delayMilliseconds));
  if (effect === "cutBefore" || effect === "hang") reply.hijack();
  if (effect === "cutBefore") reply.raw.destroy();
  if (effect === "hang") hang(reply, faults);
  if (effect !== "status" && effect !== "html") return;
  const wait = retryAfter(fault);
  if (wait !== undefined) void reply.header("retry-after", wait);
  void reply.code(status);
  if (effect === "html") await reply.type("text/html; charset=utf-8").send(gatewayPage(status));
  else await reply.send({ error: { code: "PlayedFault", message: "The local cloud was told to fail this request." } });
}

/** The part of a fault that comes when all is done: what becomes of the answer. */
function playAfter({ effect }: Fault, reply: FastifyReply, payload: unknown, faults: Faults): unknown {
  if (effect === "truncate" || effect === "garble") {
    const text = typeof payload === "string" ? payload : "";
    const damaged = effect === "truncate" ? text.slice(0, Math.floor(text.length / 2)) : `{"value": undefined, ${text}`;
    void reply.header("content-length", Buffer.byteLength(damaged));
    return damaged;
  }
  if (effect !== "cutAfter" && effect !== "hangAfter") return payload;
  if (effect === "cutAfter") reply.raw.destroy();
  else hang(reply, faults);
  // The answer is lost: nothing may be written any more.
  return new Promise<never>(() => undefined);
}

/** The web application of one service: its routes, with the journal, the faults and durable state around them. */
export function createServiceApp(
  service: Service,
  cloud: Cloud,
  { journal, faults, flush }: { journal: Journal; faults: Faults; flush: () => void },
): FastifyInstance {
  const app = fastify({
    bodyLimit: largestBody,
    logger: false,
    routerOptions: {
      // Ids of ARM and Power Platform differ in case and slashes from client to client.
      caseSensitive: false,
      ignoreDuplicateSlashes: true,
      ignoreTrailingSlash: true,
      maxParamLength: 2000,
      querystringParser: (text) => Object.fromEntries(new URLSearchParams(text)),
    },
  });
  parseBodies(app);
  app.decorateRequest("callerId", undefined);
  app.decorateRequest("fault", undefined);
  app.decorateRequest("startedAt", 0);

  app.addHook("onRequest", async (request, reply) => {
    request.startedAt = Date.now();
    const fault = faults.take({ host: hostOf(request), method: request.method, path: request.url });
    if (!fault) return;
    request.fault = fault;
    await playBefore(fault, reply, faults);
  });

  app.addHook("preParsing", async (request, _reply, payload) => {
    const length = Number(request.headers["content-length"] ?? 0);
    if (length <= largestBody || length > largestReadBody) return payload;
    for await (const _chunk of payload) continue;
    throw badRequest("Request body is too large", 413);
  });

  app.addHook("onSend", async (request, reply, payload) => {
    flush();
    journal.add({
      time: cloud.clock.now().toISOString(),
      service: service.name,
      method: request.method,
      host: hostOf(request),
      path: request.url,
      status: reply.statusCode,
      milliseconds: Date.now() - request.startedAt,
      body: request.body,
      ...(request.callerId === undefined ? {} : { caller: request.callerId }),
      ...(reply.statusCode < 400 ? {} : { error: errorCode(payload) }),
      ...(request.fault === undefined ? {} : { fault: request.fault.effect }),
    });
    return request.fault ? playAfter(request.fault, reply, payload, faults) : payload;
  });

  service.routes(app, cloud);
  return app;
}
