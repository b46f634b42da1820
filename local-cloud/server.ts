import http from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createControlApp } from "./control";
import type { LocalCloud } from "./cloud";

/** A running server: a CONNECT proxy, and on the same port the control API. */
export interface LocalServer {
  url: string;
  port: number;
  close(): Promise<void>;
}

function hostName(header: string | undefined): string {
  return (header ?? "").toLowerCase().replace(/:\d+$/, "");
}

/** Ends a connection with a one-line answer, for what never reaches a service. */
function refuse(socket: Duplex, status: string, message: string): void {
  if (!socket.writable) return;
  const body = JSON.stringify({ error: { code: status.replace(/\W/g, ""), message } });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const clientErrors: Record<string, string> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** A target in absolute form (`GET https://host/path`) counts like a path and a Host header (RFC 9112, 3.2.2). */
function toOriginForm(request: http.IncomingMessage): void {
  const [, host, path] = /^https?:\/\/([^/?#]+)(.*)$/i.exec(request.url ?? "") ?? [];
  if (host === undefined || path === undefined) return;
  request.headers.host = host;
  request.url = path.startsWith("/") ? path : `/${path}`;
}

/** How long a client may take; milliseconds. */
export interface Patience {
  /** For the headers of a request. */
  headers: number;
  /** For a whole request. */
  request: number;
  /** How long an unused connection is kept. Clients keep theirs for minutes, as the services do. */
  idle: number;
}

const usualPatience: Patience = { headers: 20_000, request: 120_000, idle: 120_000 };

/** The HTTPS server that stands behind every emulated host name. It never listens: the proxy hands it connections. */
function createTlsServer(local: LocalCloud, { headers, request: whole, idle }: Patience): https.Server {
  const server = https.createServer({
    headersTimeout: headers,
    requestTimeout: whole,
    keepAliveTimeout: idle,
    connectionsCheckingInterval: Math.min(headers, 5000),
    SNICallback: (host, done) => {
      local.certificates.contextFor(host.toLowerCase()).then(
        (context) => {
          done(null, context);
        },
        (error: unknown) => {
          done(error instanceof Error ? error : new Error(String(error)));
        },
      );
    },
  });
  // Node.js watches over slow clients from here on; a server that never listens would let them stay for ever.
  server.emit("listening");
  server.on("request", (request, response) => {
    toOriginForm(request);
    // Some clients name the proxy in Host (dynamics-web-api): the name that they asked TLS for is the host then.
    const { servername } = request.socket as { servername?: string | false };
    if (servername && hostName(request.headers.host) === "127.0.0.1") request.headers.host = servername;
    const host = hostName(request.headers.host);
    if (local.faults.awaitsConnections(host)) response.shouldKeepAlive = false;
    const app = local.appFor(host);
    if (app) app.routing(request, response);
    else response.writeHead(421).end(JSON.stringify({ error: { code: "MisdirectedRequest", message: host } }));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    refuse(socket, clientErrors[error.code ?? ""] ?? "400 Bad Request", error.message);
  });
  return server;
}

/**
 * Serves a local cloud on loopback. Clients reach it as their HTTPS proxy; tunnels to hosts that it does not emulate
 * are refused with 403, so that nothing can leave the machine.
 * @param port the port to take; a free one when it is 0 or taken.
 */
export async function serve(local: LocalCloud, port = 0, patience = usualPatience): Promise<LocalServer> {
  const tlsServer = createTlsServer(local, patience);
  const keepConnections = local.faults.beforeRefusals(() => {
    tlsServer.closeIdleConnections();
  });
  const control = createControlApp(local);
  await control.ready();
  const proxy = http.createServer((request, response) => {
    const isControl =
      request.url?.startsWith("/") && ["127.0.0.1", "localhost"].includes(hostName(request.headers.host));
    if (isControl) control.routing(request, response);
    else response.writeHead(403).end("The local cloud serves HTTPS through CONNECT only.\n");
  });

  const sockets = new Set<Socket>();
  proxy.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  proxy.on("connect", (request, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const [host = "", targetPort] = (request.url ?? "").toLowerCase().split(":");
    if (targetPort !== "443" || !local.appFor(host)) {
      refuse(socket, "403 Forbidden", `${host}:${targetPort ?? ""} is not a host of the local cloud.`);
      return;
    }
    if (local.faults.refuses(host)) {
      socket.resetAndDestroy();
      return;
    }
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    tlsServer.emit("connection", socket);
  });
  proxy.on("clientError", (error, socket) => {
    refuse(socket, "400 Bad Request", error.message);
  });

  await listen(proxy, port).catch(() => listen(proxy, 0));
  const address = proxy.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    port: address.port,
    close: async () => {
      const closed = new Promise((resolve) => proxy.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      keepConnections();
      // It ends its watch over slow clients; it has nothing of its own to close.
      tlsServer.close();
      await control.close();
      await local.close();
    },
  };
}

function listen(server: http.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}
