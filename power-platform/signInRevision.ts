import crypto from "node:crypto";

/** Changes when connections must be written again: what a connection knows of signing in is frozen into it. */
export function signInRevisionOf(sets: unknown, parameters: unknown): string {
  return crypto
    .createHash("sha256")
    .update(JSON.stringify([sets, parameters]))
    .digest("hex")
    .slice(0, 16);
}
