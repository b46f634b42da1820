import crypto from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Cloud } from "../service";
import type { Collection, Store } from "../store";
import { connectorOfBlob, connectors, originalText } from "./connectorModel";
import { isSigned, signedUrl } from "./signedUrls";

/** A file that a client uploaded for a connector: an icon or a script. */
interface Blob {
  contentType: string;
  base64: string;
}

const blobs = (store: Store): Collection<Blob> => store.collection("connectorBlobs");

/** A new container for one upload, as `generateResourceStorage` gives it. */
export function newContainer(cloud: Cloud): string {
  const name = `${cloud.clock.now().toISOString().replace(/\D/g, "")}z${crypto.randomBytes(4).toString("hex")}`;
  return signedUrl(cloud, `/${name}`, "container");
}

const xml = (code: string, message: string) =>
  `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;

const pathOf = (request: FastifyRequest) => request.url.split("?")[0] ?? "";

/** The blob storage behind connectors: https://learn.microsoft.com/rest/api/storageservices */
export function storageRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.addHook("onRequest", async (request, reply) => {
    if (isSigned(cloud, pathOf(request), request.query as Record<string, string | undefined>)) return;
    const message = "Server failed to authenticate the request. The signature is not valid, or it has expired.";
    await reply.code(403).type("application/xml").send(xml("AuthenticationFailed", message));
  });
  app.put("/*", (request, reply) => {
    const content = Buffer.isBuffer(request.body) ? request.body : Buffer.from(JSON.stringify(request.body ?? ""));
    const type = request.headers["x-ms-blob-content-type"] ?? request.headers["content-type"];
    const contentType = typeof type === "string" ? type : "application/octet-stream";
    blobs(cloud.store).put(pathOf(request), { contentType, base64: content.toString("base64") });
    return reply
      .code(201)
      .headers({
        etag: `"${crypto.randomUUID()}"`,
        "last-modified": cloud.clock.now().toUTCString(),
        "x-ms-version": "2019-02-02",
        "x-ms-request-server-encrypted": "true",
      })
      .send();
  });
  app.get("/*", (request, reply) => {
    const connector = connectorOfBlob(connectors(cloud.store), pathOf(request));
    if (connector) return reply.type("application/json").send(originalText(connector));
    const blob = blobs(cloud.store).get(pathOf(request));
    if (blob) return reply.type(blob.contentType).send(Buffer.from(blob.base64, "base64"));
    return reply.code(404).type("application/xml").send(xml("BlobNotFound", "The specified blob does not exist."));
  });
}
