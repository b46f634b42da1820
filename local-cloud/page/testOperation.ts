import { STATUS_CODES } from "node:http";
import { z } from "zod";
import { connectionKey, connections, statusesOf } from "../power-platform/connectionModel";
import { connectors, runtimeUrlOf } from "../power-platform/connectorModel";
import { operationsOf, parametersOf } from "../power-platform/definition";
import { type Credentials, seed } from "../seed";
import type { Cloud } from "../service";
import type { ConnectionStatus, TestResult } from "./view";

export const testSchema = z.strictObject({
  connector: z.string(),
  connection: z.string(),
  operationId: z.string(),
  parameters: z.record(z.string(), z.string()),
});

/** A public client that every tenant knows, which may sign users in with a password. */
const publicClientId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/** A request of the page that cannot be carried out. */
export class PageError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

async function makerToken(cloud: Cloud, { makerPassword }: Credentials): Promise<string> {
  const answer = await cloud.call({
    method: "POST",
    url: "https://login.microsoftonline.com/organizations/oauth2/v2.0/token",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "password",
      client_id: publicClientId,
      username: seed.maker.userPrincipalName,
      password: makerPassword,
      scope: "https://apihub.azure.com/.default",
    }).toString(),
  });
  const { access_token: token } = JSON.parse(answer.body) as { access_token?: string };
  if (token === undefined) throw new PageError(502, "The maker could not sign in to the local cloud.");
  return token;
}

/** The URL of an operation at the connectors' runtime. */
function operationUrl(
  cloud: Cloud,
  { connector: name, connection, operationId, parameters }: z.infer<typeof testSchema>,
) {
  const connector = connectors(cloud.store).get(name);
  const named =
    connector && operationsOf(connector.definition).find(({ operation }) => operation.operationId === operationId);
  if (!connector || !named) throw new PageError(404, `There is no operation ${operationId} of ${name}.`);
  if (!connections(cloud.store).get(connectionKey(name, connection))) {
    throw new PageError(404, `There is no connection ${connection} of ${name}.`);
  }
  const declared = parametersOf(connector.definition, named);
  const given = (place: string) =>
    declared
      .filter((one) => one.in === place)
      .map((one) => [String(one.name), parameters[String(one.name)] ?? ""] as const);
  const path = given("path").reduce(
    (template, [key, value]) => template.replaceAll(`{${key}}`, encodeURIComponent(value)),
    named.path,
  );
  const query = new URLSearchParams(
    given("query").filter(([, value]) => value !== "") as [string, string][],
  ).toString();
  const url = `${runtimeUrlOf(connector)}/${connection}${path}${query === "" ? "" : `?${query}`}`;
  return { url, method: named.verb.toUpperCase(), responses: named.operation.responses ?? {} };
}

const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
};

/** Calls an operation as the maker through a connection: what the portal's "Test operation" does. @throws PageError */
export async function testOperation(
  cloud: Cloud,
  credentials: Credentials,
  asked: z.infer<typeof testSchema>,
): Promise<TestResult> {
  const { url, method, responses } = operationUrl(cloud, asked);
  const token = await makerToken(cloud, credentials);
  const startedAt = Date.now();
  const answer = await cloud.call({
    method,
    url,
    headers: { accept: "application/json", authorization: `Bearer ${token}` },
  });
  const described = (responses[String(answer.status)] ?? responses.default) as { description?: unknown } | undefined;
  return {
    request: { method, url, headers: { accept: "application/json", authorization: "Bearer (the maker's token)" } },
    response: {
      status: answer.status,
      reason: STATUS_CODES[answer.status] ?? "",
      headers: answer.headers,
      body: pretty(answer.body),
    },
    described: typeof described?.description === "string" ? described.description : "",
    milliseconds: Date.now() - startedAt,
  };
}

const statusSchema = z.looseObject({ status: z.string(), error: z.looseObject({ message: z.string() }).optional() });

/** Asks Entra whether each connection can sign in: this makes requests, so that it is never done unasked. */
export async function connectionStatuses(cloud: Cloud): Promise<ConnectionStatus[]> {
  const all = connections(cloud.store).values();
  return Promise.all(
    all.map(async (connection) => {
      const { status, error } = statusSchema.parse((await statusesOf(cloud, connection))[0]);
      return { connector: connection.connector, connection: connection.name, status, reason: error?.message ?? "" };
    }),
  );
}
