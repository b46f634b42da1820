import { createHttpHeaders, createPipelineRequest, type PipelineResponse } from "@azure/core-rest-pipeline";
import { z } from "zod";
import { idsOf, isDamaged, OddAnswerError, parseAnswer } from "../../../power-platform/client/answers";
import { deadlineMilliseconds } from "../../../power-platform/client/deadlines";
import { errorOf, RequestError } from "../../../power-platform/client/errors";
import { pause, retryAfter, retryStrategy } from "../../../power-platform/client/retries";
import { Throttle } from "../../../power-platform/client/throttle";

const request = createPipelineRequest({ url: "https://api.powerapps.com/x" });
const response = (status: number, headers: Record<string, string> = {}, bodyAsText = ""): PipelineResponse => ({
  status,
  headers: createHttpHeaders(headers),
  request,
  bodyAsText,
});
const strategy = (repeatable: boolean, milliseconds = 60_000) =>
  retryStrategy({ repeatable, deadline: Date.now() + milliseconds });

describe("when a request is sent again", () => {
  test.each([408, 429, 500, 502, 503, 504])("%d: what is safe to repeat", (status) => {
    const { retryAfterInMs } = strategy(true).retry({ retryCount: 0, response: response(status) });
    expect(retryAfterInMs).toBeGreaterThanOrEqual(0);
  });

  test.each([408, 500, 502, 503, 504])("%d: never what is not", (status) => {
    expect(strategy(false).retry({ retryCount: 0, response: response(status) })).toEqual({ skipStrategy: true });
  });

  test.each([400, 401, 403, 404, 409, 412])("%d: never", (status) => {
    expect(strategy(true).retry({ retryCount: 0, response: response(status) })).toEqual({ skipStrategy: true });
  });

  test("429 even what is not safe, since the service did not look at it; Retry-After is the least", () => {
    const { retryAfterInMs } = strategy(false).retry({
      retryCount: 0,
      response: response(429, { "retry-after": "3" }),
    });
    expect(retryAfterInMs).toBeGreaterThanOrEqual(3000);
    expect(retryAfterInMs).toBeLessThan(3600);
  });

  test("not when there is no time left", () => {
    const answer = response(503, { "retry-after": "3" });
    expect(strategy(true, 2000).retry({ retryCount: 0, response: answer })).toEqual({ skipStrategy: true });
  });

  test("damaged answers of success", () => {
    const json = { "content-type": "application/json" };
    expect(isDamaged(response(200, json, '{"a":'))).toBe(true);
    expect(isDamaged(response(200, {}, "<!DOCTYPE html><h1>Sorry</h1>"))).toBe(true);
    expect(isDamaged(response(200, json, '{"a":1}'))).toBe(false);
    expect(isDamaged(response(204, json))).toBe(false);
  });

  test("Retry-After in seconds, as a date and as a duration; pauses with full jitter", () => {
    const now = Date.parse("2026-11-24T10:00:00Z");
    expect(retryAfter("30", now)).toBe(30_000);
    expect(retryAfter("Tue, 24 Nov 2026 10:00:30 GMT", now)).toBe(30_000);
    expect(retryAfter("Tue, 24 Nov 2026 09:00:00 GMT", now)).toBe(0);
    expect(retryAfter("00:01:30", now)).toBe(90_000);
    expect(retryAfter("soon", now)).toBeUndefined();
    expect([pause(0, () => 0), pause(0, () => 1), pause(3, () => 1), pause(30, () => 1)]).toEqual([
      0, 500, 4000, 20_000,
    ]);
  });
});

describe("what an error says", () => {
  test("the service's ids, or ours when nothing was answered", () => {
    const both = createHttpHeaders({ "x-ms-request-id": "r1", "x-ms-correlation-request-id": "c1" });
    expect(idsOf(both)).toBe("Request id: r1, correlation id: c1.");
    expect(idsOf(createHttpHeaders({ "x-ms-service-request-id": "s1" }))).toBe("Request id: s1.");
    expect(idsOf(createHttpHeaders(), "o1")).toBe("Client request id: o1.");
    expect(new RequestError("read it", 403, "Forbidden", "No.", idsOf(both)).message).toMatch(/correlation id: c1\.$/);
  });

  const answer = (body: string) => ({ status: 200, body, ids: "Request id: r1." });
  const schema = z.looseObject({ value: z.array(z.looseObject({ name: z.string() })) });
  test.each([
    ["an HTML page", "<!DOCTYPE html><title>Sign in</title>", 'an HTML page ("Sign in")'],
    ["half an answer", '{"value":[{"na', "of 14 characters is not whole JSON"],
    ["nothing", "", "the answer is empty"],
    ["another shape", '{"value":[{"name":1}]}', "/value/0/name"],
  ])("%s: what is wrong and where, with the ids, and never the content", (_what, body, said) => {
    const parse = () => parseAnswer(schema, answer(body), "list them");
    expect(parse).toThrow(OddAnswerError);
    expect(parse).toThrow(said);
    expect(parse).toThrow("Could not list them: HTTP 200");
    expect(parse).toThrow("Request id: r1.");
  });

  test("a gateway's page in its own words", () => {
    expect(errorOf("<html><body><h1>Our services aren't available</h1></body></html>").message).toBe(
      'an HTML page ("Our services aren\'t available")',
    );
  });
});

test("a deadline is a number of seconds", () => {
  expect(deadlineMilliseconds("attempt", {})).toBe(90_000);
  expect(deadlineMilliseconds("attempt", { KEYVAULT_CONNECTOR_ATTEMPT_SECONDS: "1.5" })).toBe(1500);
  expect(() => deadlineMilliseconds("request", { KEYVAULT_CONNECTOR_REQUEST_SECONDS: "soon" })).toThrow(
    'KEYVAULT_CONNECTOR_REQUEST_SECONDS is "soon"',
  );
});

describe("many requests to a host", () => {
  test("are eight at a time, and another host does not wait for them", async () => {
    const throttle = new Throttle();
    const open: (() => void)[] = [];
    const next = () =>
      new Promise<PipelineResponse>((done) =>
        open.push(() => {
          done(response(200));
        }),
      );
    const all = Array.from({ length: 10 }, () => throttle.policy.sendRequest(request, next));
    await new Promise(setImmediate);
    expect(open).toHaveLength(8);
    const other = createPipelineRequest({ url: "https://api.bap.microsoft.com/x" });
    const elsewhere = throttle.policy.sendRequest(other, () => Promise.resolve(response(200)));
    expect((await elsewhere).status).toBe(200);
    for (let index = 0; index < 10; index++) {
      open[index]?.();
      await new Promise(setImmediate);
    }
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
  });

  test("wait while one of them is told to", async () => {
    const throttle = new Throttle();
    const throttled = response(429, { "retry-after": "1" });
    await throttle.policy.sendRequest(request, () => Promise.resolve(throttled));
    const from = Date.now();
    await throttle.policy.sendRequest(request, () => Promise.resolve(response(200)));
    expect(Date.now() - from).toBeGreaterThanOrEqual(990);
  });
});
