import net, { type AddressInfo } from "node:net";
import { connectorInputs } from "../support/connectors";
import { startTestCloud, type TestCloud } from "../support/localCloud";
import { type ProviderProcess, startProvider } from "../support/provider";

/** Stands before a proxy and counts the tunnels that are asked for, by host. */
class CountingProxy {
  readonly tunnels: Record<string, number> = {};
  private readonly server: net.Server;

  constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.server = net.createServer((client) => {
      const upstream = net.connect(Number(port), hostname);
      client.once("data", (head: Buffer) => {
        const [, host = ""] = /^CONNECT ([^:]+)/.exec(head.toString("latin1")) ?? [];
        this.tunnels[host] = (this.tunnels[host] ?? 0) + 1;
      });
      client.pipe(upstream).pipe(client);
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const)
        socket.on("error", () => other.destroy());
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((listening) => this.server.listen(0, "127.0.0.1", listening));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
  }
}

describe("connections through a proxy", () => {
  const host = "api.powerapps.com";
  let cloud: TestCloud;
  let proxy: CountingProxy;
  let provider: ProviderProcess;

  beforeEach(async () => {
    cloud = await startTestCloud();
    proxy = new CountingProxy(cloud.url);
    const url = await proxy.start();
    provider = startProvider({ ...cloud.env, HTTPS_PROXY: url, https_proxy: url });
  }, 60_000);
  afterEach(async () => {
    provider.stop();
    proxy.stop();
    await cloud.stop();
  });

  const requests = () => cloud.local.journal.list().filter((entry) => entry.host === host).length;

  test("are kept for the next request", async () => {
    const { id, outs } = await provider.customConnector.create(connectorInputs());
    for (let count = 0; count < 10; count += 1) await provider.customConnector.read(id, outs);
    expect(requests()).toBeGreaterThan(10);
    expect(proxy.tunnels[host]).toBe(1);
  }, 60_000);

  test("are refused at the request that a fault names, whatever is kept", async () => {
    const { id, outs } = await provider.customConnector.create(connectorInputs());
    const [before, tunnels = 0] = [requests(), proxy.tunnels[host]];
    cloud.local.faults.add({ host, effect: "refuse", skip: 2 });
    for (let count = 0; count < 3; count += 1) {
      expect(cloud.local.faults.list()).toMatchObject([{ skip: 2 - count }]);
      await provider.customConnector.read(id, outs);
    }
    expect(cloud.local.faults.list()).toEqual([]);
    // The third read's connection was refused, and opened anew.
    expect([requests() - before, (proxy.tunnels[host] ?? 0) - tunnels]).toEqual([3, 4]);
  }, 60_000);
});
