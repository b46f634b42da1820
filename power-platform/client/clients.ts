import type { TokenCredential } from "@azure/core-auth";
import { reusingConnections } from "./connectionReuse";
import { Connections } from "./connections";
import { Connectors } from "./connectors";
import { deployerCredential } from "./credential";
import { type Cloud, clouds } from "./clouds";
import { DataverseConnectors } from "./dataverseConnectors";
import { Endpoints } from "./endpoints";
import { Environments } from "./environments";
import { createHttpClient, type HttpClient } from "./http";
import { ResourceStorage } from "./resourceStorage";

/** Everything that the lifecycles talk to. */
export interface Clients {
  /** Signed in as the identity that runs Pulumi. */
  http: HttpClient;
  /** Sends no token: for URLs that carry a signature, or with a token of the caller's own. */
  anonymous: HttpClient;
  /** Makes one that is signed in as somebody else. */
  signedIn: (credential: () => Promise<TokenCredential>) => HttpClient;
  connectors: Connectors;
  connections: Connections;
  dataverse: DataverseConnectors;
  environments: Environments;
  storage: ResourceStorage;
  /** Object id of the identity that runs Pulumi. */
  callerId: () => Promise<string>;
}

/** The `oid` claim of a token of the credential's. */
async function objectIdOf(credential: TokenCredential, scope: string): Promise<string> {
  const token = await credential.getToken(scope);
  const claims = Buffer.from(token?.token.split(".")[1] ?? "", "base64url").toString("utf8");
  const { oid } = JSON.parse(claims) as { oid?: string };
  if (oid === undefined) throw new Error("The access token of the identity that runs Pulumi names no object id (oid).");
  return oid;
}

export function createClients(cloud: Cloud): Clients {
  const endpoints = new Endpoints(cloud);
  const signIn = () => deployerCredential(clouds[cloud].authority);
  let caller: Promise<string> | undefined;
  const askCaller = async () => objectIdOf(await signIn(), endpoints.powerAppsScope);
  const callerId = async () => {
    caller ??= askCaller();
    // What failed is asked for again.
    caller.catch(() => (caller = undefined));
    return caller;
  };
  const connections = reusingConnections();
  const signedIn = (credential: () => Promise<TokenCredential>) => createHttpClient(credential, connections);
  const http = signedIn(signIn);
  const anonymous = createHttpClient(undefined, connections);
  return {
    http,
    anonymous,
    signedIn,
    connectors: new Connectors(http, endpoints),
    connections: new Connections(http, endpoints),
    dataverse: new DataverseConnectors(http),
    environments: new Environments(http, endpoints),
    storage: new ResourceStorage(http, anonymous, callerId, endpoints),
    callerId,
  };
}
