import { z } from "zod";
import type { Endpoints } from "../../power-platform/client/endpoints";
import type { HttpClient } from "../../power-platform/client/http";
import { all, type CloudFinding } from "./finding";

const definitionSchema = z.looseObject({
  name: z.string(),
  displayName: z.string(),
  environmentType: z.string(),
  environments: z.array(z.looseObject({ name: z.string() })).nullish(),
});
const listSchema = z.object({ value: z.array(z.looseObject({ policyDefinition: definitionSchema })) });
const policySchema = z.looseObject({
  policyDefinition: definitionSchema,
  customConnectorUrlPatternsDefinition: z
    .looseObject({
      rules: z
        .array(z.looseObject({ order: z.number(), customConnectorRuleClassification: z.string(), pattern: z.string() }))
        .nullish(),
    })
    .nullish(),
});

/** A data policy, as far as it concerns custom connectors. */
export type DataPolicy = z.infer<typeof policySchema>;

/** Whether a policy counts in an environment. */
export function applies(
  { policyDefinition: { environmentType, environments } }: DataPolicy,
  environmentId: string,
): boolean {
  const isListed = (environments ?? []).some(({ name }) => name.toLowerCase() === environmentId.toLowerCase());
  switch (environmentType) {
    case "AllEnvironments":
      return true;
    case "ExceptEnvironments":
      return !isListed;
    default:
      return isListed;
  }
}

/**
 * The group into which a policy puts the connectors of a host: that of the first rule, by its order, whose pattern matches.
 * Source: https://learn.microsoft.com/power-platform/admin/dlp-custom-connector-parity
 * @returns undefined when the policy says nothing about it
 */
export function groupOf(
  { customConnectorUrlPatternsDefinition: patterns }: DataPolicy,
  host: string,
): string | undefined {
  const urls = [host, `https://${host}`, `https://${host}/`];
  const rules = [...(patterns?.rules ?? [])].sort((a, b) => a.order - b.order);
  const first = rules.find(({ pattern }) => {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    const expression = new RegExp(`^${parts.join(".*")}$`, "i");
    return urls.some((url) => expression.test(url));
  });
  const group = first?.customConnectorRuleClassification;
  return group === "Ignore" ? undefined : group;
}

/** What makers read in the admin center. */
const groupNames: Record<string, string> = { Confidential: "Business", General: "Non-business" };

function judge(policies: readonly DataPolicy[], environmentId: string, host: string): CloudFinding[] {
  const area = "Data policies";
  const said = policies
    .filter((policy) => applies(policy, environmentId))
    .map((policy) => ({ name: policy.policyDefinition.displayName, group: groupOf(policy, host) }));
  const blocking = said.filter(({ group }) => group === "Blocked");
  if (blocking.length > 0) {
    return blocking.map(({ name }) => ({
      area,
      level: "problem",
      what: `The data policy "${name}" blocks custom connectors of https://${host} in environment ${environmentId}: the connector would be made, and no flow or app could use it.`,
      remedy: `Have a Power Platform administrator add the pattern https://${host}* to it, as Business or Non-business, before the pattern that blocks.`,
    }));
  }
  const grouped = said.filter(({ group }) => group !== undefined);
  if (grouped.length === 0) {
    return [{ area, level: "ok", what: `No data policy speaks of https://${host} in environment ${environmentId}.` }];
  }
  return grouped.map(({ name, group = "" }) => ({
    area,
    level: "ok",
    what: `The data policy "${name}" puts the connector into the group ${groupNames[group] ?? group} in environment ${environmentId}: flows combine it with connectors of that group only.`,
  }));
}

/** Whether data policies let the connectors of a vault be used in environments. */
export function dataPolicyFindings(
  http: HttpClient,
  endpoints: Endpoints,
  environmentIds: readonly string[],
  host: string,
): Promise<CloudFinding[]> {
  const read = async (): Promise<CloudFinding[]> => {
    const action = "list the data policies";
    const { body } = await http.send("GET", endpoints.dataPolicies(), { action });
    const { value } = listSchema.parse(JSON.parse(body));
    const policies = await Promise.all(
      value.map(async ({ policyDefinition: { name, displayName } }) => {
        const one = await http.send("GET", endpoints.dataPolicies(name), {
          action: `read the data policy ${displayName}`,
        });
        return policySchema.parse(JSON.parse(one.body));
      }),
    );
    return environmentIds.flatMap((environmentId) => judge(policies, environmentId, host));
  };
  return all("Data policies", [["The tenant's data policies", read]]);
}
