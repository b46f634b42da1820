import type { Collection, Store } from "../store";
import { isWithin } from "./authorization";

/** A resource that is kept as it was sent, with a few properties of its service's own (simpleKinds.ts). */
export interface SimpleResource {
  id: string;
  name: string;
  type: string;
  /** Id of what it belongs to: its group, or the resource that it extends. */
  scope: string;
  /** Members beside `properties`: location, tags, kind, identity. */
  envelope: Record<string, unknown>;
  properties: Record<string, unknown>;
  etag: string;
  createdBy: string;
  createdAt: string;
  modifiedBy: string;
  modifiedAt: string;
}

/** By id in lower case. */
export const simpleResources = (store: Store): Collection<SimpleResource> => store.collection("simpleResources");

/** Deletes what belongs to a scope that is being deleted. */
export function dropSimpleResources(store: Store, scope: string): void {
  const all = simpleResources(store);
  for (const { id } of all.values()) if (isWithin(id, scope)) all.delete(id.toLowerCase());
}

/** A resource as ARM answers it. */
export function simpleView(resource: SimpleResource, hasEtag: boolean): Record<string, unknown> {
  const { id, name, type, envelope, properties, etag, createdBy, createdAt, modifiedBy, modifiedAt } = resource;
  return {
    id,
    name,
    type,
    ...envelope,
    ...(hasEtag ? { etag: `"${etag}"` } : {}),
    systemData: {
      createdBy,
      createdByType: "Application",
      createdAt,
      lastModifiedBy: modifiedBy,
      lastModifiedByType: "Application",
      lastModifiedAt: modifiedAt,
    },
    properties,
  };
}
