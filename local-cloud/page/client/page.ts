import type { JournalEntry } from "../../journalEntry";
import type { ConnectionStatus, View } from "../view";
import { connectorView } from "./connector";
import { byId, type Child, h, show } from "./dom";
import { JournalColumn } from "./journal";
import { facts, type IconName, symbol } from "./parts";
import { TestBench } from "./testBench";
import { applicationsView, connectionsView, overview, vaultsView } from "./views";

const places: readonly (readonly [id: string, title: string, icon: IconName, count: (view: View) => number])[] = [
  ["overview", "Overview", "home", () => 0],
  ["applications", "App registrations", "app", ({ applications }) => applications.length],
  ["vaults", "Key vaults", "vault", ({ vaults }) => vaults.length],
  ["connector", "Custom connectors", "connector", ({ connectors }) => connectors.length],
  ["connections", "Connections", "connection", ({ connectors }) => connectors.flatMap((one) => one.connections).length],
];

let view: View | undefined;
let shownText = "";
let statuses: ConnectionStatus[] = [];
let connectorName = "";

/** `#connector/test` is the place connector and its tab test. */
function place(): { id: string; tab: string } {
  const [wanted = "", tab = "general"] = location.hash.slice(1).split("/");
  return { id: places.find(([id]) => id === wanted)?.[0] ?? "overview", tab };
}

const journal = new JournalColumn(onEntry, (isConnected) => {
  show(byId("live"), isConnected ? "Live" : "The local cloud does not answer");
  byId("live").classList.toggle("lost", !isConnected);
  if (isConnected) void refresh();
});
const bench = new TestBench(journal, draw);

function content(current: View): Child {
  const { id, tab } = place();
  switch (id) {
    case "applications":
      return applicationsView(current);
    case "vaults":
      return vaultsView(current);
    case "connections":
      return connectionsView(current, statuses, () => void askStatuses());
    case "connector":
      return connectorView(
        current,
        { name: connectorName, tab },
        (choice) => {
          connectorName = choice.name;
          history.replaceState(undefined, "", `#connector/${choice.tab}`);
          draw();
        },
        bench,
      );
    default:
      return overview(current);
  }
}

function draw(): void {
  if (!view) return;
  const current = view;
  const { id: here } = place();
  show(
    byId("side"),
    h(
      "ul",
      {},
      places.map(([id, title, icon, count]) =>
        h(
          "li",
          {},
          h(
            "a",
            { id: `go-${id}`, href: `#${id}`, "aria-current": id === here ? "page" : undefined },
            symbol(icon),
            h("span", { class: "name" }, title),
            count(current) > 0 && h("span", { class: "number" }, String(count(current))),
          ),
        ),
      ),
    ),
  );
  byId("where").replaceWith(
    facts(
      [
        ["Tenant", current.tenant.name],
        ["Environment", current.environment.name],
        ["Maker", current.maker.name],
      ],
      "where",
    ),
  );
  document.querySelector("dl.where")?.setAttribute("id", "where");
  show(byId("main"), content(current));
  document.title = `${places.find(([id]) => id === here)?.[1] ?? ""} – Local cloud`;
}

async function refresh(): Promise<void> {
  const text = await (await fetch("/_local/page/view")).text();
  if (text === shownText) return;
  shownText = text;
  view = JSON.parse(text) as View;
  draw();
}

async function askStatuses(): Promise<void> {
  statuses = (await (await fetch("/_local/page/statuses", { method: "POST" })).json()) as ConnectionStatus[];
  draw();
}

let waiting: ReturnType<typeof setTimeout> | undefined;

/** What is written may have changed what is shown; many writes together are looked at once. */
function onEntry({ method, status, service }: JournalEntry): void {
  if (method === "GET" || service === "entra" || status >= 400) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => void refresh(), 300);
}

addEventListener("hashchange", () => {
  draw();
  byId("main").focus({ preventScroll: true });
  scrollTo({ top: 0 });
});
journal.listen();
