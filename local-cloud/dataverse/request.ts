import type { FastifyRequest } from "fastify";
import type { Cloud } from "../service";
import { dataverseErrors } from "./errors";
import { organization } from "./organization";
import type { Options, Preferences } from "./query";
import { preferencesOf } from "./query";
import type { Member } from "./sharing";

/** One part of a resource path: a name, and what stands in parentheses behind it. */
export interface Segment {
  name: string;
  /** Without the parentheses; undefined when there are none. */
  key?: string;
}

/** A request to the Web API, taken apart. */
export interface ApiRequest {
  cloud: Cloud;
  member: Member;
  method: string;
  segments: readonly Segment[];
  options: Options;
  preferences: Preferences;
  header(name: string): string | undefined;
  body: unknown;
  /** `https://{host}/api/data/v9.2`. */
  base: string;
}

export interface ApiAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

const root = /^\/api\/data\/(v\d+\.\d+)\/?([^?]*)/i;
/** Versions that answer; all of them in the same way. */
const versions = /^v9\.[012]$/i;

/** @throws DataverseError 404 for what is no path of the Web API */
export function pathOf(url: string): { version: string; segments: Segment[] } {
  const [, version = "", path = ""] = root.exec(url) ?? [];
  if (!versions.test(version)) throw dataverseErrors.segmentNotFound(version || url);
  let text: string;
  try {
    text = decodeURIComponent(path.replaceAll("+", "%2B"));
  } catch {
    throw dataverseErrors.badRequest("The request URI is not valid.");
  }
  const parts = text.match(/(?:[^/('"]|'(?:[^']|'')*'|\((?:[^()']|'(?:[^']|'')*')*\))+/g) ?? [];
  const segments = parts.map((part): Segment => {
    const [, name = part, key] = /^([^(]*)\((.*)\)$/s.exec(part) ?? [];
    return key === undefined ? { name } : { name, key };
  });
  return { version: version.toLowerCase(), segments };
}

export function apiRequest(cloud: Cloud, member: Member, request: FastifyRequest): ApiRequest {
  const { version, segments } = pathOf(request.url);
  const header = (name: string) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(",") : value;
  };
  const options = { ...(request.query as Options) };
  return {
    cloud,
    member,
    method: request.method,
    segments,
    options,
    preferences: preferencesOf(header("prefer")),
    header,
    body: request.body,
    base: `https://${organization.host}/api/data/${version}`,
  };
}

/** The body as an object. @throws DataverseError 400 */
export function objectBody({ body }: ApiRequest): Record<string, unknown> {
  if (typeof body === "object" && body !== null && !Array.isArray(body) && !Buffer.isBuffer(body)) return { ...body };
  throw dataverseErrors.badRequest("The request's body must be a JSON object.");
}

/** `name='value',other=1` or `name=@alias` as values by name. @throws DataverseError 400 */
export function namedValues(text: string, aliases: Options): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [, name = "", value = ""] of text.matchAll(/(\w+)\s*=\s*('(?:[^']|'')*'|[^,]+)/g)) {
    const given = value.startsWith("@") ? aliases[value.trim()] : value.trim();
    if (given === undefined) throw dataverseErrors.badRequest(`The parameter alias '${value}' has no value.`);
    values[name] = valueOfText(given);
  }
  return values;
}

function valueOfText(text: string): unknown {
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
