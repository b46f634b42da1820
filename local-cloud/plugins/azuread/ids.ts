/** Object id in `/applications/{objectId}`. @throws when the id is of another kind */
export function applicationObjectId(id: string): string {
  const [, objectId] = /^\/applications\/([^/]+)$/.exec(id) ?? [];
  if (objectId !== undefined) return objectId;
  throw new Error(`'${id}' is not the id of an application; it should look like '/applications/OBJECT-ID'`);
}

/** Parts of `{objectId}/{kind}/{keyId}`. @throws when the id is of another kind */
export function credentialParts(id: string, kind: string): { objectId: string; keyId: string } {
  const [objectId, given, keyId, ...rest] = id.split("/");
  if (objectId && given === kind && keyId && rest.length === 0) return { objectId, keyId };
  throw new Error(`'${id}' is not of the form 'OBJECT-ID/${kind}/KEY-ID'`);
}
