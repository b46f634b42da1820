import type { StackOutputs } from "../../outputs";
import type { OperationAnswer } from "./maker";
import { dots, type Row, type Section } from "./table";

/** URL of the connector's first operation at the connectors' runtime. */
export function operationUrl({ operations }: StackOutputs): string {
  const [first] = operations;
  if (first === undefined) throw new Error("The stack's outputs name no operation.");
  return first.url;
}

/** The last parts of an ARM id: what tells it from others in a table. */
const lastParts = (id: string, count: number) => id.split("/").slice(-count).join("/");

const secretRows = ({ secrets }: StackOutputs): Row[] =>
  Object.entries(secrets).map(([name, { version }]) => [`Secret ${name}`, `version ${version}`]);

const assignmentRows = ({ roleAssignments }: StackOutputs): Row[] =>
  roleAssignments.map(({ role, scope, principalId }) => [role, `${principalId} on ${lastParts(scope, 2)}`]);

function proofText({ proof }: StackOutputs): string {
  if (proof.result === "proven") return `the same sign-in and request answer with the value (${proof.mode})`;
  return proof.result === "none" ? "switched off" : proof.reason;
}

const clientSecretText = ({ clientSecretKeyId, clientSecretExpires }: StackOutputs): string =>
  clientSecretKeyId === ""
    ? "none: a managed identity signs in"
    : `${dots} (key ${clientSecretKeyId}, until ${clientSecretExpires})`;

/** What the demo's table shows: what now exists, in the order of the walk-through, and what the maker got. */
export function sections(outputs: StackOutputs, answer: OperationAnswer, showSecret: boolean): Section[] {
  return [
    {
      heading: "App registration",
      rows: [
        ["Display name", outputs.applicationDisplayName],
        ["Application (client) ID", outputs.clientId],
        ["Object ID", outputs.applicationObjectId],
        ["Directory (tenant) ID", outputs.tenantId],
        ["Client Secret", clientSecretText(outputs)],
      ],
    },
    {
      heading: "Key Vault",
      rows: [["Vault", outputs.vaultUri], ...assignmentRows(outputs), ...secretRows(outputs)],
    },
    {
      heading: "Power Platform",
      rows: [
        ["Connector", `${outputs.connectorDisplayName} (${outputs.connectorName})`],
        ["Connection", `${outputs.connectionDisplayName} (${outputs.connectionName}): ${outputs.connectionStatus}`],
        ["Proof", proofText(outputs)],
      ],
    },
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
