import type { JournalEntry } from "../../journalEntry";
import { byId, h, show } from "./dom";
import { chip, type Tone } from "./parts";

/** Names of the services as people know them. */
export const serviceNames: Record<string, string> = {
  entra: "Entra ID",
  graph: "Graph",
  arm: "Resource Manager",
  "key-vault": "Key Vault",
  "power-platform": "Power Platform",
};

const most = 400;
const everything = "";

export const toneOf = (status: number): Tone =>
  status >= 500 || status === 0 ? "bad" : status >= 400 ? "warn" : "good";

/** Path without query; the whole of it stands in the title. */
const shortPath = (path: string) => path.split("?")[0] ?? path;

export function entryLine(entry: JournalEntry): HTMLElement {
  const { time, method, status, host, path, service, error, fault, milliseconds, body } = entry;
  const notes = [error, fault === undefined ? undefined : `played fault: ${fault}`].filter(
    (note) => note !== undefined,
  );
  return h(
    "li",
    { class: `entry ${service}` },
    h(
      "p",
      { class: "line" },
      h("time", { datetime: time }, time.slice(11, 19)),
      h("span", { class: "method" }, method),
      chip(String(status), toneOf(status)),
      h("span", { class: "service" }, serviceNames[service] ?? service),
      h("span", { class: "took" }, `${milliseconds} ms`),
    ),
    h(
      "p",
      { class: "url", title: path },
      h("span", { class: "host" }, host),
      h("span", { class: "path" }, shortPath(path)),
    ),
    notes.length > 0 && h("p", { class: "notes" }, notes.join(", ")),
    body !== undefined && h("details", {}, h("summary", {}, "Body"), h("pre", {}, JSON.stringify(body, undefined, 2))),
  );
}

/** The column of requests: what came so far, then each as it is made. */
export class JournalColumn {
  private entries: JournalEntry[] = [];
  private filter = everything;
  private isLive = false;

  constructor(
    private readonly onEntry: (entry: JournalEntry) => void,
    private readonly onState: (isConnected: boolean) => void,
  ) {
    const select = byId("journal-filter") as HTMLSelectElement;
    show(
      select,
      h("option", { value: everything }, "all"),
      Object.entries(serviceNames).map(([value, name]) => h("option", { value }, name)),
    );
    select.addEventListener("change", () => {
      this.filter = select.value;
      this.draw();
    });
  }

  /** How many came so far: what a later `since` counts from. */
  get position(): number {
    return this.total;
  }

  private total = 0;

  /** The entries after a position, oldest first. */
  since(position: number): JournalEntry[] {
    const count = Math.min(this.total - position, this.entries.length);
    return count > 0 ? this.entries.slice(-count) : [];
  }

  listen(): void {
    const events = new EventSource("/_local/page/journal");
    events.addEventListener("open", () => {
      // After a reconnection the past comes again.
      this.entries = [];
      this.isLive = false;
    });
    events.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const entry = JSON.parse(data) as JournalEntry;
      this.entries.push(entry);
      this.total += 1;
      if (this.entries.length > most) this.entries.shift();
      if (!this.isLive) return;
      this.draw();
      this.onEntry(entry);
    });
    events.addEventListener("caughtUp", () => {
      this.isLive = true;
      this.draw();
      this.onState(true);
    });
    events.addEventListener("error", () => {
      this.onState(false);
    });
  }

  private draw(): void {
    const shown = this.entries.filter(({ service }) => this.filter === everything || service === this.filter);
    show(byId("journal"), shown.toReversed().map(entryLine));
    show(byId("journal-count"), `${shown.length} shown`);
  }
}
