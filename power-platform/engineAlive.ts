import net from "node:net";

const everyMilliseconds = 1000;

/**
 * Ends this process once the engine that started it is gone. Pulumi's provider process for dynamic resources outlives an
 * engine that is killed, and would go on writing while the user's next update writes already.
 * @param address of the engine, `host:port`: the first argument of the provider process; without one nothing is watched
 */
export function endWithEngine(address = process.argv[2]): void {
  const [, host, port] = /^(127\.0\.0\.1|localhost|\[::1\]):(\d+)$/.exec(address ?? "") ?? [];
  if (host === undefined || port === undefined) return;
  const look = () => {
    const socket = net.connect(Number(port), host.replaceAll(/[[\]]/g, ""));
    socket.unref();
    socket.once("connect", () => socket.destroy());
    socket.once("error", ({ code }: NodeJS.ErrnoException) => {
      if (code === "ECONNREFUSED") process.exit(1);
    });
  };
  setInterval(look, everyMilliseconds).unref();
}
