import type { Change } from "./changes";
import { pinnedSecrets } from "./connector";
import { code } from "./markdown";
import { isNoun, ownName } from "./nouns";
import type { Preview, ResourceState } from "./preview";
import { at, isUnknown, textOf } from "./values";
import { caution, danger, note, type Warning } from "./warnings";

const attribute = (state: ResourceState | undefined, name: string) =>
  at(state?.inputs, "properties", "attributes", name);
const valueOf = (state: ResourceState | undefined) => at(state?.inputs, "properties", "value") ?? state?.inputs.value;

/** Whether a secret gets another value, which is another version. */
function getsNewVersion({ kind, old, new: now, detailedDiff }: Change): boolean {
  if (kind === "replace") return true;
  if (kind !== "update" || !old) return false;
  const differs = Object.keys(detailedDiff).some((path) => /^(properties\.)?value\b/.test(path));
  return differs || (isUnknown(valueOf(now)) && !isUnknown(valueOf(old)));
}

function attributeWarnings({ urn, old, new: now }: Change): Warning[] {
  if (!old || !now) return [];
  const name = code(ownName(urn, now));
  const before = attribute(old, "expires");
  const after = attribute(now, "expires");
  return [
    ...(attribute(old, "enabled") !== false && attribute(now, "enabled") === false
      ? [danger(`**The secret ${name} is disabled**: the vault refuses it to everybody.`)]
      : []),
    ...(before !== undefined && after === undefined ? [caution(`**The secret ${name} no longer expires.**`)] : []),
  ];
}

/** Version of a secret as far as the preview knows it: 32 hexadecimal digits, or "". */
function newestVersion(state: ResourceState | undefined): string {
  const uri = textOf(at(state?.outputs, "properties", "secretUriWithVersion")) || textOf(state?.outputs.versionId);
  return /\/([0-9a-f]{32})$/i.exec(uri)?.[1] ?? "";
}

/** Operations that go on answering with a version that is no longer the newest. */
function pinWarnings({ steps }: Preview, changes: readonly Change[]): Warning[] {
  const renewed = new Set(
    changes
      .filter((change) => isNoun(change.urn, "secret") && getsNewVersion(change))
      .map(({ urn, old, new: now }) => ownName(urn, now ?? old)),
  );
  const newest = new Map(
    steps
      .filter(({ urn }) => isNoun(urn, "secret"))
      .map((step) => [ownName(step.urn, step.new ?? step.old), newestVersion(step.new) || newestVersion(step.old)]),
  );
  return steps
    .filter(({ urn, op }) => isNoun(urn, "connector") && op !== "delete" && op !== "delete-replaced")
    .flatMap((step) => pinnedSecrets(step.new ?? step.old).map((pin) => ({ ...pin, connector: step.urn })))
    .flatMap(({ operationId, secret, version }): Warning[] => {
      const current = newest.get(secret) ?? "";
      const isOld = renewed.has(secret) || (current !== "" && current.toLowerCase() !== version.toLowerCase());
      if (!isOld) return [];
      const why = renewed.has(secret) ? "this update writes a newer one" : `the newest is ${code(current)}`;
      return [
        danger(
          `**The operation ${code(operationId)} is pinned to an old version of the secret ${code(secret)}**: ${code(version)}, while ${why}. Makers go on getting the old value.`,
        ),
      ];
    });
}

/** Secrets whose makers notice something. */
export function secretWarnings(preview: Preview, changes: readonly Change[]): Warning[] {
  const secrets = changes.filter(({ urn }) => isNoun(urn, "secret"));
  const renewed = secrets.filter((change) => change.kind === "update" && getsNewVersion(change));
  return [
    ...secrets.flatMap(attributeWarnings),
    ...renewed.map(({ urn, old, new: now }) =>
      note(`The secret ${code(ownName(urn, now ?? old))} gets a new version.`),
    ),
    ...pinWarnings(preview, changes),
  ];
}
