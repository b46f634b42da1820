import crypto from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Caller, type Cloud, TokenError } from "../service";
import { identify } from "../serviceApp";
import { type Connection, connectionKey, connections } from "./connectionModel";
import { type Connector, connectors } from "./connectorModel";
import { matchOperation } from "./definition";
import { audiences } from "./hosts";
import { roleOf } from "./permissions";
import { gatewayAddress, signIn } from "./signIn";

/** An error of the runtime, which has another shape than those of the resource provider. */
class RuntimeError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }

  body() {
    return { status: this.status, message: this.message, error: { message: this.message }, source: "local cloud" };
  }
}

const missingAcl = () => new RuntimeError(403, "Permission denied due to missing connection ACL");
/** Headers of the request that are not the caller's own words to the backend. */
const notForwarded =
  /^(host|authorization|connection|content-length|transfer-encoding|x-ms-client-|x-ms-user-agent|x-ms-request-|x-forwarded-|accept-encoding)/i;
/** Headers of the backend's answer that belong to its own connection. */
const notReturned = /^(connection|content-length|transfer-encoding|keep-alive|date)$/i;

interface OperationRequest {
  method: string;
  /** Path below the connector's base, `/{connection}/…`, and query. */
  path: string;
}

function connectorNamed(cloud: Cloud, short: string): Connector {
  const connector = connectors(cloud.store).get(`shared_${short.toLowerCase()}`);
  if (!connector) throw new RuntimeError(404, `There is no API '${short}'.`);
  return connector;
}

function connectionFor(cloud: Cloud, caller: Caller, connector: Connector, name: string): Connection {
  const connection = connections(cloud.store).get(connectionKey(connector.name, name));
  if (!connection) throw new RuntimeError(404, `Could not find connection '${name}' for API '${connector.name}'.`);
  const appOnly = caller.idtyp === "app" && !cloud.knobs.get().runtimeAllowsAppOnly;
  if (appOnly || !roleOf(cloud, connection, caller)) throw missingAcl();
  return connection;
}

/** The backend's body as it was parsed on arrival, back into text. */
function bodyText({ body, headers }: FastifyRequest): string | undefined {
  if (body === undefined || body === null) return undefined;
  if (Buffer.isBuffer(body)) return body.toString("utf8");
  const form = headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  return form ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body);
}

async function execute(
  cloud: Cloud,
  request: FastifyRequest,
  reply: FastifyReply,
  connectorName: string,
  asked: OperationRequest,
) {
  let caller: Caller;
  try {
    caller = await identify(cloud, request, audiences.runtime);
  } catch (error) {
    throw error instanceof TokenError ? new RuntimeError(401, "The access token is invalid or expired.") : error;
  }
  const connector = connectorNamed(cloud, connectorName);
  const [pathOnly = "", query] = asked.path.split("?");
  const [, connectionName = "", ...segments] = pathOnly.split("/");
  const operationPath = `/${segments.join("/")}`;
  const connection = connectionFor(cloud, caller, connector, connectionName);
  if (!matchOperation(connector.definition, asked.method, operationPath)) {
    throw new RuntimeError(
      404,
      `The API '${connector.displayName}' has no operation ${asked.method} ${operationPath}.`,
    );
  }
  const signedIn = await signIn(cloud, connection);
  if ("failure" in signedIn) throw new RuntimeError(401, signedIn.failure.message);

  const headers = Object.entries(request.headers).filter(([name]) => !notForwarded.test(name));
  const body = bodyText(request);
  const answer = await cloud
    .call({
      method: asked.method,
      url: `${connector.serviceUrl.replace(/\/+$/, "")}${operationPath}${query === undefined ? "" : `?${query}`}`,
      headers: {
        ...(Object.fromEntries(headers) as Record<string, string>),
        ...("token" in signedIn ? { authorization: `Bearer ${signedIn.token}` } : {}),
      },
      from: gatewayAddress,
      ...(body === undefined ? {} : { body }),
    })
    .catch((error: unknown) => {
      throw new RuntimeError(502, `BadGateway: ${error instanceof Error ? error.message : String(error)}`);
    });
  const returned = Object.entries(answer.headers).filter(([name]) => !notReturned.test(name));
  return reply
    .code(answer.status)
    .headers({
      ...Object.fromEntries(returned),
      "x-ms-apihub-cached-response": "false",
      "x-ms-apihub-obo": "false",
      "x-ms-environment-id": connector.environment,
      "x-ms-request-id": crypto.randomUUID(),
    })
    .send(answer.body);
}

interface RuntimeRoute {
  Params: { connector: string; "*": string };
}

/** The gateway that executes operations through connections. */
export function runtimeRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const known =
      error instanceof RuntimeError
        ? error
        : new RuntimeError(error.statusCode ?? 500, error.statusCode ? error.message : "The local cloud failed.");
    void reply.code(known.status).send(known.body());
  });
  app.all<RuntimeRoute>("/apim/:connector/*", (request, reply) => {
    const { connector } = request.params;
    // From the URL as it was sent: a decoded path could not be forwarded.
    const path = request.url.replace(/^\/+apim\/+[^/?]+/i, "");
    return execute(cloud, request, reply, connector, { method: request.method, path });
  });
  // The older way of Power Fx clients: the request is described in headers.
  app.post("/invoke", (request, reply) => {
    const header = (name: string) => {
      const value = request.headers[name];
      return typeof value === "string" ? value : "";
    };
    const [, connector, path] = /^\/apim\/([^/?]+)(\/.*)$/i.exec(header("x-ms-request-url")) ?? [];
    if (connector === undefined || path === undefined) {
      throw new RuntimeError(400, "The header x-ms-request-url must be /apim/<connector>/<connection>/<path>.");
    }
    return execute(cloud, request, reply, connector, { method: header("x-ms-request-method").toUpperCase(), path });
  });
}
