import { examples, examplesNow } from "./examples";
import { defaultOptions, environments, type Rule, rules } from "./rules";

const signs = { mandatory: "stops", advisory: "warns", disabled: "–" };

function overview(): string[] {
  return [
    `| Policy | ${environments.join(" | ")} |`,
    `| :--- | ${environments.map(() => ":---").join(" | ")} |`,
    ...rules.map(
      ({ name, levels }) => `| [${name}](#${name}) | ${environments.map((one) => signs[levels[one]]).join(" | ")} |`,
    ),
  ];
}

function section({ name, description, remedy, check }: Rule): string[] {
  const { broken, kept } = examples[name] ?? { broken: [], kept: [] };
  const options = { ...defaultOptions, now: examplesNow };
  const rows = [...broken, ...kept].map(({ what, resources }) => {
    const findings = check(resources, options);
    const said = findings.map(({ text }) => text).join(" ");
    return `| ${what} | ${findings.length > 0 ? "🔴" : "🟢"} | ${said} |`;
  });
  return [
    `## ${name}`,
    "",
    description,
    "",
    `**Remedy.** ${remedy}`,
    "",
    "| Program | | What is said |",
    "| :--- | :--- | :--- |",
    ...rows,
    "",
  ];
}

/** The reference of the policies, in Markdown. Every line of it comes from the rules and from running them. */
export function policiesReference(): string {
  return [
    "# Policies",
    "",
    "_Generated from `policies/rules.ts` and `policies/examples.ts`; a test fails when it is stale (`UPDATE_REFERENCE=1 npm test -- tests/unit/policies` writes it)._",
    "",
    "`pulumi preview --policy-pack policies` checks a stack. Its name says what counts: `prod…` or `production` is prod; `test`, `qa`, `uat`,",
    "`staging` and the like are test; everything else is dev. **stops**: the update is refused before anything is changed; **warns**: it is told and goes on.",
    '`--policy-pack-config FILE` sets levels and options: `{ "all": "mandatory", "client-secret-lifetime": { "maximumDays": 180 } }`. What a preview does not know',
    "yet is checked by the update itself.",
    "",
    ...overview(),
    "",
    ...rules.flatMap(section),
  ].join("\n");
}
