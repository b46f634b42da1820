import path from "node:path";
import { cloudEnvironment, homeFolder, startCloud } from "../../local-cloud/client";
import { projectRoot } from "../../local-cloud/project";
import { run } from "../process";
import { withProgress } from "../progress";

export interface ConnectorsOptions {
  json?: boolean;
  route: "powerApps" | "dataverse";
}

/** `npm run connectors -- FOLDER`: in a process of its own, since certificates are taken when Node.js starts. @returns exit code */
export async function connectorsOnLocalCloud(folder: string, options: ConnectorsOptions): Promise<number> {
  const home = homeFolder();
  await withProgress("Starting the local cloud", () => startCloud(home));
  const env = { ...process.env, ...(await cloudEnvironment(home)) };
  const worker = path.join(projectRoot(), "dist/tools/connectors/worker.js");
  const args = [worker, path.resolve(folder), JSON.stringify(options)];
  return (await run(process.execPath, args, { env, stdio: "inherit" })).code;
}
