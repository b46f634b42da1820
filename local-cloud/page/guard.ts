import type { FastifyInstance } from "fastify";

/** Nothing is loaded from elsewhere, nothing is inline, nobody may frame the page. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const headers = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/**
 * Keeps other web sites from steering the local cloud through the browser of whoever runs it. Browsers say from which
 * site a request comes; other programs of the same user say nothing and are let in. The host name was looked at before
 * (server.ts), which is what stands against a foreign name that points here.
 */
export function guardFromOtherSites(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    void reply.headers(headers);
    const { origin, host = "", "sec-fetch-site": site } = request.headers;
    const isOwnOrigin = origin === undefined || origin === `http://${host}`;
    // "none": typed into the address bar or opened from a bookmark.
    const isOwnSite = site === undefined || site === "same-origin" || site === "none";
    // A link on another site may open the page: that shows nothing to the site and changes nothing.
    const isOpening =
      request.method === "GET" && request.url === "/" && request.headers["sec-fetch-dest"] === "document";
    if (isOwnOrigin && (isOwnSite || isOpening)) return;
    await reply.code(403).send({ error: { message: "The local cloud takes no requests from other web sites." } });
  });
}
