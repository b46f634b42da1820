import type { Fault } from "../../local-cloud/faults";

/** A way in which a call can go wrong. */
export interface FaultKind {
  /** As the table shows it. */
  name: string;
  rule: Partial<Fault> & Pick<Fault, "effect">;
}

const status = (code: number, more: Partial<Fault> = {}): FaultKind["rule"] => ({
  effect: "status",
  status: code,
  ...more,
});

/** Every way in which a call can go wrong once. */
export const faultKinds: readonly FaultKind[] = [
  { name: "connection refused", rule: { effect: "refuse" } },
  { name: "reset before the change", rule: { effect: "cutBefore" } },
  { name: "reset after the change", rule: { effect: "cutAfter" } },
  { name: "hangs before the change", rule: { effect: "hang" } },
  { name: "hangs after the change", rule: { effect: "hangAfter" } },
  { name: "401", rule: status(401) },
  { name: "403", rule: status(403) },
  { name: "404 (stale read)", rule: status(404) },
  { name: "408", rule: status(408) },
  { name: "409", rule: status(409) },
  { name: "429", rule: status(429) },
  { name: "429, Retry-After in seconds", rule: status(429, { retryAfterSeconds: 1 }) },
  { name: "429, Retry-After as a date", rule: status(429, { retryAfterSeconds: 1, retryAfterDate: true }) },
  { name: "500", rule: status(500) },
  { name: "502", rule: status(502) },
  { name: "503", rule: status(503) },
  { name: "504", rule: status(504) },
  { name: "truncated JSON", rule: { effect: "truncate" } },
  { name: "malformed JSON", rule: { effect: "garble" } },
  { name: "HTML page with 502", rule: { effect: "html", status: 502 } },
  { name: "HTML page with 200", rule: { effect: "html", status: 200 } },
];

/** Failures that last until the run has ended: what retries do not heal. */
export const lastingKinds: readonly FaultKind[] = [
  { name: "reset before the change, each time", rule: { effect: "cutBefore", times: 1000 } },
  { name: "reset after the change, each time", rule: { effect: "cutAfter", times: 1000 } },
  { name: "403 each time", rule: status(403, { times: 1000 }) },
  { name: "404 each time", rule: status(404, { times: 1000 }) },
  { name: "503 each time", rule: status(503, { times: 1000 }) },
  { name: "malformed JSON each time", rule: { effect: "garble", times: 1000 } },
];
