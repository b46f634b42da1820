import { z } from "zod";
import type { Endpoints } from "./endpoints";
import type { HttpClient } from "./http";
import { parseAnswer } from "./answers";

const environmentSchema = z.looseObject({
  properties: z.looseObject({
    linkedEnvironmentMetadata: z.looseObject({ instanceUrl: z.string().nullish() }).nullish(),
  }),
});

/** Environments of the Power Platform. */
export class Environments {
  private readonly organizations = new Map<string, Promise<string | undefined>>();

  constructor(
    private readonly http: HttpClient,
    private readonly endpoints: Endpoints,
  ) {}

  /** URL of the environment's organization in Dataverse, asked for once; undefined for an environment without Dataverse. */
  organizationUrl(environmentId: string): Promise<string | undefined> {
    const known = this.organizations.get(environmentId);
    if (known) return known;
    const asked = this.ask(environmentId);
    this.organizations.set(environmentId, asked);
    // What failed is asked for again.
    asked.catch(() => this.organizations.delete(environmentId));
    return asked;
  }

  private async ask(environmentId: string): Promise<string | undefined> {
    const action = `look whether environment ${environmentId} has Dataverse`;
    const answer = await this.http.send("GET", this.endpoints.environment(environmentId), { action });
    const { properties } = parseAnswer(environmentSchema, answer, action);
    return properties.linkedEnvironmentMetadata?.instanceUrl ?? undefined;
  }
}
