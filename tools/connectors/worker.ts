// The process of `npm run connectors`, with the environment of the local cloud.
import type { ConnectorsOptions } from "./command";
import { connectors } from "./connectors";

const [folder = "", options = "{}"] = process.argv.slice(2);
connectors(folder, JSON.parse(options) as ConnectorsOptions).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
