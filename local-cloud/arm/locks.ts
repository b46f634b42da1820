import type { Store } from "../store";
import { isWithin } from "./authorization";
import { armErrors } from "./errors";
import { simpleResources } from "./simpleModel";

export const lockType = "Microsoft.Authorization/locks";

/**
 * Refuses what a management lock stands against: `CanNotDelete` deletions, `ReadOnly` all changes, at the lock's scope
 * and below it; and the deletion of anything that holds something locked. Locks themselves can always be changed. The
 * data plane of a resource knows nothing of its locks.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
 * @throws ArmError 409
 */
export function refuseLocked(store: Store, operation: "write" | "delete", id: string): void {
  if (id.toLowerCase().includes(`/providers/${lockType.toLowerCase()}/`)) return;
  const scopes = simpleResources(store)
    .values()
    .filter(({ type, properties }) => type === lockType && (operation === "delete" || properties.level === "ReadOnly"))
    .filter(({ scope }) => isWithin(id, scope) || (operation === "delete" && isWithin(scope, id)))
    .map(({ scope }) => scope);
  if (scopes.length > 0) throw armErrors.locked(id, operation, [...new Set(scopes)]);
}
