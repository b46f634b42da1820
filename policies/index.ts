// The policy pack: `pulumi preview --policy-pack policies`. What the rules are stands in rules.ts; this hands them to the engine.
import { type Policies, type PolicyConfigSchema, PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { checkedResource } from "./resources";
import { defaultOptions, environmentKindOf, type EnvironmentKind, type Rule, type RuleOptions, rules } from "./rules";

const schemas: Record<keyof typeof defaultOptions, NonNullable<PolicyConfigSchema["properties"]>[string]> = {
  maximumDays: { type: "number", minimum: 1, default: defaultOptions.maximumDays },
  requiredTags: { type: "array", items: { type: "string" }, default: defaultOptions.requiredTags },
};

/** Without a stack, as when the pack is published, the strictest counts. */
function environmentKind(): EnvironmentKind {
  try {
    return environmentKindOf(pulumi.getStack());
  } catch {
    return "prod";
  }
}

function policyOf(rule: Rule, environment: EnvironmentKind): Policies[number] {
  const optionNames = rule.options ?? [];
  const common = {
    name: rule.name,
    description: rule.description,
    remediationSteps: rule.remedy,
    enforcementLevel: rule.levels[environment],
    ...(optionNames.length > 0
      ? { configSchema: { properties: Object.fromEntries(optionNames.map((name) => [name, schemas[name]])) } }
      : {}),
  };
  const optionsOf = (config: Partial<RuleOptions>): RuleOptions => ({ ...defaultOptions, ...config, now: new Date() });
  const words = (text: string) => `${text}\nRemedy: ${rule.remedy}`;
  if (rule.needsStack) {
    return {
      ...common,
      validateStack: (args, report) => {
        for (const { urn, text } of rule.check(args.resources.map(checkedResource), optionsOf(args.getConfig())))
          report(words(text), urn);
      },
    };
  }
  return {
    ...common,
    validateResource: (args, report) => {
      for (const { text } of rule.check([checkedResource(args)], optionsOf(args.getConfig()))) report(words(text));
    },
  };
}

const environment = environmentKind();

new PolicyPack("keyvault-connector", { policies: rules.map((rule) => policyOf(rule, environment)) });
