import { Connections } from "./connections";
import { Connectors } from "./connectors";
import { deployerCredential } from "./credential";
import { createHttpClient, type HttpClient } from "./http";

/** Everything that the lifecycles talk to. */
export interface Clients {
  /** Signed in as the identity that runs Pulumi. */
  http: HttpClient;
  /** Sends no token: for URLs that carry a signature, or with a token of the caller's own. */
  anonymous: HttpClient;
  connectors: Connectors;
  connections: Connections;
}

export function createClients(): Clients {
  const http = createHttpClient(deployerCredential);
  return { http, anonymous: createHttpClient(), connectors: new Connectors(http), connections: new Connections(http) };
}
