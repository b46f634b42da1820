import type * as Pulumi from "@pulumi/pulumi";
import type { StackOutputs } from "../../../outputs";
import { project, source } from "./configuration";
import { services } from "./services";

/** A resource of the program, as the engine was asked for it. */
export interface Registered {
  type: string;
  name: string;
  isComponent: boolean;
  /** Name of the parent; "" for the stack. */
  parent: string;
  /** With marks where a value is secret (services.ts). */
  inputs: Record<string, unknown>;
  /** What the program said about it beside the inputs. */
  options: Pulumi.ComponentResourceOptions & Pulumi.CustomResourceOptions;
}

export interface ProgramRun {
  resources: Registered[];
  /** The resource of a name; throws when there is none. */
  named(name: string): Registered;
  ofType(ending: string): Registered[];
  /** What components registered as their outputs, by component. */
  componentOutputs: Map<string, Record<string, unknown>>;
  /** What the stack exports, in clear. */
  outputs: StackOutputs;
  secretOutputs: string[];
}

/** The protected method of components, as a test may watch it. */
interface Watched {
  registerOutputs: (this: Pulumi.Resource, outputs?: Record<string, unknown>) => void;
}

/** Runs index.ts as the engine does, with modules of its own, against the answers of services.ts. */
export async function runProgram(config: Record<string, unknown> = {}, stack = "dev"): Promise<ProgramRun> {
  const { config: all, secretKeys } = source(config, { stack });
  const asked = new Map<string, Pulumi.runtime.MockResourceArgs>();
  const made: { name: string; resource: Pulumi.Resource; options: Registered["options"] }[] = [];
  const registered = new Map<Pulumi.Resource, Record<string, unknown>>();
  const exported: Record<string, unknown> = {};
  const secretOutputs: string[] = [];
  const before = process.env.PULUMI_CONFIG_SECRET_KEYS;
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(secretKeys);
  try {
    await jest.isolateModulesAsync(async () => {
      const pulumi = jest.requireActual<typeof Pulumi>("@pulumi/pulumi");
      const mocks = services((args) => asked.set(`${args.type} ${args.name}`, args));
      await pulumi.runtime.setMocks(mocks, project, stack);
      pulumi.runtime.setAllConfig(all);
      const prototype = pulumi.ComponentResource.prototype as unknown as Watched;
      const { registerOutputs } = prototype;
      prototype.registerOutputs = function (outputs = {}) {
        // The SDK calls it once more when the constructor forgot: only the first time counts.
        if (!registered.has(this)) registered.set(this, outputs);
        registerOutputs.call(this, outputs);
      };
      await pulumi.runtime.runInPulumiStack(async () => {
        pulumi.runtime.registerStackTransformation(({ resource, name, opts }) => {
          made.push({ name, resource, options: opts });
          return undefined;
        });
        const outputs = jest.requireActual<Record<string, Pulumi.Output<unknown>>>("../../../index");
        for (const [name, output] of Object.entries(outputs)) {
          if (await pulumi.isSecret(output)) secretOutputs.push(name);
          exported[name] = await new Promise((resolve) => output.apply(resolve));
        }
        return outputs;
      });
      await pulumi.runtime.disconnect();
    });
  } finally {
    if (before === undefined) delete process.env.PULUMI_CONFIG_SECRET_KEYS;
    else process.env.PULUMI_CONFIG_SECRET_KEYS = before;
  }
  const nameOf = new Map(made.map(({ name, resource }) => [resource, name]));
  const resources = made.map(({ name, options }): Registered => {
    const args = [...asked.values()].find((one) => one.name === name);
    if (!args) throw new Error(`The engine was never asked for ${name}.`);
    const parent = options.parent === undefined ? "" : (nameOf.get(options.parent) ?? "");
    const inputs = args.inputs as Registered["inputs"];
    return { type: args.type, name, isComponent: args.custom === false, parent, inputs, options };
  });
  return {
    resources,
    named: (name) => {
      const found = resources.find((one) => one.name === name);
      if (found) return found;
      throw new Error(`There is no ${name} among ${resources.map((one) => one.name).join(", ")}.`);
    },
    ofType: (ending) => resources.filter(({ type }) => type.endsWith(ending)),
    componentOutputs: new Map([...registered].map(([resource, outputs]) => [nameOf.get(resource) ?? "", outputs])),
    outputs: exported as unknown as StackOutputs,
    secretOutputs,
  };
}
