import type { ConnectorView, OperationView, TestRequest, TestResult } from "../view";
import type { JournalEntry } from "../../journalEntry";
import { type Child, h } from "./dom";
import { entryLine, type JournalColumn, toneOf } from "./journal";
import { chip, dots, mainCard } from "./parts";
import { tabs } from "./tabs";

/** A body with the secret's value behind dots, unless it is to be seen. */
function readable(body: string, isShown: boolean): string {
  if (isShown) return body;
  try {
    const parsed = JSON.parse(body) as Record<string, unknown>;
    return typeof parsed.value === "string" ? JSON.stringify({ ...parsed, value: dots }, undefined, 2) : body;
  } catch {
    return body;
  }
}

const holdsValue = (body: string): boolean => readable(body, false) !== body;

type Outcome = { result: TestResult; trail: JournalEntry[] } | { failure: string };

/** The Test tab: an operation, its parameters, and what came back. */
export class TestBench {
  private connection = "";
  private operationId = "";
  private parameters: Record<string, string> = {};
  private outcome: Outcome | undefined;
  private isRunning = false;
  private isShown = false;
  private part = "response";

  constructor(
    private readonly journal: JournalColumn,
    private readonly redraw: () => void,
  ) {}

  private change(what: () => void): void {
    what();
    this.redraw();
  }

  content(connector: ConnectorView): Child {
    const { connections, operations } = connector;
    const connection = connections.find(({ name }) => name === this.connection) ?? connections[0];
    const operation = operations.find(({ operationId }) => operationId === this.operationId) ?? operations[0];
    if (!connection || !operation) {
      return mainCard("Test operation", h("p", {}, "Without a connection there is nothing to test with."));
    }
    const choice = (
      id: string,
      label: string,
      options: readonly (readonly [value: string, text: string])[],
      chosen: string,
      choose: (value: string) => void,
    ) =>
      h(
        "div",
        { class: "field" },
        h("label", { for: id }, label),
        h(
          "select",
          {
            id,
            change: (event) => {
              this.change(() => {
                choose((event.target as HTMLSelectElement).value);
              });
            },
          },
          options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
        ),
      );
    return [
      mainCard(
        "Connections",
        choice(
          "test-connection",
          "Selected connection",
          connections.map(({ name, title, created }) => [name, `${title} (created at ${created})`]),
          connection.name,
          (value) => {
            this.connection = value;
          },
        ),
      ),
      mainCard(
        `Operations (${operations.length})`,
        choice(
          "test-operation",
          "Operation",
          operations.map(({ operationId, summary }) => [
            operationId,
            summary === operationId ? summary : `${operationId}: ${summary}`,
          ]),
          operation.operationId,
          (value) => {
            this.operationId = value;
            this.outcome = undefined;
          },
        ),
        operation.parameters.map((parameter) => this.input(operation, parameter)),
        h(
          "p",
          { class: "call" },
          h(
            "button",
            {
              type: "button",
              id: "test-run",
              class: "button",
              "aria-disabled": String(this.isRunning),
              click: () => {
                void this.run(connector.name, connection.name, operation);
              },
            },
            this.isRunning ? "Calling…" : "Test operation",
          ),
        ),
      ),
      h("div", { "aria-live": "polite", id: "test-outcome" }, this.shownOutcome()),
    ];
  }

  private valueOf(operation: OperationView, { name, defaultValue }: OperationView["parameters"][number]): string {
    return this.parameters[`${operation.operationId} ${name}`] ?? defaultValue;
  }

  private input(operation: OperationView, parameter: OperationView["parameters"][number]): HTMLElement {
    const id = `test-parameter-${parameter.name}`;
    return h(
      "div",
      { class: "field" },
      h("label", { for: id }, parameter.name, parameter.isRequired && h("span", { class: "required" }, " (required)")),
      h("input", {
        id,
        value: this.valueOf(operation, parameter),
        required: parameter.isRequired,
        autocomplete: "off",
        spellcheck: "false",
        input: (event) => {
          this.parameters[`${operation.operationId} ${parameter.name}`] = (event.target as HTMLInputElement).value;
        },
      }),
    );
  }

  private async run(connector: string, connection: string, operation: OperationView): Promise<void> {
    if (this.isRunning) return;
    this.change(() => {
      this.isRunning = true;
      this.isShown = false;
    });
    const position = this.journal.position;
    const parameters = Object.fromEntries(operation.parameters.map((one) => [one.name, this.valueOf(operation, one)]));
    const asked: TestRequest = { connector, connection, operationId: operation.operationId, parameters };
    const outcome = await call(asked).catch((error: unknown) => ({ failure: String(error) }));
    this.change(() => {
      this.isRunning = false;
      this.part = "response";
      this.outcome = "failure" in outcome ? outcome : { result: outcome, trail: this.journal.since(position) };
    });
  }

  private shownOutcome(): Child {
    const { outcome } = this;
    if (!outcome) return undefined;
    if ("failure" in outcome) return mainCard("Response", h("p", { class: "failure" }, outcome.failure));
    const { result, trail } = outcome;
    return [
      h(
        "section",
        { class: "card answer" },
        h("h2", { class: "hidden" }, "Answer"),
        tabs(
          "answer",
          "Request and response",
          [
            { id: "request", title: "Request", content: () => this.request(result) },
            { id: "response", title: "Response", content: () => this.response(result) },
          ],
          this.part,
          (part) => {
            this.change(() => {
              this.part = part;
            });
          },
        ),
      ),
      mainCard("What happened", h("ol", { class: "entries trail" }, trail.map(entryLine))),
    ];
  }

  private request({ request }: TestResult): Child {
    return [
      labelled("URL", `${request.method} ${request.url}`),
      labelled("Headers", JSON.stringify(request.headers, undefined, 2)),
    ];
  }

  private response({ response, described, milliseconds }: TestResult): Child {
    const { status, reason, headers, body } = response;
    return [
      h(
        "p",
        { class: "status" },
        "Status ",
        chip(`(${status}) ${reason}`, toneOf(status)),
        ` after ${milliseconds} ms`,
      ),
      described !== "" && h("p", {}, "The definition calls this answer: ", h("em", {}, described)),
      labelled("Body", readable(body, this.isShown)),
      holdsValue(body) &&
        h(
          "p",
          { class: "call" },
          h(
            "button",
            {
              type: "button",
              id: "test-show",
              class: "button quiet",
              "aria-pressed": String(this.isShown),
              click: () => {
                this.change(() => {
                  this.isShown = !this.isShown;
                });
              },
            },
            "Show the secret's value",
          ),
        ),
      labelled("Headers", JSON.stringify(headers, undefined, 2)),
    ];
  }
}

/** A text that may be long, under its name. */
const labelled = (name: string, text: string): Child => [
  h("p", { class: "label" }, name),
  h("pre", { class: name === "Headers" ? "short" : undefined, tabindex: 0, role: "region", "aria-label": name }, text),
];

/** Makes the call. @throws Error with the local cloud's words */
async function call(asked: TestRequest): Promise<TestResult> {
  const answer = await fetch("/_local/page/test", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(asked),
  });
  const content = (await answer.json()) as TestResult & { error?: { message: string } };
  if (!answer.ok) throw new Error(content.error?.message ?? `The local cloud answered ${answer.status}.`);
  return content;
}
