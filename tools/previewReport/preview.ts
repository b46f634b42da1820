// What `pulumi preview --json` prints, read into what the report needs. Two formats are understood: the digest that it
// prints by default, and the engine's events, a line each, of PULUMI_ENABLE_STREAMING_JSON_PREVIEW and --event-log; only
// those name the policies that were violated. Source: pulumi/pulumi pkg/display/json.go, sdk/go/common/apitype/events.go
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Redaction } from "./redaction";
import { at, type Fields, fieldsOf, isFields, itemsOf, textOf, textsOf, withTexts } from "./values";

export interface Urn {
  stack: string;
  project: string;
  /** Of the resource itself, without its parents': `azure-native:keyvault:Vault`. */
  type: string;
  name: string;
  text: string;
}

export interface ResourceState {
  /** False for components, which are nothing of their own. */
  custom: boolean;
  id: string;
  inputs: Fields;
  outputs: Fields;
  protect: boolean;
  retainOnDelete: boolean;
  /** Resources that a property comes from: property → URNs. */
  propertyDependencies: Record<string, string[]>;
}

export interface Step {
  op: string;
  urn: Urn;
  old: ResourceState | undefined;
  new: ResourceState | undefined;
  /** Properties that make it a replacement. */
  replaceReasons: string[];
  /** Paths of properties that differ → add, delete, update, and these with -replace. */
  detailedDiff: Record<string, string>;
}

export interface Message {
  severity: string;
  text: string;
  resource: string;
}

export interface Violation {
  /** mandatory, advisory, remediate … */
  level: string;
  policy: string;
  resource: string;
  text: string;
}

/** One preview of one stack. */
export interface Preview {
  /** The file, as it was named. */
  source: string;
  project: string;
  stack: string;
  steps: Step[];
  messages: Message[];
  violations: Violation[];
  /** How many resources meet which operation. */
  summary: Record<string, number>;
  /** Whether the engine said how it ended. */
  isComplete: boolean;
}

export class PreviewError extends Error {}

function urnOf(text: string): Urn {
  const [, stack = "", project = "", types = "", ...name] = text.replace(/^urn:pulumi:/, "::").split("::");
  return { stack, project, type: types.split("$").at(-1) ?? "", name: name.join("::"), text };
}

/** @param isEvent in events, what is false is left out */
function stateOf(value: unknown, isEvent: boolean): ResourceState | undefined {
  if (!isFields(value)) return undefined;
  const dependencies = Object.entries(fieldsOf(value.propertyDependencies));
  return {
    custom: isEvent ? value.custom === true : value.custom !== false,
    id: textOf(value.id),
    inputs: fieldsOf(value.inputs),
    outputs: fieldsOf(value.outputs),
    protect: value.protect === true,
    retainOnDelete: value.retainOnDelete === true,
    propertyDependencies: Object.fromEntries(dependencies.map(([property, urns]) => [property, textsOf(urns)])),
  };
}

/** "update" of {kind: "update"} and of {diffKind: "update"}. */
function kindsOf(value: unknown): Record<string, string> {
  const kinds = Object.entries(fieldsOf(value)).map(([property, difference]) => {
    const { kind, diffKind } = fieldsOf(difference);
    return [property, textOf(kind) || textOf(diffKind) || "update"] as const;
  });
  return Object.fromEntries(kinds);
}

function stepOf(value: unknown): Step | undefined {
  const fields = fieldsOf(value);
  const urn = textOf(fields.urn);
  if (urn === "") return undefined;
  return {
    op: textOf(fields.op) || "same",
    urn: urnOf(urn),
    old: stateOf(fields.oldState ?? fields.old, "old" in fields),
    new: stateOf(fields.newState ?? fields.new, "new" in fields),
    replaceReasons: textsOf(fields.replaceReasons ?? fields.keys),
    detailedDiff: kindsOf(fields.detailedDiff),
  };
}

function messageOf(value: unknown): Message | undefined {
  const fields = fieldsOf(value);
  const text = stripVTControlCharacters(`${textOf(fields.prefix)}${textOf(fields.message)}`).trim();
  if (text === "" || fields.ephemeral === true) return undefined;
  return { severity: textOf(fields.severity), text, resource: urnOf(textOf(fields.urn)).name };
}

const present = <T>(value: T | undefined): value is T => value !== undefined;

function numbersOf(value: unknown): Record<string, number> {
  const numbers = Object.entries(fieldsOf(value)).filter(([, count]) => typeof count === "number" && count > 0);
  return Object.fromEntries(numbers) as Record<string, number>;
}

/** "dev" of "previews/preview-dev.json". */
function nameOf(source: string): string {
  if (source === "-") return "standard input";
  return path.basename(source).replace(/\.[^.]*$/, "").replace(/^preview[-._]/, "") || source; // prettier-ignore
}

type Content = Omit<Preview, "source" | "project" | "stack">;

function digestContent(digest: Fields): Content {
  return {
    steps: itemsOf(digest.steps).map(stepOf).filter(present),
    messages: itemsOf(digest.diagnostics).map(messageOf).filter(present),
    violations: [],
    summary: numbersOf(digest.changeSummary),
    isComplete: "changeSummary" in digest || "steps" in digest,
  };
}

function violationOf(value: unknown): Violation | undefined {
  if (!isFields(value)) return undefined;
  return {
    level: textOf(value.enforcementLevel),
    policy: textOf(value.policyName),
    resource: urnOf(textOf(value.resourceUrn)).name,
    text: textOf(value.message).trim(),
  };
}

function eventsContent(events: Fields[]): Content {
  const summaries = events.map(({ summaryEvent }) => summaryEvent).filter(isFields);
  return {
    // What a refresh found stands in the event that ends it.
    steps: events
      .map(({ resourcePreEvent, resOutputsEvent }) => stepOf(at(resourcePreEvent ?? resOutputsEvent, "metadata")))
      .filter(present),
    messages: events
      .map(({ diagnosticEvent }) => messageOf(diagnosticEvent))
      .filter(present)
      .filter(({ severity }) => severity !== "debug"),
    violations: events.map(({ policyEvent }) => violationOf(policyEvent)).filter(present),
    summary: numbersOf(summaries.at(-1)?.resourceChanges),
    isComplete: summaries.length > 0,
  };
}

const digestKeys = ["config", "steps", "diagnostics", "duration", "changeSummary", "maybeCorrupt"];
const isEvent = (value: unknown) =>
  isFields(value) && ("sequence" in value || Object.keys(value).some((key) => key.endsWith("Event")));

/** The JSON documents of a text: one, or one a line. Lines before the first are what else was printed. */
function documentsOf(text: string, source: string): unknown[] {
  const content = text.replace(/^\uFEFF/, "");
  const firstLine = content.search(/^[{[]/m);
  if (content.trim() === "")
    throw new PreviewError(
      `${source} is empty. pulumi preview --json prints nothing when it fails before it begins: its standard error says why.`,
    );
  if (firstLine < 0) throw new PreviewError(`${source} is not JSON: it begins with "${content.trim().slice(0, 40)}".`);
  const json = content.slice(firstLine).trim();
  try {
    return [JSON.parse(json)];
  } catch (whole) {
    const lines = json.split("\n").filter((line) => line.trim() !== "");
    try {
      const documents = lines.map((line): unknown => JSON.parse(line));
      if (documents.every(isEvent)) return documents;
    } catch {
      // Not a document a line either: the first error says where the one document breaks.
    }
    throw new PreviewError(`${source} is not JSON, or was cut off: ${(whole as Error).message}.`);
  }
}

const advice = "Give it the standard output of pulumi preview --json.";

/**
 * Reads one preview, and hides its secrets. Call `withoutSecrets` once all previews are read.
 * @throws PreviewError that names the source, what is wrong with it and what is wanted
 */
export function readPreview(text: string, source: string, redaction: Redaction): Preview {
  const name = source === "-" ? "Standard input" : source;
  const documents = documentsOf(text, name).map((document) => redaction.masked(document));
  const flat = documents.length === 1 && Array.isArray(documents[0]) ? itemsOf(documents[0]) : documents;
  const [first] = flat;
  if (!isFields(first)) throw new PreviewError(`${name} is JSON, but no preview: no object with steps. ${advice}`);
  const events = flat.filter(isFields);
  const isDigest = !isEvent(first);
  if (isDigest && Object.keys(first).length > 0 && !digestKeys.some((key) => key in first))
    throw new PreviewError(`${name} is JSON, but no preview: it has neither steps nor changeSummary. ${advice}`);
  if (isDigest && "steps" in first && first.steps !== null && !Array.isArray(first.steps))
    throw new PreviewError(`${name} is JSON, but no preview: its steps are no list. ${advice}`);
  if (isDigest && itemsOf(first.steps).some((step) => at(step, "op") === "refresh"))
    throw new PreviewError(
      `${name} is the digest of a refresh, which says that something was found, and not what. Set PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true for pulumi refresh --preview-only --json.`,
    );
  const content = isDigest ? digestContent(first) : eventsContent(events);
  const named = content.steps.find(({ urn }) => urn.stack !== "");
  const urns = isDigest ? itemsOf(first.diagnostics).map((one) => urnOf(textOf(fieldsOf(one).urn))) : [];
  const urn = named?.urn ?? urns.find(({ stack }) => stack !== "");
  return { ...content, source, project: urn?.project ?? "", stack: urn?.stack ?? nameOf(source) };
}

/** The same preview without the values that any of the previews showed to be secret. */
export function withoutSecrets(preview: Preview, redaction: Redaction): Preview {
  const clean = (text: string) => redaction.clean(text);
  const cleanFields = (fields: Fields) => fieldsOf(withTexts(fields, clean));
  const cleanState = (state: ResourceState | undefined) =>
    state && { ...state, id: clean(state.id), inputs: cleanFields(state.inputs), outputs: cleanFields(state.outputs) };
  const cleanUrn = (urn: Urn): Urn => ({ ...urn, name: clean(urn.name), type: clean(urn.type) });
  return {
    ...preview,
    stack: clean(preview.stack),
    project: clean(preview.project),
    steps: preview.steps.map((step) => ({
      ...step,
      urn: cleanUrn(step.urn),
      old: cleanState(step.old),
      new: cleanState(step.new),
      replaceReasons: step.replaceReasons.map(clean),
      detailedDiff: Object.fromEntries(
        Object.entries(step.detailedDiff).map(([property, kind]) => [clean(property), kind]),
      ),
    })),
    messages: preview.messages.map((one) => ({ ...one, text: clean(one.text), resource: clean(one.resource) })),
    violations: preview.violations.map(({ level, policy, resource, text }) => ({
      level: clean(level),
      policy: clean(policy),
      resource: clean(resource),
      text: clean(text),
    })),
  };
}
