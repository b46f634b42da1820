import type { AccessToken, TokenCredential } from "@azure/core-auth";
import { UnderWay } from "./underWay";

/**
 * A credential that is asked for a scope once at a time: it remembers a token when that has come, and all requests of an update
 * start before. What a request has to say of its own (that it was given up) does not reach it, since others wait as well.
 */
export function sharedToken(credential: TokenCredential): TokenCredential {
  const tokens = new UnderWay<AccessToken | null>();
  return {
    getToken: (scopes, options = {}) => {
      const { claims, tenantId } = options;
      // What a service wants to see in a new token is between it and one request.
      if (claims !== undefined || tenantId !== undefined) return credential.getToken(scopes, options);
      return tokens.join([scopes].flat().join(" "), () => credential.getToken(scopes));
    },
  };
}
