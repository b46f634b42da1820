import type { Change } from "./changes";
import { code } from "./markdown";
import { isNoun, kindOf, ownName } from "./nouns";
import type { ResourceState } from "./preview";
import { at, isFields, itemsOf, textOf } from "./values";
import { caution, danger, type Warning } from "./warnings";

/** A property of a vault: where it stands in azure-native's inputs, and in those of the classic provider. */
function vaultProperty(state: ResourceState, name: string, classic: string): unknown {
  return at(state.inputs, "properties", name) ?? state.inputs[classic];
}

const acls = (state: ResourceState) => at(state.inputs, "properties", "networkAcls") ?? state.inputs.networkAcls;

function rangesOf(state: ResourceState): string[] {
  const rules = itemsOf(at(acls(state), "ipRules")).map((rule) => (isFields(rule) ? textOf(rule.value) : textOf(rule)));
  return rules.filter((range) => range !== "");
}

/** What keeps a vault and its secrets, and no longer does. */
function vaultWarnings({ urn, old, new: now }: Change): Warning[] {
  if (!old || !now) return [];
  const name = code(ownName(urn, old));
  const changed = (property: string, classic: string) => ({
    before: vaultProperty(old, property, classic),
    after: vaultProperty(now, property, classic),
  });
  const purge = changed("enablePurgeProtection", "purgeProtectionEnabled");
  const softDelete = changed("enableSoftDelete", "softDeleteEnabled");
  const rbac = changed("enableRbacAuthorization", "rbacAuthorizationEnabled");
  const days = changed("softDeleteRetentionInDays", "softDeleteRetentionDays");
  const network = changed("publicNetworkAccess", "publicNetworkAccessEnabled");
  const opened = String(network.after).toLowerCase() !== "disabled" && network.after !== false;
  const wasClosed = String(network.before).toLowerCase() === "disabled" || network.before === false;
  const action = (state: ResourceState) => textOf(at(acls(state), "defaultAction")).toLowerCase();
  const added = rangesOf(now).filter((range) => !rangesOf(old).includes(range));
  const firewallOpens = action(old) === "deny" && action(now) !== "deny";
  return [
    ...(purge.before === true && purge.after !== true
      ? [
          danger(
            `**The vault ${name} loses its purge protection.** Azure refuses to switch it off: the update will fail.`,
          ),
        ]
      : []),
    ...(softDelete.before !== false && softDelete.after === false
      ? [danger(`**The vault ${name} loses soft delete**: what is deleted is gone.`)]
      : []),
    ...(rbac.before === true && rbac.after !== true
      ? [
          danger(
            `**The vault ${name} no longer asks for roles**: access policies decide, and the roles count for nothing.`,
          ),
        ]
      : []),
    ...(typeof days.before === "number" && typeof days.after === "number" && days.after < days.before
      ? [
          caution(
            `**The vault ${name} keeps what is deleted for a shorter time**: ${days.before} days become ${days.after}.`,
          ),
        ]
      : []),
    ...(wasClosed && opened ? [danger(`**The vault ${name} can be reached from public networks** from now on.`)] : []),
    ...(firewallOpens
      ? [danger(`**The firewall of the vault ${name} lets everybody in**: its default becomes ${code("Allow")}.`)]
      : []),
    ...(!firewallOpens && action(now) === "deny" && action(old) === "deny" && added.length > 0
      ? [
          caution(
            `**The firewall of the vault ${name} lets more addresses in**: ${added.map((range) => code(range, 60)).join(", ")}.`,
          ),
        ]
      : []),
  ];
}

/** Protection by the engine itself. */
function engineProtection({ urn, old, new: now }: Change): Warning[] {
  if (!old || !now) return [];
  const name = `${kindOf(urn).noun} ${code(ownName(urn, old))}`;
  return [
    ...(old.protect && !now.protect ? [danger(`**The ${name} is no longer protected** against pulumi destroy.`)] : []),
    ...(old.retainOnDelete && !now.retainOnDelete
      ? [caution(`**The ${name} would be deleted with the stack** from now on; so far it was kept.`)]
      : []),
  ];
}

/** What protected something, and is deleted. */
function deletedGuards({ kind, urn }: Change): Warning[] {
  if (kind !== "delete") return [];
  if (isNoun(urn, "lock"))
    return [danger(`**The lock ${code(urn.name)} is removed**: what it guarded can be deleted.`)];
  if (isNoun(urn, "diagnostic setting"))
    return [
      danger(`**The diagnostic setting ${code(urn.name)} is removed**: nobody sees any more who read which secret.`),
    ];
  return [];
}

/** What is less protected than before. */
export function protectionWarnings(changes: readonly Change[]): Warning[] {
  return changes.flatMap((change) => [
    ...(isNoun(change.urn, "vault") ? vaultWarnings(change) : []),
    ...engineProtection(change),
    ...deletedGuards(change),
  ]);
}
