import { z } from "zod";

const effects = [
  "refuse",
  "status",
  "html",
  "cutBefore",
  "cutAfter",
  "hang",
  "hangAfter",
  "truncate",
  "garble",
  "delay",
] as const;

/** A failure to play when a request matches. Rules are tried in the order in which they were added. */
export const faultSchema = z
  .strictObject({
    /** Part of the host name; any host without it. */
    host: z.string().optional(),
    /** Any method without it. */
    method: z.string().toUpperCase().optional(),
    /** Regular expression on path and query, case-insensitive; any path without it. */
    path: z.string().optional(),
    /**
     * Nothing is done: `refuse` opens no connection to the host (method and path are not known by then; while it waits,
     * each request to the host has a connection of its own, so that `skip` counts requests); `status` answers
     * `status`; `html` does so with the page of a gateway; `cutBefore` closes the connection; `hang` never answers.
     * It is done: `cutAfter` closes the connection without an answer; `hangAfter` never answers; `truncate` answers half of
     * the body, `garble` a body that is not JSON. `delay` waits, then goes on.
     */
    effect: z.enum(effects),
    /** For `status` and `html`. */
    status: z.number().int().min(200).max(599).default(503),
    /** Sent as `Retry-After`; no such header without it. */
    retryAfterSeconds: z.number().min(0).optional(),
    /** Whether `Retry-After` is sent as a date, which has whole seconds, rather than in seconds. */
    retryAfterDate: z.boolean().default(false),
    delayMilliseconds: z.number().min(0).max(600_000).default(1000),
    /** How many matching requests pass before it is played: 2 plays it at the third. */
    skip: z.number().int().min(0).default(0),
    /** After how many matching requests the fault is spent, the passed ones not counted. */
    times: z.number().int().min(1).default(1),
  })
  .refine(({ effect, method, path }) => effect !== "refuse" || (method === undefined && path === undefined), {
    error: "effect refuse takes a host only: before there is a connection, no method and path are known",
  });

export type Fault = z.infer<typeof faultSchema>;
/** A rule that waits for its requests. */
export type WaitingFault = Fault & { left: number };

interface Target {
  host: string;
  method: string;
  path: string;
}

function matches(fault: Fault, target: Target): boolean {
  return (
    (fault.host === undefined || target.host.includes(fault.host)) &&
    (fault.method === undefined || target.method === fault.method) &&
    (fault.path === undefined || new RegExp(fault.path, "i").test(target.path))
  );
}

/** The faults that wait for their request. They are gone with the process. */
export class Faults {
  private rules: WaitingFault[] = [];
  private readonly hanging = new Set<() => void>();
  private readonly closers = new Set<() => void>();

  /** @throws ZodError or SyntaxError when the rule is not one. */
  add(rule: unknown): Fault {
    const fault = faultSchema.parse(rule);
    if (fault.path !== undefined) new RegExp(fault.path);
    this.rules.push({ ...fault, left: fault.times });
    if (fault.effect === "refuse") for (const close of this.closers) close();
    return fault;
  }

  /** @param close ends connections that clients keep: a request on one of them could not be refused @returns how to stop that */
  beforeRefusals(close: () => void): () => void {
    this.closers.add(close);
    return () => this.closers.delete(close);
  }

  list(): WaitingFault[] {
    return this.rules.map((rule) => ({ ...rule }));
  }

  /** Forgets the rules, and ends the connections of requests that hang. */
  clear(): void {
    this.rules = [];
    for (const end of this.hanging) end();
    this.hanging.clear();
  }

  /** The fault for this request, counted as played. */
  take(target: Target): Fault | undefined {
    return this.played(this.rules.find((rule) => rule.effect !== "refuse" && matches(rule, target)));
  }

  /** Whether a connection to this host is refused, counted as played. */
  refuses(host: string): boolean {
    return this.played(this.refusalOf(host)) !== undefined;
  }

  /** Whether a rule waits for connections to this host. */
  awaitsConnections(host: string): boolean {
    return this.refusalOf(host) !== undefined;
  }

  /** How many requests hang right now. */
  get hangingRequests(): number {
    return this.hanging.size;
  }

  /** A request hangs. @param end closes its connection @returns to be called once it is closed */
  hold(end: () => void): () => void {
    this.hanging.add(end);
    return () => this.hanging.delete(end);
  }

  private refusalOf(host: string): WaitingFault | undefined {
    return this.rules.find((rule) => rule.effect === "refuse" && matches(rule, { host, method: "", path: "" }));
  }

  private played(rule: WaitingFault | undefined): Fault | undefined {
    if (!rule) return undefined;
    if (rule.skip > 0) {
      rule.skip -= 1;
      return undefined;
    }
    rule.left -= 1;
    this.rules = this.rules.filter(({ left }) => left > 0);
    const { left: _left, ...fault } = rule;
    return fault;
  }
}
