import type { OperationAnswer } from "./maker";
import { dots, type Section } from "./table";

/** A stack's outputs, as `pulumi stack output --json` prints them. */
export type Outputs = Record<string, unknown>;

const text = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);

/** URL of the GetSecret operation at the connectors' runtime. */
export function operationUrl(outputs: Outputs): string {
  return text(outputs.operationUrl);
}

/** What the demo's table shows. */
export function sections(outputs: Outputs, answer: OperationAnswer, showSecret: boolean): Section[] {
  return [
    { heading: "Now exists", rows: Object.entries(outputs).map(([name, value]) => [name, text(value)] as const) },
    {
      heading: "GetSecret, called by the maker through the connection",
      rows: [
        ["HTTP status", String(answer.status)],
        ["Secret version", answer.version ?? ""],
        ["Value", answer.value === undefined || showSecret ? (answer.value ?? "") : dots],
      ],
    },
  ];
}
