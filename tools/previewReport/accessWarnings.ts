import type { Change } from "./changes";
import { code } from "./markdown";
import { isNoun } from "./nouns";
import type { Preview, ResourceState, Urn } from "./preview";
import { readsSecrets, roleOf } from "./roles";
import { isFields, isUnknown, itemsOf, textOf } from "./values";
import { caution, danger, note, type Warning } from "./warnings";

/** One role of one principal on one scope. */
interface Grant {
  urn: Urn;
  /** Name or id of the role's definition; "" while it is not known. */
  role: string;
  scope: string;
  principal: string;
}

function grantOf(urn: Urn, state: ResourceState | undefined): Grant | undefined {
  if (!state || !isNoun(urn, "role assignment")) return undefined;
  const known = (...names: string[]) => {
    const values = names.map((name) => textOf(state.inputs[name]) || textOf(state.outputs[name]));
    const first = values.find((value) => value !== "") ?? "";
    return isUnknown(first) ? "" : first;
  };
  return {
    urn,
    role: known("roleDefinitionId", "roleDefinitionName"),
    scope: known("scope"),
    principal: known("principalId"),
  };
}

/** "the vault kv-dev" of an ARM id. */
function scopeWords(scope: string): string {
  if (scope === "") return "a scope that is known only after the update";
  const parts = scope.split("/").filter((part) => part !== "");
  const name = code(parts.at(-1) ?? scope, 80);
  const type = parts.at(-2)?.toLowerCase();
  const words: Record<string, string> = {
    secrets: "the secret",
    vaults: "the whole vault",
    resourcegroups: "the whole resource group",
    subscriptions: "the whole subscription",
    managementgroups: "the whole management group",
  };
  return `${words[type ?? ""] ?? ""} ${name}`.trim();
}

const lower = (text: string) => text.toLowerCase().replace(/\/+$/, "");
/** Whether a scope is another, or holds it. */
const covers = (outer: string, inner: string) =>
  lower(inner) === lower(outer) || lower(inner).startsWith(`${lower(outer)}/`);
const isWider = (outer: string, inner: string) =>
  outer !== "" && inner !== "" && covers(outer, inner) && !covers(inner, outer);

const grantWords = ({ role, scope }: Grant) =>
  `${role === "" ? "a role that is known only after the update" : code(roleOf(role).name, 80)} on ${scopeWords(scope)}`;

/** Why a new grant is more than an old one of the same principal, or undefined when it is not. */
function widening(now: Grant, before: Grant): string | undefined {
  const wider = isWider(now.scope, before.scope);
  const stronger = now.role !== "" && before.role !== "" && roleOf(now.role).reach > roleOf(before.role).reach;
  const scopesMeet = now.scope === "" || before.scope === "" || covers(now.scope, before.scope);
  const enough = wider
    ? !(now.role !== "" && before.role !== "" && roleOf(now.role).reach < roleOf(before.role).reach)
    : stronger && scopesMeet;
  return enough ? `${grantWords(before)} becomes ${grantWords(now)}` : undefined;
}

function roleWarnings({ steps }: Preview, changes: readonly Change[]): Warning[] {
  const before = steps.map((step) => grantOf(step.urn, step.old)).filter((grant) => grant !== undefined);
  const added = changes.map((change) => grantOf(change.urn, change.new)).filter((grant) => grant !== undefined);
  const isFirst = !steps.some(({ op, old }) => old !== undefined || op !== "create");
  const samePrincipal = (one: Grant, other: Grant) =>
    one.urn.text === other.urn.text || (one.principal !== "" && one.principal === other.principal);
  return added.flatMap((now): Warning[] => {
    const name = code(now.urn.name, 80);
    const own = before.filter((grant) => samePrincipal(now, grant));
    const unchanged = own.some(({ role, scope }) => now.scope !== "" && role !== "" && covers(scope, now.scope) && roleOf(role).reach >= roleOf(now.role).reach); // prettier-ignore
    const isSame = own.some(({ urn, role, scope }) => urn.text === now.urn.text && (now.role === "" || role === now.role) && (now.scope === "" || lower(scope) === lower(now.scope))); // prettier-ignore
    if (isSame || (unchanged && now.role !== "")) return [];
    const widened = own.map((grant) => widening(now, grant)).find((words) => words !== undefined);
    if (widened !== undefined) return [danger(`**A role is widened** (${name}): ${widened}. Is that meant?`)];
    if (isFirst) {
      const isDeployer = /deployer/i.test(now.urn.name);
      return now.role !== "" && roleOf(now.role).reach > readsSecrets && !isDeployer
        ? [caution(`**A role of more than reading** (${name}): ${grantWords(now)}.`)]
        : [];
    }
    if (now.role === "" && now.scope === "") {
      return [note(`A role is given (${name}): to whom and on what depends on what this update makes.`)];
    }
    return [
      caution(
        `**Access is added** (${name}): ${grantWords(now)}${now.principal === "" ? "" : ` for ${code(now.principal, 60)}`}.`,
      ),
    ];
  });
}

const shareRanks = ["CanView", "CanViewWithShare", "CanEdit"];

interface Share {
  principal: string;
  role: string;
}

function sharesOf(state: ResourceState | undefined): Share[] {
  return itemsOf(state?.inputs.shareWith)
    .filter(isFields)
    .map(({ principalId, role }) => ({ principal: textOf(principalId), role: textOf(role) || "CanView" }));
}

/** Connectors and connections that more people may see, or change. */
function shareWarnings(changes: readonly Change[]): Warning[] {
  return changes.flatMap(({ kind, urn, old, new: now }) => {
    if (kind === "create") return [];
    const before = sharesOf(old);
    return sharesOf(now).flatMap(({ principal, role }): Warning[] => {
      const earlier = before.find((share) => share.principal === principal);
      if (earlier && shareRanks.indexOf(role) <= shareRanks.indexOf(earlier.role)) return [];
      const words = earlier ? `${code(earlier.role)} becomes ${code(role)}` : code(role);
      return [caution(`**${code(urn.name, 80)} is shared with more rights**: ${words} for ${code(principal, 60)}.`)];
    });
  });
}

/** Who may do more than before. */
export function accessWarnings(preview: Preview, changes: readonly Change[]): Warning[] {
  return [...roleWarnings(preview, changes), ...shareWarnings(changes)];
}
