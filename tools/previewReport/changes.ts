import type { Preview, ResourceState, Step, Urn } from "./preview";

export type ChangeKind = "create" | "update" | "replace" | "delete";

/** What happens to one resource: the engine's steps for it put together. */
export interface Change {
  kind: ChangeKind;
  urn: Urn;
  /** Absent when it is created. */
  old: ResourceState | undefined;
  /** Absent when it is deleted. */
  new: ResourceState | undefined;
  replaceReasons: string[];
  detailedDiff: Record<string, string>;
}

/** The engine's operations. Those that are not here change nothing. Source: pulumi/pulumi pkg/resource/deploy/step.go */
const kinds: Record<string, ChangeKind> = {
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "import-replacement": "replace",
  delete: "delete",
};

/** From the most to the least consequential; several steps of a resource count as the first of these. */
const order: ChangeKind[] = ["replace", "delete", "update", "create"];

function changeOf(steps: readonly Step[]): Change | undefined {
  const [first] = steps;
  const found = steps.map(({ op }) => kinds[op]);
  const kind = order.find((one) => found.includes(one));
  if (!first || !kind) return undefined;
  const reasons = new Set(steps.flatMap(({ replaceReasons }) => replaceReasons));
  return {
    kind,
    urn: first.urn,
    old: kind === "create" ? undefined : steps.find((step) => step.old)?.old,
    new: kind === "delete" ? undefined : steps.findLast((step) => step.new)?.new,
    replaceReasons: [...reasons].filter((reason) => reason !== "__provider").sort(),
    detailedDiff: Object.assign({}, ...steps.map(({ detailedDiff }) => detailedDiff)) as Record<string, string>,
  };
}

const isShown = ({ urn, old, new: now }: Change) =>
  (now ?? old)?.custom !== false && !urn.type.startsWith("pulumi:providers:") && urn.type !== "pulumi:pulumi:Stack";

/** What a preview changes, without components, which are only names for others, in a stable order. */
export function changesOf({ steps }: Preview): Change[] {
  const byUrn = new Map<string, Step[]>();
  for (const step of steps) byUrn.set(step.urn.text, [...(byUrn.get(step.urn.text) ?? []), step]);
  return [...byUrn.values()]
    .map(changeOf)
    .filter((change) => change !== undefined)
    .filter(isShown)
    .sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind) || compare(one.urn.text, other.urn.text));
}

export const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
