import { z } from "zod";
import { seed } from "../seed";
import type { Collection, Store } from "../store";
import { roleAssignments, isWithin } from "./authorization";
import { armErrors } from "./errors";
import { type ArmRequest, type ArmRoute, bodyOf, ok, param, path, requireAction } from "./route";
import { dropSimpleResources } from "./simpleModel";
import { normalLocation } from "./subscriptions";
import { softDeleteVault, vaults } from "./vaultModel";

export interface ResourceGroup {
  id: string;
  name: string;
  type: "Microsoft.Resources/resourceGroups";
  location: string;
  tags: Record<string, string>;
  managedBy?: string;
  properties: { provisioningState: "Succeeded" };
}

const bodySchema = z.object({
  location: z.string().min(1),
  tags: z.record(z.string(), z.string()).nullish(),
  managedBy: z.string().nullish(),
});
const patchSchema = z.object({ tags: z.record(z.string(), z.string()).nullish() });
const validName = /^[-\w.()]{1,89}[-\w()]$|^[-\w()]$/;

export const resourceGroups = (store: Store): Collection<ResourceGroup> => store.collection("resourceGroups");

/** The group that a path names. @throws ArmError 404 */
export function groupOf(request: ArmRequest): ResourceGroup {
  const name = param(request, "group");
  const group = resourceGroups(request.cloud.store).get(name.toLowerCase());
  if (!group) throw armErrors.groupNotFound(name);
  return group;
}

/** Deletes a resource's role assignments with it. */
export function dropAssignments(store: Store, scope: string): void {
  const assignments = roleAssignments(store);
  for (const { name, scope: own } of assignments.values()) if (isWithin(own, scope)) assignments.delete(name);
}

const one = path("/subscriptions/{subscription}/resourceGroups/{group}");
const idOf = (name: string) => `/subscriptions/${seed.subscriptionId}/resourceGroups/${name}`;
const action = "Microsoft.Resources/subscriptions/resourceGroups";

export const resourceGroupRoutes: ArmRoute[] = [
  {
    method: "GET",
    pattern: path("/subscriptions/{subscription}/resourceGroups"),
    handle: (request) => {
      requireAction(request, `${action}/read`, `/subscriptions/${seed.subscriptionId}`);
      return ok({ value: resourceGroups(request.cloud.store).values() });
    },
  },
  {
    method: "GET",
    pattern: one,
    handle: (request) => {
      requireAction(request, `${action}/read`, idOf(param(request, "group")));
      return ok(groupOf(request));
    },
  },
  {
    method: "HEAD",
    pattern: one,
    handle: (request) => {
      requireAction(request, `${action}/read`, idOf(param(request, "group")));
      const exists = resourceGroups(request.cloud.store).get(param(request, "group").toLowerCase());
      return { status: exists ? 204 : 404 };
    },
  },
  {
    method: "PUT",
    pattern: one,
    handle: (request) => {
      const name = param(request, "group");
      requireAction(request, `${action}/write`, idOf(name));
      if (!validName.test(name)) {
        throw armErrors.badRequest(
          `The provided resource group name '${name}' has these invalid characters.`,
          "InvalidResourceGroupName",
        );
      }
      const body = bodyOf(request, bodySchema);
      const location = normalLocation(body.location);
      const existing = resourceGroups(request.cloud.store).get(name.toLowerCase());
      if (existing && existing.location !== location) {
        throw armErrors.conflict(
          "InvalidResourceGroupLocation",
          `Invalid resource group location '${location}'. The Resource group already exists in location '${existing.location}'.`,
        );
      }
      const group: ResourceGroup = {
        id: existing?.id ?? idOf(name),
        name: existing?.name ?? name,
        type: "Microsoft.Resources/resourceGroups",
        location,
        tags: body.tags ?? {},
        ...(body.managedBy ? { managedBy: body.managedBy } : {}),
        properties: { provisioningState: "Succeeded" },
      };
      resourceGroups(request.cloud.store).put(name.toLowerCase(), group);
      return { status: existing ? 200 : 201, body: group };
    },
  },
  {
    method: "PATCH",
    pattern: one,
    handle: (request) => {
      const group = groupOf(request);
      requireAction(request, `${action}/write`, group.id);
      const changed = { ...group, tags: bodyOf(request, patchSchema).tags ?? group.tags };
      resourceGroups(request.cloud.store).put(group.name.toLowerCase(), changed);
      return ok(changed);
    },
  },
  {
    method: "DELETE",
    pattern: one,
    handle: (request) => {
      const group = groupOf(request);
      requireAction(request, `${action}/delete`, group.id);
      const { cloud } = request;
      for (const vault of vaults(cloud.store).values()) {
        if (isWithin(vault.id, group.id)) softDeleteVault(cloud, vault);
      }
      resourceGroups(cloud.store).delete(group.name.toLowerCase());
      dropAssignments(cloud.store, group.id);
      dropSimpleResources(cloud.store, group.id);
      return { status: 200 };
    },
  },
];
