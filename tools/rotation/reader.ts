import { setTimeout as sleep } from "node:timers/promises";
import type { ControlClient } from "../../local-cloud/client";
import type { Wire } from "./wire";

/** A call of GetSecret that was not answered with the secret. */
export interface Failure {
  /** Time of the local cloud, ISO 8601. */
  at: string;
  /** Milliseconds since 1970 by the machine's clock. */
  machineTime: number;
  status: number;
  /** Entra's code or the service's words, shortened. */
  reason: string;
}

/** What is read: an operation's URL through a connection, and what came of it. */
export interface Target {
  name: string;
  url: string;
  calls: number;
  failures: Failure[];
}

export const targetOf = (name: string, url: string): Target => ({ name, url, calls: 0, failures: [] });

const callsASecond = 20;
/** The clock stands still, moves by this much, and stands still again. */
const stepMilliseconds = 250;
const callsAStep = (callsASecond * stepMilliseconds) / 1000;
/** So that pulumi and the local cloud get their share of the machine: time passes ten times as fast as outside at most. */
const shortestStep = stepMilliseconds / 10;

const reasonOf = (body: string) => /AADSTS\d+/.exec(body)?.[0] ?? body.replaceAll(/\s+/g, " ").slice(0, 120);

/**
 * Reads a secret through connections, as makers' flows do, and drives the clock of the local cloud: a quarter of a second,
 * five calls to each target at once, a quarter of a second, and so on. So there are exactly twenty calls in each second that
 * the local cloud goes through, however long the machine takes for it.
 */
export class Reader {
  readonly targets: Target[] = [];
  private token = "";
  private now: number;

  constructor(
    private readonly wire: Wire,
    private readonly control: ControlClient,
    start: Date,
  ) {
    this.now = start.getTime();
  }

  get time(): Date {
    return new Date(this.now);
  }

  /** Moves the clock to a moment, at which nobody calls. */
  async goTo(moment: Date): Promise<void> {
    this.now = moment.getTime();
    await this.control.setClock(moment.toISOString(), true);
    if (this.targets.length > 0) this.token = await this.wire.makerToken();
  }

  /** Reads for some seconds of the local cloud's time. */
  async readFor(seconds: number): Promise<void> {
    for (let step = 0; step < (seconds * 1000) / stepMilliseconds; step += 1) await this.step();
  }

  /**
   * Reads for as long as some work takes, and at least for some seconds of the local cloud's time.
   * @throws whatever the work throws
   */
  async readDuring<T>(work: Promise<T>, atLeastSeconds = 0): Promise<T> {
    const until = this.now + atLeastSeconds * 1000;
    const state = { isDone: false };
    const end = () => {
      state.isDone = true;
    };
    work.then(end, end);
    while (!state.isDone || this.now < until) await this.step();
    return work;
  }

  private async step(): Promise<void> {
    const startedAt = Date.now();
    this.now += stepMilliseconds;
    await this.control.setClock(this.time.toISOString(), true);
    const calls = this.targets.flatMap((target) => Array.from({ length: callsAStep }, () => this.call(target)));
    await Promise.all(calls);
    const rest = shortestStep - (Date.now() - startedAt);
    if (rest > 0) await sleep(rest);
  }

  private async call(target: Target): Promise<void> {
    target.calls += 1;
    const at = this.time.toISOString();
    const machineTime = Date.now();
    const fail = (status: number, reason: string) => target.failures.push({ at, machineTime, status, reason });
    try {
      const { status, body } = await this.wire.send("GET", target.url, { token: this.token });
      const isAnswered = status === 200 && typeof (JSON.parse(body) as { value?: unknown }).value === "string";
      if (!isAnswered) fail(status, reasonOf(body));
    } catch (error) {
      fail(0, error instanceof Error ? error.message : String(error));
    }
  }
}
