import type { FastifyReply } from "fastify";
import { z } from "zod";
import { seed } from "../seed";
import type { Caller, Cloud } from "../service";
import { isAllowed } from "./authorization";
import { armErrors } from "./errors";
import { refuseLocked } from "./locks";

/** A request to ARM whose path has matched a route. */
export interface ArmRequest {
  cloud: Cloud;
  caller: Caller;
  method: string;
  /** Path without double slashes, in the caller's case. */
  path: string;
  /** The named groups of the route's pattern. */
  params: Record<string, string>;
  query: Record<string, string | undefined>;
  body: unknown;
  reply: FastifyReply;
}

/** What a route answers: status and body; 204 when it has no body. */
export interface ArmAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** One kind of request, found by method and path. Paths of ARM differ in case from client to client. */
export interface ArmRoute {
  method: "GET" | "HEAD" | "PUT" | "PATCH" | "POST" | "DELETE";
  /** The whole path, with named groups. */
  pattern: RegExp;
  handle: (request: ArmRequest) => ArmAnswer | Promise<ArmAnswer>;
}

/** A pattern for a path such as `/subscriptions/{subscription}/resourceGroups/{group}`. */
export function path(template: string): RegExp {
  return new RegExp(`^${template.replace(/[.]/g, "\\.").replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`, "i");
}

/** A pattern for a path below any scope, the subscription, a group or a resource: `scope` is the group before it. */
export function underScope(template: string): RegExp {
  return new RegExp(`^(?<scope>.*?)${path(template).source.slice(1)}`, "i");
}

export const ok = (body: unknown): ArmAnswer => ({ status: 200, body });

/** @throws ArmError 403 unless the caller may do this here, 409 when a lock stands against it. */
export function requireAction({ cloud, caller, path: id }: ArmRequest, action: string, scope: string): void {
  if (!isAllowed(cloud, caller.oid, "control", action, scope)) throw armErrors.forbidden(caller.oid, action, scope);
  const verb = /\/(write|delete)$/i.exec(action)?.[1]?.toLowerCase();
  if (verb === "write" || verb === "delete") refuseLocked(cloud.store, verb, id);
}

/** @throws ArmError 404 when the path names a subscription that is not there. */
export function requireSubscription(params: Record<string, string>): void {
  const { subscription } = params;
  if (subscription !== undefined && subscription.toLowerCase() !== seed.subscriptionId) {
    throw armErrors.unknownSubscription(subscription);
  }
}

/** The body in the form that a route needs. @throws ArmError 400 that says what is wrong */
export function bodyOf<T>(request: ArmRequest, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return parsed.data;
  throw armErrors.invalidContent(`The request content was invalid: ${z.prettifyError(parsed.error)}`);
}

export function param(request: ArmRequest, name: string): string {
  return decodeURIComponent(request.params[name] ?? "");
}
