import crypto from "node:crypto";
import type { Sealed } from "../sealing";
import type { Cloud } from "../service";
import type { Collection } from "../store";
import { storageHost } from "./hosts";

const lifetimeMilliseconds = 60 * 60 * 1000;

/** HMAC-SHA256 with a key of this local cloud, base64. */
function signature(cloud: Cloud, text: string): string {
  const keys: Collection<Sealed> = cloud.store.collection("connectorStorageKeys");
  let sealed = keys.get("key");
  if (sealed === undefined) {
    sealed = cloud.sealer.seal(crypto.randomBytes(32).toString("base64"));
    keys.put("key", sealed);
  }
  return crypto.createHmac("sha256", cloud.sealer.open(sealed)).update(text).digest("base64");
}

/** A URL with a signature for one hour, without which the storage answers 403. */
export function signedUrl(cloud: Cloud, path: string, scope: "container" | "blob"): string {
  const expiry = new Date(cloud.clock.now().getTime() + lifetimeMilliseconds).toISOString();
  const query = new URLSearchParams({
    sv: "2018-03-28",
    sr: scope === "container" ? "c" : "b",
    se: expiry,
    sp: scope === "container" ? "rw" : "r",
    sig: signature(cloud, `${path}\n${expiry}`),
  });
  return `https://${storageHost}${path}?${query.toString()}`;
}

/** Whether a request's query is one of ours, for this path, and not expired. */
export function isSigned(cloud: Cloud, path: string, query: Record<string, string | undefined>): boolean {
  const { se = "", sig = "", sr } = query;
  const signedPath = sr === "c" ? `/${path.split("/")[1] ?? ""}` : path;
  const expected = Buffer.from(signature(cloud, `${signedPath}\n${se}`));
  const given = Buffer.from(sig);
  if (given.length !== expected.length || !crypto.timingSafeEqual(given, expected)) return false;
  return cloud.clock.now() < new Date(se);
}
