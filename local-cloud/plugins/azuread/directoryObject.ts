import { sameSets, type SameValue } from "../common/diff";
import { asInputs, plannedOutputs, refreshedInputs, unsupported } from "../common/lifecycle";
import {
  type Checked,
  type CheckFailure,
  type CheckRequest,
  type Created,
  type Options,
  PartlyCreatedError,
  type ResourceType,
  type State,
} from "../common/plugin";
import { isObject, pick, type Properties, text } from "../common/values";
import { brokenRules, missing, type TextRule } from "./checks";
import { featuresOf, withTags } from "./featureTags";
import { type Field, fromGraph, patchOf, toGraph } from "./fields";
import type { GraphClient } from "./graphClient";
import { ownersForCreation, ownersOf, readOwners, writeOwners } from "./owners";
import { explained, waitFor, whenKnown } from "./requests";

/** An application or a service principal: what the SDK and Graph call its parts. */
export interface DirectoryKind {
  /** Of Graph; also the beginning of the resource's id. */
  collection: "applications" | "servicePrincipals";
  noun: string;
  inputs: readonly Field[];
  outputs: readonly Field[];
  /** Arguments that Graph does not keep. */
  local: readonly string[];
  /** Lists whose order means nothing. */
  sets: readonly string[];
  required: string;
  /** Property of Graph that is written again after the creation: it succeeds when the object is known. */
  probe: string;
  rules: Record<string, TextRule>;
  replaceOn: readonly string[];
  stables: readonly string[];
}

function idsByValue(list: unknown): Properties {
  const entries = Array.isArray(list) ? list.filter(isObject).filter(({ value }) => typeof value === "string") : [];
  return Object.fromEntries(entries.map(({ id, value }) => [String(value), id]));
}

/** What applications and service principals have in common: https://learn.microsoft.com/graph/api/resources/directoryobject */
export class DirectoryObjectResource implements ResourceType {
  readonly replaceOn: readonly string[];
  readonly stables: readonly string[];
  readonly sameValue: SameValue;
  private readonly keys: readonly string[];

  constructor(
    protected readonly kind: DirectoryKind,
    protected readonly graph: GraphClient,
  ) {
    this.replaceOn = kind.replaceOn;
    this.stables = ["objectId", ...kind.stables];
    this.sameValue = sameSets(kind.sets);
    this.keys = [...kind.inputs.map(({ sdk }) => sdk), ...kind.local, "featureTags", "owners"];
  }

  async check(request: CheckRequest): Promise<Checked> {
    const { inputs } = request;
    const failures = [
      ...unsupported(inputs, this.keys, "azuread"),
      ...missing(inputs, [this.kind.required]),
      ...brokenRules(inputs, this.kind.rules),
    ];
    if (inputs.tags !== undefined && inputs.featureTags !== undefined) {
      failures.push({ property: "featureTags", reason: "'featureTags' conflicts with 'tags': set one of them" });
    }
    return { inputs, failures: failures.length > 0 ? failures : await this.conflicts(request) };
  }

  /** What is wrong with inputs that are right in themselves. */
  protected conflicts(_request: CheckRequest): Promise<CheckFailure[]> {
    return Promise.resolve([]);
  }

  planned(inputs: Properties, old?: State): Properties {
    return old ? plannedOutputs(inputs, old, this.keys) : asInputs(inputs, this.keys);
  }

  async create(inputs: Properties, options: Options): Promise<Created> {
    const { collection, noun } = this.kind;
    const body = { ...toGraph(this.kind.inputs, withTags(inputs)), ...(await ownersForCreation(this.graph, inputs)) };
    const made = await explained(`Could not create ${noun}`, () => this.graph.post(`/v1.0/${collection}`, body));
    const id = `/${collection}/${text(made, "id")}`;
    try {
      return { id, outputs: await this.finished(id, inputs, options) };
    } catch (error) {
      throw new PartlyCreatedError({ id, outputs: { ...inputs, ...this.shown(made) } }, inputs, error);
    }
  }

  /** The rest of a creation: an update without changes that also proves the object known, and the owners. */
  private async finished(id: string, inputs: Properties, options: Options): Promise<Properties> {
    const { noun, probe } = this.kind;
    const patch = { [probe]: toGraph(this.kind.inputs, inputs)[probe] ?? null };
    await explained(`Failed to patch ${noun} after creating`, () =>
      whenKnown(this.graph, options, () => this.graph.patch(`/v1.0${id}`, patch)),
    );
    await this.setOwners(id, ownersOf(inputs));
    const outputs = await this.outputs(id, inputs);
    if (!outputs) throw new Error(`The ${noun} '${id}' was created, and then it was gone`);
    return outputs;
  }

  private async setOwners(id: string, wanted: string[]): Promise<void> {
    const path = `/v1.0${id}`;
    await explained(`Could not set owners of ${this.kind.noun} '${id}'`, async () => {
      await writeOwners(this.graph, path, await readOwners(this.graph, path), wanted);
    });
  }

  /** @param local where the arguments stand that Graph does not keep. */
  private async outputs(id: string, local: Properties): Promise<Properties | undefined> {
    const path = `/v1.0${id}`;
    return explained(`Retrieving ${this.kind.noun} '${id}'`, async () => {
      const entity = await this.graph.get(path);
      if (!entity) return undefined;
      const owners = await readOwners(this.graph, path);
      return { ...this.shown(entity), ...pick(local, this.kind.local), owners };
    });
  }

  /** Outputs that an object of Graph has in itself. */
  private shown(entity: Properties): Properties {
    const scopes = isObject(entity.api) ? entity.api.oauth2PermissionScopes : entity.oauth2PermissionScopes;
    return {
      ...fromGraph([...this.kind.inputs, ...this.kind.outputs], entity),
      objectId: entity.id,
      featureTags: featuresOf(entity.tags),
      appRoleIds: idsByValue(entity.appRoles),
      oauth2PermissionScopeIds: idsByValue(scopes),
    };
  }

  async read(state: State): Promise<Omit<State, "name"> | undefined> {
    const outputs = await this.outputs(state.id, { ...state.outputs, ...state.inputs });
    if (!outputs) return undefined;
    // Tags are shown in two ways; the program uses one.
    const unused = state.inputs.featureTags === undefined ? "featureTags" : "tags";
    const project = (from: Properties) => asInputs(from, this.keys, [unused]);
    return { id: state.id, outputs, inputs: refreshedInputs(state, outputs, project) };
  }

  async update(inputs: Properties, old: State, _options: Options): Promise<Properties> {
    const { noun } = this.kind;
    const fields = this.kind.inputs.filter(({ sdk }) => !this.replaceOn.includes(sdk));
    const patch = patchOf(fields, withTags(old.inputs), withTags(inputs));
    await explained(`Could not update ${noun} '${old.id}'`, () => this.graph.patch(`/v1.0${old.id}`, patch));
    // Owners that the program never named are none of its business.
    if ([old.inputs, inputs].some(({ owners }) => owners !== undefined)) await this.setOwners(old.id, ownersOf(inputs));
    const outputs = await this.outputs(old.id, inputs);
    if (!outputs) throw new Error(`The ${noun} '${old.id}' was updated, and then it was gone`);
    return outputs;
  }

  async delete({ id }: State, options: Options): Promise<void> {
    const path = `/v1.0${id}`;
    await explained(`Deleting ${this.kind.noun} '${id}'`, async () => {
      await this.graph.delete(path);
      await waitFor(this.graph, options, "its deletion", async () => (await this.graph.get(path)) === undefined);
    });
  }
}
