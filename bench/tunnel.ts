import net from "node:net";
import type { AddressInfo } from "node:net";

/** A port of this machine that leads to a host through a CONNECT proxy, for load generators that know no proxy. */
export interface Tunnel {
  url: string;
  close(): void;
}

/** @param proxy `http://127.0.0.1:PORT` */
export async function openTunnel(proxy: string, host: string): Promise<Tunnel> {
  const { hostname, port } = new URL(proxy);
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname, () => {
      upstream.write(`CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\n\r\n`);
    });
    // The proxy's answer comes first, and whole: the client speaks first inside the tunnel.
    upstream.once("data", () => client.pipe(upstream).pipe(client));
    for (const socket of [client, upstream]) {
      socket.on("error", () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${own}`,
    close: () => {
      server.close();
    },
  };
}
