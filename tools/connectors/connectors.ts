import fs from "node:fs";
import path from "node:path";
import { environmentIdFor } from "../../local-cloud/seed";
import { type Clients, createClients } from "../../power-platform/client/clients";
import { coloured } from "../progress";
import type { ConnectorsOptions } from "./command";
import { connectorFolders, inputsOfFolder, UnreadableError } from "./folder";
import { live, type Verdict } from "./life";

interface Named {
  folder: string;
  reason: string;
}

/** What `--json` prints. */
export interface Summary {
  passed: number;
  refused: Named[];
  failed: Named[];
}

/** So many at once: the service is to be used, not to be loaded. */
const atOnce = 4;

async function verdictOf(
  clients: Clients,
  folder: string,
  place: Parameters<typeof inputsOfFolder>[1],
): Promise<Verdict> {
  try {
    return await live(clients, inputsOfFolder(folder, place));
  } catch (error) {
    if (error instanceof UnreadableError) return { refused: error.message };
    throw error;
  }
}

/** Shows how far it is: on a terminal in one line, elsewhere every fiftieth. */
function progressOf(total: number): (folder: string) => void {
  const screen = process.stderr;
  let done = 0;
  return (folder) => {
    done += 1;
    if (screen.isTTY) screen.write(`\r\u001b[K${coloured("cyan", `${done}/${total}`, screen)} ${folder.slice(0, 60)}`);
    else if (done % 50 === 0 || done === total) screen.write(`${done}/${total} connectors\n`);
    if (screen.isTTY && done === total) screen.write("\r\u001b[K");
  };
}

/** Takes every connector of a folder through its life. Two of the same title are never there at the same time. */
async function takeAll(
  parent: string,
  folders: readonly string[],
  place: Parameters<typeof inputsOfFolder>[1],
): Promise<Summary> {
  const clients = createClients("public");
  const summary: Summary = { passed: 0, refused: [], failed: [] };
  const said = progressOf(folders.length);
  const waiting = [...folders];
  const busy = new Map<string, Promise<void>>();
  const titleOf = (folder: string) => {
    try {
      return inputsOfFolder(path.join(parent, folder), place).definition.info.title.toLowerCase();
    } catch {
      return folder;
    }
  };
  const take = async (folder: string): Promise<void> => {
    const verdict = await verdictOf(clients, path.join(parent, folder), place);
    if ("passed" in verdict) summary.passed += 1;
    else if ("refused" in verdict) summary.refused.push({ folder, reason: verdict.refused });
    else summary.failed.push({ folder, reason: verdict.failed });
    said(folder);
  };
  const worker = async (): Promise<void> => {
    for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
      const title = titleOf(folder);
      const before = busy.get(title) ?? Promise.resolve();
      const now = before.then(() => take(folder));
      busy.set(title, now);
      await now;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const byName = (a: Named, b: Named) => a.folder.localeCompare(b.folder);
  return { ...summary, refused: summary.refused.sort(byName), failed: summary.failed.sort(byName) };
}

function print({ passed, refused, failed }: Summary): void {
  const out = process.stdout;
  const rows = [...refused.map((one) => ["refused", one] as const), ...failed.map((one) => ["failed", one] as const)];
  const width = Math.max(0, ...rows.map(([, { folder }]) => folder.length));
  for (const [verdict, { folder, reason }] of rows) {
    const mark = coloured(verdict === "failed" ? "red" : "yellow", verdict.padEnd(8), out);
    out.write(`${mark} ${folder.padEnd(width)}  ${reason.replaceAll(/\s+/g, " ").slice(0, 200)}\n`);
  }
  out.write(`${passed} passed, ${refused.length} refused, ${failed.length} failed\n`);
}

/**
 * Creates, refreshes, updates and deletes each connector of a folder. Runs in a process that the local cloud's environment
 * was given to. @returns exit code: 1 when one failed
 */
export async function connectors(parent: string, { json, route }: ConnectorsOptions): Promise<number> {
  if (!fs.existsSync(parent)) throw new Error(`${parent}: there is no such folder.`);
  const folders = connectorFolders(parent);
  if (folders.length === 0) throw new Error(`${parent} has no folders with an apiDefinition.swagger.json.`);
  const summary = await takeAll(parent, folders, { environmentId: environmentIdFor(route), route });
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else print(summary);
  return summary.failed.length === 0 ? 0 : 1;
}
