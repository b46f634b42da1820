import { UnknownValueError } from "@pulumi/policy";
import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../../local-cloud/project";
import { examples, examplesNow } from "../../../policies/examples";
import { policiesReference } from "../../../policies/reference";
import { plain, unknown } from "../../../policies/resources";
import { defaultOptions, environmentKindOf, rules } from "../../../policies/rules";

const options = { ...defaultOptions, now: examplesNow };
const broken = rules.flatMap((rule) => (examples[rule.name]?.broken ?? []).map((one) => [rule.name, one.what, rule, one.resources] as const)); // prettier-ignore
const kept = rules.flatMap((rule) => (examples[rule.name]?.kept ?? []).map((one) => [rule.name, one.what, rule, one.resources] as const)); // prettier-ignore

describe("policies", () => {
  it.each(broken)("%s finds: %s", (_name, _what, rule, resources) => {
    const findings = rule.check(resources, options);
    expect(findings).toHaveLength(1);
    expect(resources.map(({ urn }) => urn)).toContain(findings[0]?.urn);
  });

  it.each(kept)("%s finds nothing: %s", (_name, _what, rule, resources) => {
    expect(rule.check(resources, options)).toEqual([]);
  });

  it("have a broken and a kept example each, and no example is left over", () => {
    expect(Object.keys(examples).sort()).toEqual(rules.map(({ name }) => name).sort());
    for (const { broken: red, kept: green } of Object.values(examples)) expect(Math.min(red.length, green.length)).toBeGreaterThan(0); // prettier-ignore
  });

  it("say nothing of what a preview does not know", () => {
    const all = Object.values(examples).flatMap(({ broken: red }) => red.flatMap(({ resources }) => resources));
    for (const rule of rules.filter(({ needsStack }) => !needsStack)) {
      for (const one of all) {
        const props = Object.fromEntries(["properties", "tags", "endDate", "definition", "connectionParameterSets"].map((key) => [key, unknown])); // prettier-ignore
        expect([rule.name, rule.check([{ ...one, props }], options)]).toEqual([rule.name, []]);
      }
    }
  });

  it("do not stop dev by what prod must have", () => {
    const stopped = (kind: "dev" | "prod") => rules.filter(({ levels }) => levels[kind] === "mandatory").map(({ name }) => name); // prettier-ignore
    expect(stopped("prod")).toEqual(rules.map(({ name }) => name));
    expect(stopped("dev")).toEqual(["vault-asks-for-roles", "reader-only-reads", "https-only", "no-on-behalf-of-application"]); // prettier-ignore
  });

  it.each([
    ["prod", "prod"],
    ["production-eu", "prod"],
    ["product", "dev"],
    ["test", "test"],
    ["staging.west", "test"],
    ["local", "dev"],
    ["dev", "dev"],
  ])("stack %s is %s", (stack, kind) => {
    expect(environmentKindOf(stack)).toBe(kind);
  });
});

/** The package exports the class without its types. */
const NotKnown = UnknownValueError as unknown as new (type: string, path: string[]) => Error;

describe("plain", () => {
  it("turns what throws because it is not known into `unknown`, however deep", () => {
    const value = {
      known: [1, { a: true }],
      get later(): string {
        throw new NotKnown("04da6b54-80e4-46f7-96ec-b56ff0331ba9", ["later"]);
      },
    };
    expect(plain({ inner: value })).toEqual({ inner: { known: [1, { a: true }], later: unknown } });
  });

  it("hides no other error", () => {
    const value = {
      get odd(): string {
        throw new Error("odd");
      },
    };
    expect(() => plain(value)).toThrow("odd");
  });
});

describe("the reference of the policies", () => {
  it("is not stale", () => {
    const file = path.join(projectRoot(), "docs", "reference", "policies.md");
    const wanted = policiesReference();
    if (process.env.UPDATE_REFERENCE) fs.writeFileSync(file, wanted);
    expect(fs.readFileSync(file, "utf8")).toBe(wanted);
  });
});
