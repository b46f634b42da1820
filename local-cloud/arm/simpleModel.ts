import crypto from "node:crypto";
import { Directory } from "../graph/directory";
import { seed } from "../seed";
import type { Cloud } from "../service";
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
  for (const one of all.values()) {
    if (!isWithin(one.id, scope)) continue;
    dropIdentity(store, one);
    all.delete(one.id.toLowerCase());
  }
}

type Identity = Record<string, unknown> & { type: string };

/** A resource's identity with what Azure adds: for the system-assigned one a service principal, as long as the resource lives. */
export function identityOf(
  { store, clock }: Cloud,
  identity: Identity,
  { id, name, old }: { id: string; name: string; old: SimpleResource | undefined },
): Identity {
  if (!/SystemAssigned/i.test(identity.type)) return identity;
  const before = old?.envelope.identity as { principalId?: string } | undefined;
  if (before?.principalId !== undefined)
    return { ...identity, principalId: before.principalId, tenantId: seed.tenantId };
  const now = clock.now();
  const principalId = crypto.randomUUID();
  new Directory(store).servicePrincipals.put(principalId, {
    id: principalId,
    appId: crypto.randomUUID(),
    createdDateTime: now.toISOString(),
    createdAt: now.getTime(),
    properties: { displayName: name, servicePrincipalType: "ManagedIdentity", alternativeNames: [id] },
    ownerIds: [],
    passwords: [],
  });
  return { ...identity, principalId, tenantId: seed.tenantId };
}

/** With a resource goes its identity. */
export function dropIdentity(store: Store, { envelope }: SimpleResource): void {
  const identity = envelope.identity as { principalId?: string } | undefined;
  if (identity?.principalId !== undefined) new Directory(store).servicePrincipals.delete(identity.principalId);
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
