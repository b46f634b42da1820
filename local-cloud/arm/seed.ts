import { seed } from "../seed";
import type { Store } from "../store";
import { roleAssignments } from "./authorization";

const owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/** The deployer owns the subscription from the start. */
export function plantAssignments(store: Store): void {
  const name = "10ca1c10-0000-4000-8000-0000000000e0";
  if (roleAssignments(store).get(name)) return;
  roleAssignments(store).put(name, {
    name,
    scope: `/subscriptions/${seed.subscriptionId}`,
    roleId: owner,
    principalId: seed.deployer.objectId,
    principalType: "ServicePrincipal",
    description: null,
    condition: null,
    conditionVersion: null,
    createdAt: 0,
    createdBy: seed.deployer.objectId,
    seeded: true,
  });
}
