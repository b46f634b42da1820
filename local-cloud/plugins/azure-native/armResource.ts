import { asInputs, plannedOutputs, refreshedInputs } from "../common/lifecycle";
import {
  type Checked,
  type CheckRequest,
  type Created,
  type Options,
  PartlyCreatedError,
  type ResourceType,
  type State,
} from "../common/plugin";
import type { SameValue } from "../common/diff";
import { getPath, type Properties, unknownValue, withPath } from "../common/values";
import type { ArmClient } from "./armClient";
import { automaticName, parametersOf, pathParameters, resourceId } from "./ids";
import type { ArmKind } from "./kinds";
import { toBody, toOutputs } from "./shapes";

export interface ArmContext {
  arm: ArmClient;
  subscriptionId: string | undefined;
  /** Location of resources that name none. */
  location: string | undefined;
}

const sameLocation: SameValue = (path, before, after) => {
  const normal = (value: unknown) => (typeof value === "string" ? value.toLowerCase().replaceAll(" ", "") : value);
  return path === "location" && normal(before) === normal(after);
};

/** Any resource of the table, managed as azure-native manages it. */
export class ArmResource implements ResourceType {
  readonly replaceOn: readonly string[];
  readonly sameValue = sameLocation;
  protected readonly parameters: readonly string[];

  constructor(
    protected readonly kind: ArmKind,
    protected readonly context: ArmContext,
  ) {
    this.parameters = pathParameters(kind.path);
    this.replaceOn = [...this.parameters, ...(kind.replaceOn ?? [])];
  }

  /** Only a name that nobody chose leaves room for a new resource beside the old one. */
  deletesBeforeReplace({ name, inputs }: State): boolean {
    const { parameter, way } = this.kind.autoName;
    const given = inputs[parameter];
    const suffix = typeof given === "string" && given.startsWith(name) ? given.slice(name.length) : "";
    return way !== "unique" || !/^[0-9a-f]{8}$/.test(suffix);
  }

  async check({ name, oldInputs, inputs, randomSeed }: CheckRequest): Promise<Checked> {
    const { autoName, patterns = {} } = this.kind;
    const checked = { ...inputs };
    checked[autoName.parameter] ??= oldInputs[autoName.parameter] ?? automaticName(autoName.way, name, randomSeed);
    if (this.kind.inputs.includes("location")) checked.location ??= await this.defaultLocation(oldInputs, checked);
    const missing = this.parameters
      .filter((parameter) => checked[parameter] === undefined)
      .map((property) => ({ property, reason: `missing required property '${property}'` }));
    const mismatched = Object.entries(patterns)
      .map(([property, pattern]) => ({ property, pattern, value: checked[property] }))
      .filter(({ value, pattern }) => typeof value === "string" && value !== unknownValue && !pattern.test(value))
      .map(({ property, pattern }) => ({
        property,
        reason: `'${property}' does not match expression '${pattern.source}'`,
      }));
    return { inputs: checked, failures: [...missing, ...mismatched] };
  }

  private async defaultLocation(oldInputs: Properties, inputs: Properties): Promise<unknown> {
    const known = oldInputs.location ?? this.context.location;
    const group = inputs.resourceGroupName;
    if (known !== undefined || group === undefined || !this.parameters.includes("resourceGroupName")) return known;
    if (group === unknownValue) return unknownValue;
    if (this.parameters.length === 1) return undefined;
    const path = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}";
    return (await this.context.arm.get(resourceId(path, inputs, this.context.subscriptionId), "2020-10-01"))?.location;
  }

  planned(inputs: Properties, old?: State): Properties {
    const { readOnly = [], volatile = [] } = this.kind;
    // Unknown nested members must be said: an object without them would look complete.
    const start = old ? plannedOutputs(inputs, old, this.kind.inputs) : asInputs(inputs, this.kind.inputs);
    const withoutSecret = this.withoutWriteOnly(start);
    const unknown = old ? volatile : [...readOnly, ...volatile].filter((path) => path.includes("."));
    return unknown.reduce((outputs, path) => withPath(outputs, path, unknownValue), withoutSecret);
  }

  protected withoutWriteOnly(outputs: Properties): Properties {
    return outputs;
  }

  async create(inputs: Properties, options: Options): Promise<Created> {
    const id = resourceId(this.kind.path, inputs, this.context.subscriptionId);
    if (await this.context.arm.get(id, this.kind.apiVersion)) {
      throw new Error(`cannot create already existing resource '${id}'`);
    }
    const { preserved } = this.kind;
    const body = toBody(this.kind, inputs);
    const complete = preserved && getPath(body, preserved) === undefined ? withPath(body, preserved, []) : body;
    return this.written(id, complete, inputs, options);
  }

  /** PUT, then what the service made of it. */
  protected async written(id: string, body: Properties, inputs: Properties, options: Options): Promise<Created> {
    const { arm } = this.context;
    try {
      const created = await arm.put(id, this.kind.apiVersion, body, options);
      return { id: created, outputs: await this.outputs(created) };
    } catch (error) {
      // The service may have kept it although the operation failed.
      const left = await arm.get(id, this.kind.apiVersion).catch(() => undefined);
      if (!left) throw error;
      throw new PartlyCreatedError({ id, outputs: toOutputs(this.kind, left) }, inputs, error);
    }
  }

  protected async outputs(id: string): Promise<Properties> {
    const answer = await this.context.arm.get(id, this.kind.apiVersion);
    if (!answer) throw new Error(`'${id}' was written, and then it was gone`);
    return toOutputs(this.kind, answer);
  }

  async read(state: State): Promise<Omit<State, "name"> | undefined> {
    const answer = await this.context.arm.get(state.id, this.kind.apiVersion);
    if (!answer) return undefined;
    const outputs = toOutputs(this.kind, answer);
    const project = (from: Properties) => asInputs(from, this.kind.inputs, this.kind.readOnly);
    const parameters = Object.keys(state.inputs).length === 0 ? parametersOf(this.kind.path, state.id) : {};
    return { id: state.id, outputs, inputs: { ...parameters, ...refreshedInputs(state, outputs, project) } };
  }

  async update(inputs: Properties, old: State, options: Options): Promise<Properties> {
    const { preserved } = this.kind;
    let body = toBody(this.kind, inputs);
    if (preserved && getPath(body, preserved) === undefined) {
      const current = await this.context.arm.get(old.id, this.kind.apiVersion);
      body = withPath(body, preserved, current && getPath(current, preserved));
    }
    await this.context.arm.put(old.id, this.kind.apiVersion, body, options);
    return this.outputs(old.id);
  }

  async delete({ id }: State, options: Options): Promise<void> {
    await this.context.arm.delete(id, this.kind.apiVersion, options);
  }
}
