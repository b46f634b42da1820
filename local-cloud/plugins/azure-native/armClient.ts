import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../common/connection";
import type { Options } from "../common/plugin";
import { type Answer, RestClient, ServiceError } from "../common/rest";
import { getPath, isObject, type Properties } from "../common/values";

const endpoint = "https://management.azure.com";

const describe = (status: number, code: string, message: string): string =>
  `Status=${String(status)} Code=${JSON.stringify(code)} Message=${JSON.stringify(message)}`;

/** Between two looks at an operation under way, unless the service says how long (Retry-After). */
const pollSeconds = 5;

function secondsToWait(answer: Answer): number {
  const seconds = Number(answer.header("retry-after"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds : pollSeconds;
}

const word = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);

/** Azure Resource Manager: https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations */
export class ArmClient {
  private readonly rest: RestClient;

  constructor(private readonly connection: Connection) {
    this.rest = new RestClient({
      credential: connection.credential,
      // The audience that the Go SDK's public cloud has; its trailing slash makes two.
      scope: "https://management.core.windows.net//.default",
      describe,
      signal: connection.signal,
    });
  }

  private url(id: string, apiVersion: string): string {
    const path = id.split("/").map(encodeURIComponent).join("/");
    return `${endpoint}${path}?api-version=${apiVersion}`;
  }

  /** @returns undefined when there is no such resource. */
  async get(id: string, apiVersion: string): Promise<Properties | undefined> {
    const answer = await this.rest.send("GET", this.url(id, apiVersion), undefined, [404]);
    return answer.status === 200 && Object.keys(answer.body).length > 0 ? answer.body : undefined;
  }

  /** @throws ServiceError when there is no such resource. */
  async require(id: string, apiVersion: string): Promise<Properties> {
    return (await this.rest.send("GET", this.url(id, apiVersion))).body;
  }

  /** Writes and waits until it is done. @returns the id as the service writes it. */
  async put(id: string, apiVersion: string, body: Properties, options: Options): Promise<string> {
    const answer = await this.rest.send("PUT", this.url(id, apiVersion), body);
    await this.finished(id, apiVersion, answer, options);
    return typeof answer.body.id === "string" ? answer.body.id : id;
  }

  /** Deletes and waits until it is done; what is not there is deleted already. */
  async delete(id: string, apiVersion: string, options: Options): Promise<void> {
    const answer = await this.rest.send("DELETE", this.url(id, apiVersion), undefined, [404]);
    if (answer.status !== 404) await this.finished(undefined, apiVersion, answer, options);
  }

  private async finished(id: string | undefined, apiVersion: string, first: Answer, options: Options): Promise<void> {
    const operation = first.header("azure-asyncoperation");
    const location = first.header("location");
    if (operation) await this.poll(operation, first, options, ({ body }) => body.status);
    else if (first.status === 202 && location) {
      await this.poll(location, first, options, ({ status }) => (status === 202 ? "InProgress" : "Succeeded"));
    } else if (id && getPath(first.body, "properties.provisioningState") !== undefined) {
      const state = ({ body }: Answer) => getPath(body, "properties.provisioningState");
      await this.poll(this.url(id, apiVersion), first, options, state);
    }
  }

  private async poll(url: string, first: Answer, { deadline }: Options, state: (answer: Answer) => unknown) {
    let answer = first;
    for (;;) {
      const current = word(state(answer), answer === first ? "InProgress" : "Succeeded");
      if (current === "Succeeded") return;
      if (current === "Failed" || current === "Canceled") {
        const error = isObject(answer.body.error) ? answer.body.error : {};
        const [code, message] = [word(error.code, current), word(error.message, "The operation did not succeed.")];
        throw new ServiceError(describe(answer.status, code, message), answer.status, code);
      }
      const wait = secondsToWait(answer) * 1000;
      if (Date.now() + wait > deadline) {
        throw new Error(`The operation is still '${current}'. Run the update again; it takes up where this one ended.`);
      }
      await sleep(wait, undefined, { signal: this.connection.signal });
      answer = await this.rest.send("GET", url);
    }
  }
}
