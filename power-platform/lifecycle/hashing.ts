import crypto from "node:crypto";

const saltBytes = 16;

function digest(salt: string, values: Record<string, string>): string {
  // Sorted, so that the order of keys makes no difference.
  const text = JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
  return crypto.createHmac("sha256", Buffer.from(salt, "base64")).update(text).digest("base64");
}

/** What stands in the state for secret values: `salt.hash`, with a salt of its own. */
export function hashOf(values: Record<string, string>): string {
  const salt = crypto.randomBytes(saltBytes).toString("base64");
  return `${salt}.${digest(salt, values)}`;
}

/** Whether values are those that a hash was made of. */
export function matchesHash(values: Record<string, string>, hash: string): boolean {
  const [salt = "", expected = ""] = hash.split(".");
  const actual = digest(salt, values);
  return actual.length === expected.length && crypto.timingSafeEqual(Buffer.from(actual), Buffer.from(expected));
}
