import type { ConnectorView, OperationView, View } from "../view";
import { type Child, h } from "./dom";
import { chip, code, facts, mainCard, moment, symbol, table, viewHead } from "./parts";
import { tabs } from "./tabs";
import type { TestBench } from "./testBench";

/** A label with its value, looking as in the portal: there it can be changed, here only read. */
const field = (name: string, value: Child): HTMLElement =>
  h("div", { class: "field" }, h("dt", {}, name), h("dd", { class: "input" }, value));

const fields = (...children: Child[]): HTMLElement => h("dl", { class: "fields" }, children);

function general(connector: ConnectorView): Child {
  const mark = h(
    "span",
    { class: "connector-icon" },
    connector.icon === "" ? symbol("secret") : h("img", { src: connector.icon, alt: "" }),
  );
  // By the object model: an inline style would be refused by the page's own policy.
  mark.style.setProperty("--brand", connector.iconBrandColor);
  return mainCard(
    "General information",
    mark,
    fields(
      field("Icon background colour", connector.iconBrandColor),
      field("Description", connector.description),
      field("Scheme", connector.scheme.toUpperCase()),
      field("Host", code(connector.host)),
      field("Base URL", code(connector.basePath)),
      field("Internal name", code(connector.name)),
      field("Modified", moment(connector.modified)),
    ),
  );
}

const kinds = { servicePrincipal: "service principal", managedIdentity: "managed identity", user: "user" } as const;

function security(connector: ConnectorView): Child {
  if (connector.signIns.length === 0) return mainCard("Authentication type", h("p", {}, "No authentication."));
  return [
    mainCard("Authentication type", fields(field("Authentication type", "OAuth 2.0"))),
    connector.signIns.map(({ title, kind, fields: values }) =>
      mainCard(
        title,
        h("p", {}, "Signs in as a ", chip(kinds[kind], kind === "user" ? "plain" : "good")),
        fields(values.map(({ name, value }) => field(name, value))),
      ),
    ),
    mainCard("Redirect URL", fields(field("Redirect URL", code(connector.redirectUrl)))),
  ];
}

function operationCard(connector: ConnectorView, operation: OperationView): HTMLElement {
  const { operationId, summary, description, visibility, verb, path, parameters, responses } = operation;
  const base = `${connector.scheme}://${connector.host}${connector.basePath.replace(/\/$/, "")}`;
  return mainCard(
    operationId,
    fields(
      field("Summary", summary),
      field("Description", description),
      field("Operation ID", code(operationId)),
      field("Visibility", visibility),
      field("Request", [h("strong", {}, verb), " ", code(`${base}${path}`)]),
    ),
    table(
      `Parameters of ${operationId}`,
      ["Parameter", "In", "Type", "Required", "Default"],
      parameters.map(({ name, place, type, isRequired, defaultValue }) => [
        code(name),
        place,
        type,
        isRequired ? "yes" : "no",
        defaultValue,
      ]),
    ),
    table(
      `Responses of ${operationId}`,
      ["Response", "Description"],
      responses.map(({ status, description: text }) => [status, text]),
    ),
  );
}

export interface ConnectorChoice {
  name: string;
  tab: string;
}

/** The connector's tabs, numbered as in the portal's wizard. */
export function connectorView(
  { connectors }: View,
  choice: ConnectorChoice,
  choose: (choice: ConnectorChoice) => void,
  bench: TestBench,
): Child {
  const connector = connectors.find(({ name }) => name === choice.name) ?? connectors[0];
  const head = viewHead(
    "connector",
    "Power Platform",
    connector?.title ?? "Custom connectors",
    "As the portal shows it to those who may edit it; here it comes from the stack.",
  );
  if (!connector) return [head, h("div", { class: "empty" }, h("p", {}, "There is no custom connector yet."))];
  const picker =
    connectors.length > 1 &&
    h(
      "label",
      { class: "picker" },
      "Connector ",
      h(
        "select",
        {
          id: "connector-picker",
          change: (event) => {
            choose({ ...choice, name: (event.target as HTMLSelectElement).value });
          },
        },
        connectors.map(({ name, title }) => h("option", { value: name, selected: name === connector.name }, title)),
      ),
    );
  return [
    head,
    picker,
    tabs(
      "connector",
      `Parts of ${connector.title}`,
      [
        { id: "general", title: "1. General", content: () => general(connector) },
        { id: "security", title: "2. Security", content: () => security(connector) },
        {
          id: "definition",
          title: "3. Definition",
          content: () => connector.operations.map((operation) => operationCard(connector, operation)),
        },
        { id: "test", title: "4. Test", content: () => bench.content(connector) },
      ],
      choice.tab,
      (tab) => {
        choose({ name: connector.name, tab });
      },
    ),
    h("p", { class: "under" }, facts([["Created", moment(connector.created)]], "facts inline")),
  ];
}
