import type { PipelineResponse } from "@azure/core-rest-pipeline";
import type { z } from "zod";

/** What a service answered. */
export interface Answer {
  status: number;
  body: string;
  /** The service's ids of the request, to name in a support case; "" when it gave none. */
  ids: string;
}

/** An answer that says success and is not what it should be. What was asked for may have been done. */
export class OddAnswerError extends Error {
  constructor(action: string, { status, ids }: Pick<Answer, "status" | "ids">, what: string, remedy: string) {
    super(`Could not ${action}: HTTP ${status}, but ${what}. ${remedy}${ids === "" ? "" : ` ${ids}`}`);
    this.name = "OddAnswerError";
  }
}

const withoutMark = (body: string) => body.replace(/^\uFEFF/, "");

/** The page's own words, where the body is one of a gateway, proxy or sign-in. */
export function htmlPage(body: string): string | undefined {
  if (!/^\s*<(!doctype html|html)/i.test(body)) return undefined;
  const words = /<h1[^>]*>([^<]+)/i.exec(body)?.[1] ?? /<title[^>]*>([^<]+)/i.exec(body)?.[1];
  return words === undefined ? "an HTML page" : `an HTML page ("${words.trim().slice(0, 200)}")`;
}

function isJson(body: string): boolean {
  try {
    JSON.parse(withoutMark(body));
    return true;
  } catch {
    return false;
  }
}

/** Whether an answer of success was damaged on its way, or came from something in between. */
export function isDamaged({ status, headers, bodyAsText }: PipelineResponse): boolean {
  const body = bodyAsText ?? "";
  if (status < 200 || status > 299 || body === "") return false;
  if (htmlPage(body) !== undefined) return true;
  return (headers.get("content-type") ?? "").includes("json") && !isJson(body);
}

/** "Request id: …, correlation id: …." of whatever headers a service gives them in; else the id that we gave the request. */
export function idsOf(headers: { get(name: string): string | undefined }, ours?: string): string {
  const id = headers.get("x-ms-request-id") ?? headers.get("x-ms-service-request-id") ?? headers.get("request-id");
  const correlation = headers.get("x-ms-correlation-request-id") ?? headers.get("x-ms-correlation-id");
  const said = [
    id === undefined ? undefined : `request id: ${id}`,
    correlation === undefined || correlation === id ? undefined : `correlation id: ${correlation}`,
  ].filter((one) => one !== undefined);
  if (said.length === 0 && ours !== undefined) said.push(`client request id: ${ours}`);
  const text = said.join(", ");
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** @throws OddAnswerError naming what was asked, and by its JSON pointer what is missing in the answer */
export function parseAnswer<T>(schema: z.ZodType<T>, answer: Answer, action: string): T {
  const { body } = answer;
  const page = htmlPage(body);
  const between = "Something between here and the service may have answered: a proxy, a gateway, a sign-in page.";
  if (page !== undefined) throw new OddAnswerError(action, answer, `the answer is ${page}`, between);
  if (!isJson(body)) {
    const what = body === "" ? "the answer is empty" : `the answer of ${body.length} characters is not whole JSON`;
    throw new OddAnswerError(action, answer, what, "Run the update again.");
  }
  const parsed = schema.safeParse(JSON.parse(withoutMark(body)));
  if (parsed.success) return parsed.data;
  const missing = parsed.error.issues.map(({ path, message }) => `/${path.join("/")}: ${message}`).join("; ");
  const what = `the answer has another shape than expected (${missing})`;
  throw new OddAnswerError(action, answer, what, "The service may have changed: please report it.");
}
