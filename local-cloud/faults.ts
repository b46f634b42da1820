import { z } from "zod";

/** A failure to play when a request matches. Rules are tried in the order in which they were added. */
export const faultSchema = z.strictObject({
  /** Part of the host name; any host without it. */
  host: z.string().optional(),
  /** Any method without it. */
  method: z.string().toUpperCase().optional(),
  /** Regular expression on path and query, case-insensitive; any path without it. */
  path: z.string().optional(),
  /**
   * `status`: answer `status` without doing anything. `cutBefore`: close the connection without doing anything.
   * `cutAfter`: do it, then close the connection without an answer (a lost answer). `delay`: wait, then go on.
   */
  effect: z.enum(["status", "cutBefore", "cutAfter", "delay"]),
  status: z.number().int().min(400).max(599).default(503),
  /** Sent as `Retry-After`; no such header without it. */
  retryAfterSeconds: z.number().min(0).optional(),
  delayMilliseconds: z.number().min(0).max(600_000).default(1000),
  /** After how many matching requests the fault is spent. */
  times: z.number().int().min(1).default(1),
});

export type Fault = z.infer<typeof faultSchema>;

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
  private rules: { fault: Fault; left: number }[] = [];

  /** @throws ZodError or SyntaxError when the rule is not one. */
  add(rule: unknown): Fault {
    const fault = faultSchema.parse(rule);
    if (fault.path !== undefined) new RegExp(fault.path);
    this.rules.push({ fault, left: fault.times });
    return fault;
  }

  list(): (Fault & { left: number })[] {
    return this.rules.map(({ fault, left }) => ({ ...fault, left }));
  }

  clear(): void {
    this.rules = [];
  }

  /** The fault for this request, counted as played. */
  take(target: Target): Fault | undefined {
    const rule = this.rules.find(({ fault }) => matches(fault, target));
    if (!rule) return undefined;
    rule.left -= 1;
    this.rules = this.rules.filter(({ left }) => left > 0);
    return rule.fault;
  }
}
