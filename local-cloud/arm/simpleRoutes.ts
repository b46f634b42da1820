import crypto from "node:crypto";
import { z } from "zod";
import { seed } from "../seed";
import type { Store } from "../store";
import { armErrors } from "./errors";
import { groupOf, resourceGroups } from "./resourceGroups";
import {
  type ArmAnswer,
  type ArmRequest,
  type ArmRoute,
  bodyOf,
  ok,
  param,
  path,
  requireAction,
  underScope,
} from "./route";
import { neighbourKinds } from "./neighbourKinds";
import { operationKinds, type SimpleKind } from "./simpleKinds";
import {
  dropIdentity,
  identityOf,
  dropSimpleResources,
  type SimpleResource,
  simpleResources,
  simpleView,
} from "./simpleModel";
import { normalLocation } from "./subscriptions";
import { vaults } from "./vaultModel";

const envelopeSchema = z.object({
  location: z.string().min(1).nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
  kind: z.string().nullish(),
  sku: z.looseObject({ name: z.string() }).nullish(),
  identity: z.looseObject({ type: z.string() }).nullish(),
  properties: z.unknown(),
});

/** Whether an id is that of something that can be extended, watched or referred to. */
function exists(store: Store, id: string): boolean {
  const wanted = id.toLowerCase().replace(/\/+$/, "");
  if (wanted === `/subscriptions/${seed.subscriptionId}`) return true;
  const all = [...resourceGroups(store).values(), ...vaults(store).values(), ...simpleResources(store).values()];
  return all.some((one) => one.id.toLowerCase() === wanted);
}

/** @throws ArmError 404 unless the id is that of something */
function requireResource(store: Store, id: string): void {
  if (exists(store, id)) return;
  const [, group = "", type = "", name = ""] =
    /\/resourceGroups\/([^/]+)(?:\/providers\/([^/]+\/[^/]+)\/(.+))?$/i.exec(id) ?? [];
  if (type === "" && group !== "") throw armErrors.groupNotFound(group);
  throw armErrors.resourceNotFound(type, name, group);
}

/** @throws ArmError 400 for a version that the kind never had */
function requireVersion({ type, versions }: SimpleKind, { query }: ArmRequest): void {
  const version = query["api-version"] ?? "";
  if (!versions.includes(version.toLowerCase())) throw armErrors.unsupportedVersion(type, version, versions);
}

/** The region as the kind keeps it. @throws ArmError 400 where there is none of the kind */
function locationOf({ type, locations }: SimpleKind, said: string | null | undefined): string {
  if (!said) throw armErrors.badRequest("The location property is required for this definition.", "LocationRequired");
  const location = said.toLowerCase().replace(/\s+/g, "");
  if (!locations) return normalLocation(said);
  if (!locations.includes(location)) throw armErrors.unavailableLocation(type, said, locations);
  return location;
}

function routesOf(kind: SimpleKind): ArmRoute[] {
  const { type, place, partOf, hasEtag = false } = kind;
  const inGroup = place === "group";
  const group = "/subscriptions/{subscription}/resourceGroups/{group}";
  const base = inGroup
    ? `${group}/providers/${type}`
    : partOf
      ? `${group}/providers/${partOf.type}/{whole}/${partOf.path}`
      : `/providers/${type}`;
  const pattern = place === "scope" ? underScope : path;
  const view = (resource: SimpleResource) => simpleView(resource, hasEtag);
  const at = (scope: string) => (one: SimpleResource) =>
    one.type === type && one.scope.toLowerCase() === scope.toLowerCase();

  /** What every request begins with: the version, the scope, the right to act. */
  const enter = (request: ArmRequest, verb: "read" | "write" | "delete") => {
    requireVersion(kind, request);
    const scope = partOf
      ? `${groupOf(request).id}/providers/${partOf.type}/${param(request, "whole")}`
      : inGroup
        ? groupOf(request).id
        : param(request, "scope");
    requireResource(request.cloud.store, scope);
    const name = param(request, "name");
    const id = partOf ? `${scope}/${partOf.path}/${name}` : `${scope}/providers/${type}/${name}`;
    requireAction(request, `${type}/${verb}`, name === "" ? scope : id);
    return { scope, name, id, all: simpleResources(request.cloud.store) };
  };

  function put(request: ArmRequest): ArmAnswer {
    const { scope, name, id, all } = enter(request, "write");
    const { cloud, caller } = request;
    if (!kind.name.test(name)) throw armErrors.badRequest(`'${name}' is no name for ${type}.`, "InvalidResourceName");
    const { location: said, tags, kind: subkind, sku, identity, properties: given } = bodyOf(request, envelopeSchema);
    const properties = bodyOf({ ...request, body: given ?? {} }, kind.properties);
    const old = all.get(id.toLowerCase());
    const location = inGroup ? locationOf(kind, said) : undefined;
    if (old && location !== old.envelope.location) {
      throw armErrors.conflict(
        "InvalidResourceLocation",
        `The resource '${name}' already exists in location '${String(old.envelope.location)}' in resource group '${param(request, "group")}'. A resource with the same name cannot be created in location '${String(location)}'. Please select a new resource name.`,
      );
    }
    for (const reference of kind.references?.(properties) ?? []) requireResource(cloud.store, reference);
    const now = cloud.clock.now().toISOString();
    const version = request.query["api-version"] ?? "";
    const siblings = all
      .values()
      .filter(at(scope))
      .filter((one) => one.id !== old?.id);
    const resource: SimpleResource = {
      id: old?.id ?? id,
      name: old?.name ?? name,
      type,
      scope,
      envelope: {
        ...(location === undefined ? {} : { location }),
        ...(tags ? { tags } : {}),
        ...(subkind ? { kind: subkind } : {}),
        ...(sku ? { sku } : {}),
        ...(identity ? { identity: identityOf(cloud, identity, { id, name, old }) } : {}),
      },
      properties: kind.kept?.({ name, properties, scope, siblings, old, now, version }) ?? properties,
      etag: crypto.randomUUID(),
      createdBy: old?.createdBy ?? caller.appid,
      createdAt: old?.createdAt ?? now,
      modifiedBy: caller.appid,
      modifiedAt: now,
    };
    all.put(resource.id.toLowerCase(), resource);
    return { status: old ? 200 : (kind.createdStatus ?? 201), body: view(resource) };
  }

  const deletion: ArmRoute = {
    method: "DELETE",
    pattern: pattern(`${base}/{name}`),
    handle: (request) => {
      const { id, all } = enter(request, "delete");
      const found = all.get(id.toLowerCase());
      if (!found) return { status: 204 };
      dropIdentity(request.cloud.store, found);
      all.delete(id.toLowerCase());
      // What is a part of it, or extends it.
      dropSimpleResources(request.cloud.store, found.id);
      return { status: 200 };
    },
  };

  return [
    ...(kind.isDeletable === false ? [] : [deletion]),
    { method: "PUT", pattern: pattern(`${base}/{name}`), handle: put },
    {
      method: "GET",
      pattern: pattern(`${base}/{name}`),
      handle: (request) => {
        const { id, name, all } = enter(request, "read");
        const found = all.get(id.toLowerCase());
        if (!found) throw armErrors.resourceNotFound(type, name, /resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? "");
        return ok(view(found));
      },
    },
    {
      method: "GET",
      pattern: pattern(base),
      handle: (request) => {
        const { scope, all } = enter(request, "read");
        return ok({ value: all.values().filter(at(scope)).map(view) });
      },
    },
  ];
}

export const simpleRoutes: ArmRoute[] = [...operationKinds, ...neighbourKinds].flatMap(routesOf);
