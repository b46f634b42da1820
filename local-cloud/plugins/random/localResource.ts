import type { Checked, CheckFailure, CheckRequest, Created, ResourceType, State } from "../common/plugin";
import { unsupported } from "../common/lifecycle";
import { pick, type Properties, unknownValue } from "../common/values";

/** How a kind of random value is made. */
export interface RandomKind {
  /** Arguments besides `keepers`. */
  inputs: readonly string[];
  /** Values of arguments that are not set. */
  defaults?: Properties;
  /** Outputs that are secrets. */
  secretOutputs?: readonly string[];
  generate(inputs: Properties): Created;
  /** What is wrong with known inputs. */
  problems?(inputs: Properties): CheckFailure[];
}

/** A value that is drawn once and kept in the state; every change of an argument draws a new one. */
export class RandomResource implements ResourceType {
  readonly replaceOn = "anything";
  readonly secretOutputs: readonly string[];

  constructor(private readonly kind: RandomKind) {
    this.secretOutputs = kind.secretOutputs ?? [];
  }

  check({ inputs }: CheckRequest): Checked {
    const known = [...this.kind.inputs, "keepers"];
    const isKnown = !Object.values(pick(inputs, this.kind.inputs)).includes(unknownValue);
    const problems = isKnown ? (this.kind.problems?.({ ...this.kind.defaults, ...inputs }) ?? []) : [];
    return { inputs, failures: [...unsupported(inputs, known, "random"), ...problems] };
  }

  planned(inputs: Properties): Properties {
    return { ...this.kind.defaults, ...inputs };
  }

  create(inputs: Properties): Promise<Created> {
    const complete = { ...this.kind.defaults, ...inputs };
    const { id, outputs } = this.kind.generate(complete);
    return Promise.resolve({ id, outputs: { ...complete, ...outputs } });
  }

  /** Nothing outside the state knows the value. */
  read({ id, inputs, outputs }: State): Promise<Omit<State, "name"> | undefined> {
    if (Object.keys(outputs).length > 0) return Promise.resolve({ id, inputs, outputs });
    return Promise.reject(new Error("The local cloud's stand-in for the random plugin cannot import a value."));
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }
}
