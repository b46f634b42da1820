import type { Cloud } from "../service";
import { seed } from "../seed";
import { allowedActions, isWithin } from "./authorization";
import { groupOf } from "./resourceGroups";
import { type ArmRequest, type ArmRoute, ok, param, path, requireAction, underScope } from "./route";
import { simpleResources } from "./simpleModel";
import { vaults } from "./vaultModel";

interface Listed {
  id: string;
  name: string;
  type: string;
  location?: string;
  tags?: Record<string, string>;
}

/** Everything that has a place in a group, as the lists of resources show it. */
function allResources(cloud: Cloud): Listed[] {
  const ofVaults = vaults(cloud.store)
    .values()
    .map(({ id, name, location, tags }) => ({ id, name, type: "Microsoft.KeyVault/vaults", location, tags }));
  const others = simpleResources(cloud.store)
    .values()
    .filter(({ envelope }) => "location" in envelope)
    .map(({ id, name, type, envelope }) => ({ id, name, type, ...envelope }));
  return [...ofVaults, ...others];
}

const equality = /^\(?\s*(resourceType|name|resourceGroup|location|tagName|tagValue)\s+eq\s+'([^']*)'\s*\)?$/i;

/** The part of `$filter` that lists of resources take: equalities, joined by `and`. Others are left out, as unknown. */
function filtered(all: Listed[], filter: string | undefined): Listed[] {
  const wanted = (filter ?? "").split(/\s+and\s+/i).flatMap((part) => {
    const [, property = "", value = ""] = equality.exec(part.trim()) ?? [];
    return property === "" ? [] : [[property.toLowerCase(), value.toLowerCase()] as const];
  });
  const tests: Record<string, (one: Listed, value: string) => boolean> = {
    resourcetype: ({ type }, value) => type.toLowerCase() === value,
    name: ({ name }, value) => name.toLowerCase() === value,
    resourcegroup: ({ id }, value) => id.toLowerCase().includes(`/resourcegroups/${value}/`),
    location: ({ location }, value) => location?.toLowerCase() === value,
    tagname: ({ tags }, value) => Object.keys(tags ?? {}).some((name) => name.toLowerCase() === value),
    tagvalue: ({ tags }, value) => Object.values(tags ?? {}).some((tag) => tag.toLowerCase() === value),
  };
  return all.filter((one) => wanted.every(([property, value]) => tests[property]?.(one, value) ?? true));
}

function list(request: ArmRequest, scope: string) {
  requireAction(request, "Microsoft.Resources/subscriptions/resources/read", scope);
  const inside = allResources(request.cloud).filter(({ id }) => isWithin(id, scope));
  const found = filtered(inside, request.query.$filter);
  const top = Number(request.query.$top ?? found.length);
  return ok({ value: Number.isInteger(top) && top > 0 ? found.slice(0, top) : found });
}

/** Lists that clients ask for on their way: resources of all kinds, what one may do, what there is none of. */
export const listingRoutes: ArmRoute[] = [
  {
    method: "GET",
    pattern: path("/subscriptions/{subscription}/resources"),
    handle: (request) => list(request, `/subscriptions/${seed.subscriptionId}`),
  },
  {
    method: "GET",
    pattern: path("/subscriptions/{subscription}/resourceGroups/{group}/resources"),
    handle: (request) => list(request, groupOf(request).id),
  },
  {
    method: "GET",
    pattern: underScope("/providers/Microsoft.Authorization/permissions"),
    handle: (request) =>
      ok({ value: allowedActions(request.cloud, request.caller.oid, param(request, "scope") || "/") }),
  },
  {
    method: "GET",
    pattern: underScope("/providers/Microsoft.Authorization/denyAssignments"),
    handle: () => ok({ value: [] }),
  },
  {
    // `az keyvault list-deleted` asks for both kinds of vaults.
    method: "GET",
    pattern: path("/subscriptions/{subscription}/providers/Microsoft.KeyVault/deletedManagedHSMs"),
    handle: () => ok({ value: [] }),
  },
  {
    method: "GET",
    pattern: path("/subscriptions/{subscription}/providers/Microsoft.KeyVault/managedHSMs"),
    handle: () => ok({ value: [] }),
  },
];
