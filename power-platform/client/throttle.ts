import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import { setTimeout as sleep } from "node:timers/promises";
import { retryAfter } from "./retries";

/** Requests to one host at the same time. Dataverse allows 52, the other services say nothing. */
const atOnce = 8;
/** No longer than this one request's Retry-After holds the others back. */
const longestPauseMilliseconds = 120_000;

/** What is known of one host. */
class Host {
  private running = 0;
  private notBefore = 0;
  private readonly waiting: (() => void)[] = [];

  async enter(): Promise<void> {
    if (this.running >= atOnce) await new Promise<void>((go) => this.waiting.push(go));
    else this.running += 1;
    const wait = this.notBefore - Date.now();
    // Spread, since all that wait would go at the same moment.
    if (wait > 0) await sleep(wait + Math.random() * 1000);
  }

  leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }

  /** The service asked one request to wait: its limits are those of the caller, so that the others wait too. */
  hold(milliseconds: number): void {
    this.notBefore = Math.max(this.notBefore, Date.now() + Math.min(milliseconds, longestPauseMilliseconds));
  }
}

/**
 * Respects the limits of services when many resources are made at once: few requests at a time to each host, and none
 * while the host has told one of them to wait.
 */
export class Throttle {
  private readonly hosts = new Map<string, Host>();

  readonly policy: PipelinePolicy = {
    name: "throttle",
    sendRequest: async (request, next) => {
      const { host: name } = new URL(request.url);
      const host = this.hosts.get(name) ?? new Host();
      this.hosts.set(name, host);
      await host.enter();
      try {
        const response = await next(request);
        const asked = retryAfter(response.headers.get("retry-after"));
        if (response.status === 429 && asked !== undefined) host.hold(asked);
        return response;
      } finally {
        host.leave();
      }
    },
  };
}
