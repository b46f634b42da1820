import crypto from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { Cloud, InternalResponse } from "../service";
import { dataverseErrors } from "./errors";
import { organization } from "./organization";
import type { Collection } from "../store";
import { associationKey, associations, rowsOf, textOf } from "./rows";
import { tables } from "./tables";

/** One request inside a batch. */
interface Part {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  contentId: string;
}

const mostParts = 1000;

function headersOf(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(":"));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).trim().toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
}

/** Splits at the first empty line. */
function halves(text: string): [head: string, rest: string] {
  const found = /\r?\n\r?\n/.exec(text);
  return found ? [text.slice(0, found.index), text.slice(found.index + found[0].length)] : [text, ""];
}

const boundaryOf = (contentType: string | undefined) => /boundary="?([^";]+)"?/i.exec(contentType ?? "")?.[1];

function partsOf(text: string, boundary: string): string[] {
  const pieces = text.split(`--${boundary}`).slice(1);
  return pieces
    .filter((piece) => !piece.startsWith("--"))
    .map((piece) => piece.replace(/^\r?\n/, "").replace(/\r?\n$/, ""));
}

/** @throws DataverseError 400 */
function partOf(text: string): Part {
  const [outer, inner] = halves(text);
  const [head, body] = halves(inner);
  const [line = "", ...headerLines] = head.split(/\r?\n/);
  const [, method, url] = /^(\w+)\s+(\S+)(?:\s+HTTP\/[\d.]+)?\s*$/.exec(line.trim()) ?? [];
  if (method === undefined || url === undefined)
    throw dataverseErrors.badRequest("A part of the batch is no HTTP request.");
  return {
    method,
    url,
    headers: headersOf(headerLines.join("\n")),
    body: body.trim(),
    contentId: headersOf(outer)["content-id"] ?? "",
  };
}

const reasons: Record<number, string> = {
  200: "OK",
  201: "Created",
  204: "No Content",
  304: "Not Modified",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  412: "Precondition Failed",
};

function answerText({ status, headers, body }: InternalResponse, contentId: string): string {
  const shown = ["content-type", "odata-entityid", "odata-version", "preference-applied", "etag"].flatMap((name) =>
    headers[name] === undefined ? [] : `${name}: ${headers[name]}`,
  );
  const id = contentId === "" ? "" : `Content-ID: ${contentId}\r\n`;
  return `Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n${id}\r\nHTTP/1.1 ${status} ${reasons[status] ?? "Error"}\r\n${shown.join("\r\n")}\r\n\r\n${body}\r\n`;
}

/** Puts a collection back to what it was when this was called. */
function rememberOne<T>(all: Collection<T>, keyOf: (value: T) => string): () => void {
  const before = new Map(all.values().map((value) => [keyOf(value), value] as const));
  return () => {
    for (const key of all.values().map(keyOf)) if (!before.has(key)) all.delete(key);
    for (const [key, value] of before) if (all.get(key) !== value) all.put(key, value);
  };
}

/** What a changeset takes back when one of its requests fails. */
function remember(cloud: Cloud): () => void {
  const all = [
    ...tables.map((table) => rememberOne(rowsOf(cloud, table), (row) => textOf(row, table.primaryId))),
    rememberOne(associations(cloud), ({ relationship, one, other }) => associationKey(relationship, one, other)),
  ];
  return () => {
    for (const takeBack of all) takeBack();
  };
}

/**
 * `$batch`: requests in one, and changesets of which all or none are done.
 * Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/execute-batch-operations-using-web-api
 */
export class Batch {
  private readonly made = new Map<string, string>();

  constructor(
    private readonly cloud: Cloud,
    private readonly request: FastifyRequest,
    /** `https://{host}/api/data/v9.2`. */
    private readonly base: string,
  ) {}

  /** @throws DataverseError 400 when the body is no batch */
  async answer(): Promise<{ contentType: string; body: string; status: number }> {
    const boundary = boundaryOf(this.request.headers["content-type"]);
    const text = Buffer.isBuffer(this.request.body) ? this.request.body.toString("utf8") : "";
    if (boundary === undefined) throw dataverseErrors.badRequest("The batch's content type names no boundary.");
    const goesOn = String(this.request.headers.prefer ?? "").includes("odata.continue-on-error");
    const own = `batchresponse_${crypto.randomUUID()}`;
    const answers: string[] = [];
    let failed = false;
    const parts = partsOf(text, boundary);
    if (parts.length > mostParts)
      throw dataverseErrors.badRequest(`A batch must not have more than ${mostParts} requests.`);
    for (const part of parts) {
      const inner = boundaryOf(headersOf(halves(part)[0])["content-type"]);
      const { texts, ok } = inner === undefined ? await this.one(part) : await this.changeset(halves(part)[1], inner);
      answers.push(...texts);
      failed ||= !ok;
      if (!ok && !goesOn) break;
    }
    const body = `${answers.map((one) => `--${own}\r\n${one}`).join("")}--${own}--\r\n`;
    return { contentType: `multipart/mixed; boundary=${own}`, body, status: failed && !goesOn ? 400 : 200 };
  }

  private async one(text: string) {
    const part = partOf(text);
    const answer = await this.send(part);
    return { texts: [answerText(answer, part.contentId)], ok: answer.status < 400 };
  }

  private async changeset(text: string, boundary: string) {
    const takeBack = remember(this.cloud);
    const own = `changesetresponse_${crypto.randomUUID()}`;
    const texts: string[] = [];
    for (const inner of partsOf(text, boundary)) {
      const part = partOf(inner);
      const answer = await this.send(part);
      if (answer.status >= 400) {
        takeBack();
        return { texts: [answerText(answer, part.contentId)], ok: false };
      }
      texts.push(`--${own}\r\n${answerText(answer, part.contentId)}`);
    }
    return {
      texts: [`Content-Type: multipart/mixed; boundary=${own}\r\n\r\n${texts.join("")}--${own}--\r\n`],
      ok: true,
    };
  }

  private async send({ method, url, headers, body, contentId }: Part): Promise<InternalResponse> {
    const named = (text: string) => text.replace(/\$(\d+)(?=[/"?)]|$)/g, (all, id: string) => this.made.get(id) ?? all);
    const target = named(url);
    const absolute = target.startsWith("http")
      ? target
      : target.startsWith("/")
        ? `https://${organization.host}${target}`
        : `${this.base}/${target}`;
    const inherited = { authorization: this.request.headers.authorization ?? "", "content-type": "application/json" };
    const answer = await this.cloud.call({
      method: method.toUpperCase(),
      url: absolute,
      headers: { ...inherited, ...headers },
      ...(body === "" ? {} : { body: named(body) }),
    });
    const id = answer.headers["odata-entityid"];
    if (contentId !== "" && id !== undefined) this.made.set(contentId, id);
    return answer;
  }
}
