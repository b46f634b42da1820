import type { FastifyInstance } from "fastify";
import type { Clock } from "./clock";
import type { KnobStore } from "./knobs";
import type { Sealer } from "./sealing";
import type { Store } from "./store";

/** Who calls, as the access token says. */
export interface Caller {
  /** Object id of the user or service principal. */
  oid: string;
  tid: string;
  /** Client id of the application that asked for the token. */
  appid: string;
  idtyp: "app" | "user";
  /** Set for users. */
  upn?: string;
  name?: string;
  aud: string;
  /** Application roles on the asked service; none for users. */
  roles: string[];
}

/** Issues and checks the access tokens of the one tenant (entra/tokens.ts). */
export interface Tokens {
  /** A signed token; `expires_in` seconds from now, 3599 when not said. */
  sign(claims: Record<string, unknown>, lifetimeSeconds?: number): Promise<string>;
  /**
   * The caller behind an `Authorization` header.
   * @param audiences the resource names that the asked service answers to, without a trailing slash.
   * @throws TokenError when there is no token, or it is not valid here and now.
   */
  verify(authorization: string | undefined, audiences: readonly string[]): Promise<Caller>;
  /** The claims of a token, if the tenant signed it and now is its time. @throws TokenError */
  claims(token: string): Promise<Record<string, unknown>>;
  /** The public keys, as `/discovery/v2.0/keys` shows them. */
  jwks(): Promise<{ keys: Record<string, unknown>[] }>;
}

/** Why a token was refused. Each service words it in its own way. */
export class TokenError extends Error {
  constructor(
    readonly reason: "missing" | "malformed" | "expired" | "audience" | "signature",
    /** The audience that the token is for, when it is another one. */
    readonly found?: string,
  ) {
    super(`token ${reason}`);
  }
}

/** A request from one emulated service to another. It passes the same checks, journal and faults as one from outside. */
export interface InternalRequest {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** The network address from which it comes; loopback when not said. */
  from?: string;
}

export interface InternalResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What every emulated service is given. */
export interface Cloud {
  store: Store;
  sealer: Sealer;
  clock: Clock;
  knobs: KnobStore;
  tokens: Tokens;
  call(request: InternalRequest): Promise<InternalResponse>;
}

/** One emulated service: its hosts and its routes. */
export interface Service {
  readonly name: string;
  /** Whether a host name (lower case, without port) is one of this service's. */
  answersTo(host: string, cloud: Cloud): boolean;
  routes(app: FastifyInstance, cloud: Cloud): void;
  /** What users made, for `cloud status` and the proof that nothing is left; seeded things are not listed. */
  resources?(cloud: Cloud): ListedResource[];
}

/** One thing that exists in the local cloud. */
export interface ListedResource {
  service: string;
  type: string;
  name: string;
  id: string;
  /** It was deleted and can still be recovered. */
  softDeleted?: boolean;
}
