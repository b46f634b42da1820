import crypto from "node:crypto";
import { z } from "zod";
import type { Cloud } from "../service";
import { type PasswordCredential, sha256 } from "./directory";
import { graphErrors } from "./errors";
import { graphTime, passwordView } from "./views";

const addSchema = z.object({
  passwordCredential: z
    .object({
      displayName: z.string().nullish(),
      startDateTime: z.iso.datetime({ offset: true }).nullish(),
      endDateTime: z.iso.datetime({ offset: true }).nullish(),
    })
    .nullish(),
});
const removeSchema = z.object({ keyId: z.guid() });
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

/** Forty characters with Entra's mark in the fourth to sixth place. */
function newSecret(): string {
  const random = [...crypto.randomBytes(37)].map((byte) => alphabet[byte % alphabet.length] ?? "A").join("");
  return `${random.slice(0, 3)}8Q~${random.slice(3)}`;
}

/** A new client secret, and the one answer that shows its text. Two years unless said otherwise. */
export function addPassword(cloud: Cloud, body: unknown): { password: PasswordCredential; answer: object } {
  const parsed = addSchema.safeParse(body ?? {});
  if (!parsed.success) throw graphErrors.badRequest("Invalid value specified for property 'passwordCredential'.");
  const wanted = parsed.data.passwordCredential ?? {};
  const now = cloud.clock.now();
  const start = wanted.startDateTime ? new Date(wanted.startDateTime) : now;
  const end = wanted.endDateTime ? new Date(wanted.endDateTime) : new Date(start);
  if (!wanted.endDateTime) end.setUTCFullYear(end.getUTCFullYear() + 2);
  if (end <= start) throw graphErrors.badRequest("Credential lifetime is invalid: it ends before it starts.");
  const secretText = newSecret();
  const password: PasswordCredential = {
    keyId: crypto.randomUUID(),
    displayName: wanted.displayName ?? null,
    hint: secretText.slice(0, 3),
    sha256: sha256(secretText),
    startDateTime: graphTime(start),
    endDateTime: graphTime(end),
    createdAt: now.getTime(),
  };
  return { password, answer: { ...passwordView(password), secretText } };
}

/** The passwords without the one that the body names. */
export function removePassword(passwords: PasswordCredential[], body: unknown): PasswordCredential[] {
  const parsed = removeSchema.safeParse(body);
  if (!parsed.success) throw graphErrors.badRequest("Invalid value specified for property 'keyId'.");
  const { keyId } = parsed.data;
  if (!passwords.some((password) => password.keyId === keyId)) {
    throw graphErrors.badRequest(`No password credential found with keyId '${keyId}'.`);
  }
  return passwords.filter((password) => password.keyId !== keyId);
}
