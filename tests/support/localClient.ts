import fs from "node:fs";
import { ProxyAgent, request } from "undici";
import type { StackOutputs } from "../../outputs";
import type { Environment } from "../../tools/environment";
import type { StateResource } from "./engine";

export interface LocalAnswer {
  status: number;
  body: string;
}

/** Plain HTTPS to a running local cloud, under the real host names. */
export interface LocalClient {
  send(method: string, url: string, options?: { token?: string; body?: unknown }): Promise<LocalAnswer>;
  /** An app-only token; without an application that of the deployer. */
  token(resource: string, application?: { clientId: string; clientSecret: string }): Promise<string>;
}

export function localClient(env: Environment): LocalClient {
  const ca = fs.readFileSync(env.NODE_EXTRA_CA_CERTS ?? "", "utf8");
  const dispatcher = new ProxyAgent({ uri: env.HTTPS_PROXY ?? "", requestTls: { ca } });
  const send: LocalClient["send"] = async (method, url, { token, body } = {}) => {
    const form = body instanceof URLSearchParams;
    const answer = await request(url, {
      method: method as "GET",
      dispatcher,
      headers: {
        "content-type": form ? "application/x-www-form-urlencoded" : "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: form ? body.toString() : JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: answer.statusCode, body: await answer.body.text() };
  };
  return {
    send,
    token: async (resource, application) => {
      const form = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: application?.clientId ?? env.ARM_CLIENT_ID ?? "",
        client_secret: application?.clientSecret ?? env.ARM_CLIENT_SECRET ?? "",
        scope: `${resource}/.default`,
      });
      const url = `https://login.microsoftonline.com/${env.ARM_TENANT_ID ?? ""}/oauth2/v2.0/token`;
      const { body } = await send("POST", url, { body: form });
      const { access_token: token } = JSON.parse(body) as { access_token?: string };
      if (token === undefined) throw new Error(`No token for ${resource}: ${body}`);
      return token;
    },
  };
}

/** Does what somebody else could do to the stack's connection: gives it another client secret. */
export async function overwriteConnection(
  client: LocalClient,
  outputs: StackOutputs,
  clientSecret: string,
): Promise<void> {
  const { environmentId, connectorName, connectionName, connectionDisplayName, clientId, tenantId } = outputs;
  const id = environmentId.replaceAll("-", "");
  const filter = encodeURIComponent(`environment eq '${environmentId}'`);
  const values = { "token:clientId": clientId, "token:clientSecret": clientSecret, "token:TenantId": tenantId };
  const wrapped = Object.entries(values).map(([name, value]) => [name, { value }] as const);
  const answer = await client.send(
    "PUT",
    `https://${id.slice(0, -2)}.${id.slice(-2)}.environment.api.powerplatform.com/connectivity/connectors/${connectorName}/connections/${connectionName}?api-version=1&$filter=${filter}`,
    {
      token: await client.token("https://api.powerplatform.com"),
      body: {
        properties: {
          displayName: connectionDisplayName,
          connectionParametersSet: { name: "oAuthClientCredentials", values: Object.fromEntries(wrapped) },
        },
      },
    },
  );
  if (answer.status !== 200) throw new Error(`The connection was not overwritten: ${answer.status} ${answer.body}`);
}

/** Does what somebody could do in the portal: changes what an operation of a connector is called. */
export async function editConnector(client: LocalClient, connector: StateResource, summary: string): Promise<void> {
  const definition = structuredClone(connector.inputs?.definition) as {
    host: string;
    basePath: string;
    paths: Record<string, { get: { summary: string } }>;
  };
  for (const { get } of Object.values(definition.paths)) get.summary = summary;
  const environment = String(connector.inputs?.environmentId);
  const filter = encodeURIComponent(`environment eq '${environment}'`);
  const name = String(connector.outputs?.internalName);
  const url = `https://api.powerapps.com/providers/Microsoft.PowerApps/apis/${name}?api-version=2016-11-01&$filter=${filter}`;
  const { status, body } = await client.send("PATCH", url, {
    token: await client.token("https://service.powerapps.com"),
    body: {
      properties: {
        environment: { name: environment },
        backendService: { serviceUrl: `https://${definition.host}${definition.basePath}` },
        openApiDefinition: definition,
        connectionParameterSets: connector.inputs?.connectionParameterSets,
      },
    },
  });
  if (status !== 200) throw new Error(`The connector was not edited: ${status} ${body}`);
}
