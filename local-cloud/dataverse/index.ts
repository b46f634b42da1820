import crypto from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Cloud, type ListedResource, type Service, TokenError } from "../service";
import { identify } from "../serviceApp";
import { Batch } from "./batch";
import { entitySetAnswer } from "./entitySets";
import { DataverseError, dataverseErrors } from "./errors";
import { functionAnswer } from "./functions";
import { csdl, definitionsAnswer, serviceDocument } from "./metadata";
import { answersTo, organizationAudiences, organizationUrl } from "./organization";
import { type ApiAnswer, apiRequest, pathOf } from "./request";
import { rowsOf, textOf } from "./rows";
import { type Member, memberOf } from "./sharing";
import { handOnWhatIsDue } from "./sync";
import { tableNamed } from "./tables";

/** @throws DataverseError 401 or 403 */
async function memberBehind(cloud: Cloud, request: FastifyRequest): Promise<Member> {
  let caller;
  try {
    caller = await identify(cloud, request, organizationAudiences);
  } catch (error) {
    throw error instanceof TokenError ? dataverseErrors.unauthorized() : error;
  }
  const users = rowsOf(cloud, tableNamed("systemuser")).values();
  const user = users.find((one) =>
    caller.idtyp === "app"
      ? textOf(one, "applicationid") === caller.appid
      : textOf(one, "azureactivedirectoryobjectid") === caller.oid,
  );
  if (!user || user.isdisabled === true) throw dataverseErrors.notAMember();
  return memberOf(cloud, user);
}

async function answer(cloud: Cloud, request: FastifyRequest, reply: FastifyReply): Promise<ApiAnswer> {
  handOnWhatIsDue(cloud);
  const member = await memberBehind(cloud, request);
  const { version, segments } = pathOf(request.url);
  const base = `${organizationUrl}/api/data/${version}`;
  const [first] = segments;
  if (!first) return { status: 200, body: serviceDocument(base) };
  if (first.name === "$metadata") return { status: 200, body: csdl(), headers: { "content-type": "application/xml" } };
  if (first.name === "$batch" && request.method === "POST") {
    const { contentType, body, status } = await new Batch(cloud, request, base).answer();
    return { status, body, headers: { "content-type": contentType } };
  }
  const api = apiRequest(cloud, member, request);
  if (api.preferences.applied.length > 0) void reply.header("preference-applied", api.preferences.applied.join(", "));
  const found = definitionsAnswer(api) ?? functionAnswer(api) ?? entitySetAnswer(api);
  if (!found) throw dataverseErrors.segmentNotFound(first.name);
  return found;
}

const jsonType = "application/json; odata.metadata=minimal";

function routes(app: FastifyInstance, cloud: Cloud): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const known =
      error instanceof DataverseError
        ? error
        : new DataverseError(
            error.statusCode ?? 500,
            "0x80040216",
            error.statusCode ? error.message : "The local cloud failed. This is its mistake, not yours.",
          );
    void reply.code(known.status).type(jsonType).send(JSON.stringify(known.body()));
  });
  app.setNotFoundHandler((_request, reply) => {
    void reply.code(404).send();
  });
  app.addHook("onSend", (request, reply, _payload, done) => {
    const id = crypto.randomUUID();
    void reply.headers({
      "odata-version": "4.0",
      "x-ms-service-request-id": id,
      req_id: id,
      "cache-control": "no-cache",
      "x-ms-ratelimit-burst-remaining-xrm-requests": "5999",
      "x-ms-ratelimit-time-remaining-xrm-requests": "1200.00",
      ...(reply.statusCode === 401
        ? {
            "www-authenticate": `Bearer authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", resource_id=${organizationUrl}/`,
          }
        : {}),
    });
    const clientId = request.headers["x-ms-client-request-id"];
    if (typeof clientId === "string") void reply.header("x-ms-client-request-id", clientId);
    done();
  });
  for (const path of ["/api/data/*", "/api/data"]) {
    app.all(path, async (request, reply) => {
      const { status, body, headers = {} } = await answer(cloud, request, reply);
      void reply.code(status).headers(headers);
      if (body === undefined) return reply.send();
      if (typeof body === "string") return reply.send(body);
      return reply.type(jsonType).send(JSON.stringify(body));
    });
  }
}

/** What users made; connectors are listed as rows here, and by power-platform as what makers see. */
function resources(cloud: Cloud): ListedResource[] {
  const kinds = [
    ["connector", "displayname"],
    ["environmentvariabledefinition", "schemaname"],
  ] as const;
  return kinds.flatMap(([logicalName, nameColumn]) => {
    const table = tableNamed(logicalName);
    return rowsOf(cloud, table)
      .values()
      .map((row) => ({
        service: "dataverse",
        type: logicalName === "connector" ? "connectorRow" : "environmentVariable",
        name: textOf(row, nameColumn),
        id: `${organizationUrl}/api/data/v9.2/${table.entitySet}(${textOf(row, table.primaryId)})`,
      }));
  });
}

/** The Web API of an organization: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview */
export const dataverse: Service = { name: "dataverse", answersTo, routes, resources };
