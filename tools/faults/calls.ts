import type { Fault } from "../../local-cloud/faults";
import type { JournalEntry } from "../../local-cloud/journal";

/** A call that a run makes to Power Platform, and how to meet it again in the next run like it. */
export interface Call {
  method: string;
  host: string;
  /** Without its query, which may hold a signature. */
  path: string;
  /** How many calls of the same method, host and path came before it. */
  same: number;
  /** How many calls to the same host came before it: while a refusal waits, each has a connection of its own. */
  ofHost: number;
}

/** Whether a service of the local cloud belongs to Power Platform. */
export const isPowerPlatform = (service: string): boolean => service === "power-platform" || service === "dataverse";

/** The calls of a run to Power Platform, or to what else is asked for, as the journal tells them. */
export function callsOf(
  journal: readonly JournalEntry[],
  wanted: (entry: JournalEntry) => boolean = ({ service }) => isPowerPlatform(service),
): Call[] {
  const calls: Call[] = [];
  for (const { method, host, path: full } of journal.filter(wanted)) {
    const path = full.split("?")[0] ?? "";
    const sameHost = calls.filter((one) => one.host === host);
    const same = sameHost.filter((one) => one.method === method && one.path === path).length;
    calls.push({ method, host, path, same, ofHost: sameHost.length });
  }
  return calls;
}

/** Containers of the storage for icons and scripts have another name each time. */
const container = /^\/\d{17}z[0-9a-f]+\//;

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The rule that plays a fault at a call. */
export function ruleFor(call: Call, rule: Partial<Fault>): Partial<Fault> {
  const { host, method, path, same, ofHost } = call;
  if (rule.effect === "refuse") return { ...rule, host, skip: ofHost };
  const [first = ""] = container.exec(path) ?? [];
  const pattern = `${first === "" ? "" : container.source.slice(1)}${escaped(path.slice(first.length))}`;
  return { ...rule, host, method, path: `^${pattern}(\\?|$)`, skip: same };
}

/** A call as the table shows it: what differs from stack to stack is left out. */
export function described({ method, host, path, same }: Call): string {
  const short = path
    .replace(/^\/providers\/Microsoft\.PowerApps/i, "")
    .replace(container, "/{container}/")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, "{id}")
    .replaceAll(/(shared_|new-5f)[^/.]+/gi, "{connector}")
    .replaceAll(/[0-9a-f]{32}/gi, "{connection}");
  const place = host.replace(/^[0-9a-f]{30}\.[0-9a-f]{2}\./i, "{environment}.");
  return `${method} ${place}${short}${same === 0 ? "" : ` (${same + 1})`}`;
}
