import type { TokenCredential } from "@azure/core-auth";
import { z } from "zod";

const claimsSchema = z.looseObject({
  oid: z.string(),
  appid: z.string().optional(),
  idtyp: z.string().optional(),
  upn: z.string().optional(),
  unique_name: z.string().optional(),
  /** Application permissions. */
  roles: z.array(z.string()).default([]),
  /** Template ids of directory roles. */
  wids: z.array(z.string()).default([]),
});

/** Who a token was given to, and what it says that he may do. */
export type Claims = z.infer<typeof claimsSchema>;

/** The claims of a token. @throws Error when there is none, with the reason of the identity library */
export async function claimsFor(credential: TokenCredential, scope: string): Promise<Claims> {
  const token = await credential.getToken(scope);
  const [, payload = ""] = token?.token.split(".") ?? [];
  return claimsSchema.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
}

/** Tokens of users carry a name; those of applications the permissions that were granted to them. */
export const isUser = ({ idtyp, upn, unique_name: name }: Claims): boolean =>
  idtyp === "user" || (idtyp === undefined && (upn ?? name) !== undefined);
