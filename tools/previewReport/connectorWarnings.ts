import { breakingChanges } from "../../power-platform/lifecycle/breakingChanges";
import type { OpenApiDocument } from "../../power-platform";
import type { Change } from "./changes";
import { isDefinitionUnknown, type Operation, operationsOf, pinnedSecrets } from "./connector";
import { code, listed } from "./markdown";
import { isNoun, ownName } from "./nouns";
import type { ResourceState } from "./preview";
import { at, type Fields, fieldsOf, isFields, isUnknown, itemsOf, sameValue, textOf, textsOf } from "./values";
import { caution, danger, note, type Warning } from "./warnings";

/** What an operation is, whatever it is called: operations that are alike in this may be one that was renamed. */
const withoutName = ({ method, path, fields }: Operation) => ({
  method,
  // Another version of the same secret is the same request.
  path: path.replace(/\/[0-9a-f]{32}$/i, ""),
  parameters: fields.parameters,
});

/** Operations that are gone, with the new name of those that were only renamed. */
function goneOperations(
  before: Map<string, Operation>,
  after: Map<string, Operation>,
): Map<string, string | undefined> {
  const gone = [...before.values()].filter(({ operationId }) => !after.has(operationId));
  const added = [...after.values()].filter(({ operationId }) => !before.has(operationId));
  const successorOf = (operation: Operation) =>
    added.find((one) => sameValue(withoutName(one), withoutName(operation))) ??
    (gone.length === 1 && added.length === 1 && added[0]?.method === operation.method ? added[0] : undefined);
  return new Map(gone.map((operation) => [operation.operationId, successorOf(operation)?.operationId]));
}

/** A definition that `breakingChanges` can read, or undefined. */
function documentOf(state: ResourceState | undefined): OpenApiDocument | undefined {
  const definition = state?.inputs.definition;
  const items = Object.values(fieldsOf(at(definition, "paths")));
  return isFields(at(definition, "paths")) && items.every(isFields) ? (definition as OpenApiDocument) : undefined;
}

function operationWarnings(old: ResourceState, now: ResourceState): Warning[] {
  if (isDefinitionUnknown(now)) {
    return [note("What becomes of the operations depends on what this update makes: they are known only after it.")];
  }
  const before = operationsOf(old);
  const after = operationsOf(now);
  const gone = [...goneOperations(before, after)].map(([id, successor]) =>
    successor === undefined
      ? danger(`**The operation ${code(id)} is removed.** Flows and apps that use it stop working.`)
      : danger(
          `**The operation ${code(id)} is renamed to ${code(successor)}.** Flows and apps that use it under its old name stop working.`,
        ),
  );
  const [documentBefore, documentAfter] = [documentOf(old), documentOf(now)];
  const others = documentBefore && documentAfter ? breakingChanges(documentBefore, documentAfter) : [];
  const hiddenNow = [...after.values()].filter(
    ({ operationId, fields }) =>
      fields["x-ms-visibility"] === "internal" &&
      before.has(operationId) &&
      before.get(operationId)?.fields["x-ms-visibility"] !== "internal",
  );
  return [
    ...gone,
    ...others
      .filter((text) => !text.endsWith("is removed or renamed."))
      .map((text) => danger(`**Makers notice**: ${code(text, 200)}`)),
    ...hiddenNow.map(({ operationId }) =>
      caution(`**The operation ${code(operationId)} is hidden** from makers who look for it.`),
    ),
    ...pinningWarnings(old, now),
  ];
}

/** Operations that followed a secret, and now read one version of it. */
function pinningWarnings(old: ResourceState, now: ResourceState): Warning[] {
  const before = new Map(pinnedSecrets(old).map((pin) => [pin.operationId, pin]));
  const existing = operationsOf(old);
  return pinnedSecrets(now)
    .filter(({ operationId }) => existing.has(operationId) && !before.has(operationId))
    .map(({ operationId, secret, version }) =>
      caution(
        `**The operation ${code(operationId)} is pinned** to version ${code(version)} of the secret ${code(secret)}: later values reach makers only by another update.`,
      ),
    );
}

const setNames = (state: ResourceState) =>
  itemsOf(at(state.inputs, "connectionParameterSets", "values")).map((set) => textOf(at(set, "name"))).filter((name) => name !== ""); // prettier-ignore

function usesHttp(definition: Fields): boolean {
  return textsOf(definition.schemes).some((scheme) => scheme.toLowerCase() === "http");
}

function signInWarnings(old: ResourceState, now: ResourceState): Warning[] {
  const definition = fieldsOf(now.inputs.definition);
  const earlier = fieldsOf(old.inputs.definition);
  const sets = now.inputs.connectionParameterSets;
  const gone = isUnknown(sets) ? [] : setNames(old).filter((name) => !setNames(now).includes(name));
  const host = [textOf(earlier.host), textOf(definition.host)];
  return [
    ...(gone.length > 0
      ? [
          danger(
            `**A way to sign in is removed**: ${listed(gone.map((name) => code(name)))}. Connections of that kind stop working.`,
          ),
        ]
      : []),
    ...(usesHttp(definition) && !usesHttp(earlier)
      ? [danger("**The connector may be called without TLS** (scheme http).")]
      : []),
    ...(host[0] !== "" && host[1] !== "" && !isUnknown(host[1]) && host[0] !== host[1]
      ? [caution(`**The connector asks another host**: ${code(host[0] ?? "")} becomes ${code(host[1] ?? "")}.`)]
      : []),
  ];
}

/** What makers notice of their connectors and connections. */
export function connectorWarnings(changes: readonly Change[]): Warning[] {
  return changes.flatMap(({ urn, old, new: now }) => {
    if (!old || !now) return [];
    if (isNoun(urn, "connector")) return [...operationWarnings(old, now), ...signInWarnings(old, now)];
    const sets = [old, now].map(({ inputs }) => textOf(inputs.parameterSet));
    return isNoun(urn, "connection") && sets[0] !== sets[1] && !isUnknown(sets[1])
      ? [
          caution(
            `**The connection ${code(ownName(urn, now))} signs in another way**: ${code(sets[0] ?? "")} becomes ${code(sets[1] ?? "")}.`,
          ),
        ]
      : [];
  });
}
