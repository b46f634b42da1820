import crypto from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Cloud } from "../service";
import type { Collection, Store } from "../store";
import { callerOf, personOf } from "./access";
import { parseBody } from "./body";
import { powerPlatformErrors } from "./errors";
import { audiences } from "./hosts";

const classification = z.enum(["Confidential", "General", "Blocked"]);
const connector = z.looseObject({ id: z.string(), name: z.string().optional(), type: z.string().optional() });
const definitionSchema = z.looseObject({
  displayName: z.string().min(1),
  defaultConnectorsClassification: classification.default("General"),
  environmentType: z.enum(["AllEnvironments", "OnlyEnvironments", "ExceptEnvironments", "SingleEnvironment"]),
  environments: z.array(z.looseObject({ name: z.string() })).default([]),
  connectorGroups: z.array(z.object({ classification, connectors: z.array(connector) })).default([]),
});
const ruleSchema = z.object({
  order: z.int().min(1),
  customConnectorRuleClassification: z.enum(["Confidential", "General", "Blocked", "Ignore"]),
  pattern: z.string().min(1),
});
const policySchema = z.object({
  policyDefinition: definitionSchema,
  customConnectorUrlPatternsDefinition: z
    .object({ rules: z.array(ruleSchema) })
    .default({ rules: [{ order: 1, customConnectorRuleClassification: "Ignore", pattern: "*" }] }),
});

type Policy = z.infer<typeof policySchema>;

const dataPolicies = (store: Store): Collection<Policy> => store.collection("dataPolicies");

interface Named {
  Params: { name: string };
}

/**
 * Data policies: which connectors may be used where, and together with which. They are kept and shown; what they forbid is not
 * refused here, since it is not known how the service words it.
 * Source of paths and fields: internal/services/dlp_policy of microsoft/terraform-provider-power-platform
 */
export function dataPolicyRoutes(app: FastifyInstance, cloud: Cloud): void {
  const policies = dataPolicies(cloud.store);
  const enter = (request: FastifyRequest) =>
    callerOf(cloud, request, [...audiences.powerApps, "https://api.bap.microsoft.com"]);
  const find = ({ params }: FastifyRequest<Named>): Policy => {
    const found = policies.get(params.name.toLowerCase());
    if (!found) throw powerPlatformErrors.policyNotFound(params.name);
    return found;
  };
  const save = async (request: FastifyRequest, name: string, before?: Policy): Promise<Policy> => {
    const caller = await enter(request);
    const { displayName } = personOf(cloud, caller);
    const given = parseBody(request, policySchema);
    const now = cloud.clock.now().toISOString();
    const made = before?.policyDefinition ?? { createdBy: { displayName }, createdTime: now };
    const policyDefinition = {
      ...given.policyDefinition,
      name,
      createdBy: made.createdBy,
      createdTime: made.createdTime,
      lastModifiedBy: { displayName },
      lastModifiedTime: now,
      etag: crypto.randomUUID(),
      isLegacySchemaVersion: false,
    };
    const policy = { ...given, policyDefinition };
    policies.put(name, policy);
    return policy;
  };
  const path = "/providers/PowerPlatform.Governance/v2/policies";

  // The rules for URLs are shown for one policy alone, as clients that ask for each by its name suggest.
  app.get(path, async (request) => {
    await enter(request);
    return { value: policies.values().map(({ policyDefinition }) => ({ policyDefinition })) };
  });
  app.get<Named>(`${path}/:name`, async (request) => {
    await enter(request);
    return find(request);
  });
  app.post(path, async (request, reply) => reply.code(201).send(await save(request, crypto.randomUUID())));
  app.patch<Named>(`${path}/:name`, async (request) => save(request, request.params.name.toLowerCase(), find(request)));
  app.delete<Named>("/providers/PowerPlatform.Governance/v1/policies/:name", async (request, reply) => {
    await enter(request);
    find(request);
    policies.delete(request.params.name.toLowerCase());
    return reply.code(200).send();
  });
}
