import type { SameValue } from "./diff";
import type { Properties } from "./values";

/** A resource as the state knows it. In `read` for an import, inputs and outputs are empty. */
export interface State {
  id: string;
  /** The resource's name in the program. */
  name: string;
  inputs: Properties;
  outputs: Properties;
}

export interface CheckRequest {
  name: string;
  oldInputs: Properties;
  inputs: Properties;
  /** Randomness that the engine gives for automatic names. */
  randomSeed: Uint8Array;
}

export interface CheckFailure {
  property: string;
  reason: string;
}

export interface Checked {
  inputs: Properties;
  failures?: CheckFailure[];
}

export interface Created {
  id: string;
  outputs: Properties;
}

export interface Options {
  /** When waiting for the service ends, in milliseconds of `Date.now()`. */
  deadline: number;
}

/** One kind of resource. In previews, values can be `unknownValue`. */
export interface ResourceType {
  /** Properties (paths) whose change needs a new resource. */
  readonly replaceOn: readonly string[] | "anything";
  /** Outputs that no update changes. */
  readonly stables?: readonly string[];
  /** Outputs that the engine must keep as secrets, whoever declares the resource. */
  readonly secretOutputs?: readonly string[];
  readonly sameValue?: SameValue;
  /** What new inputs are compared with. Default: the old inputs. */
  comparedWith?(state: State): Properties;
  /** Whether a replacement deletes first. Default: the engine's order, new one first. */
  deletesBeforeReplace?(state: State): boolean;
  check(request: CheckRequest): Checked | Promise<Checked>;
  /** Outputs as far as a preview can tell them; missing ones count as unknown. */
  planned(inputs: Properties, old?: State): Properties;
  create(inputs: Properties, options: Options): Promise<Created>;
  /** @returns undefined when the resource is gone. */
  read(state: State): Promise<Omit<State, "name"> | undefined>;
  /** @returns the outputs. Absent where every change replaces. */
  update?(inputs: Properties, old: State, options: Options): Promise<Properties>;
  delete(state: State, options: Options): Promise<void>;
}

export interface Plugin {
  /** By type token, `azure-native:keyvault:Vault`. */
  resources: Record<string, ResourceType>;
  /** By function token, `azure-native:authorization:getClientConfig`. */
  functions: Record<string, (args: Properties) => Promise<Properties>>;
  /** Ends what is under way. */
  cancel?(): void;
}

/** What a plugin process is made of. */
export interface PluginPackage {
  name: string;
  /** Version of the plugin that it stands in for. */
  version: string;
  /** @param config the provider's settings, `{ location: "westeurope" }`. @throws when they cannot work. */
  configure(config: Record<string, string>): Plugin;
}

/** The resource exists, but what had to follow its creation failed: the engine keeps it in the state. */
export class PartlyCreatedError extends Error {
  constructor(
    readonly created: Created,
    readonly inputs: Properties,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
