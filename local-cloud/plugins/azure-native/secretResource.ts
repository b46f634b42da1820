import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../common/connection";
import type { Created, Options, State } from "../common/plugin";
import { ServiceError } from "../common/rest";
import { type Properties, text, withPath } from "../common/values";
import { ArmResource, type ArmContext } from "./armResource";
import { resourceId } from "./ids";
import type { ArmKind } from "./kinds";
import { toBody } from "./shapes";

const recoverMilliseconds = 3 * 60_000;
const pauseMilliseconds = 1_000;
/** Conflicts for which no deleted secret shows up: something else stands in the way. */
const mostFruitlessConflicts = 6;

/**
 * A Key Vault secret: written and read through ARM, recovered and deleted through the vault's own API, which ARM
 * lacks (https://learn.microsoft.com/rest/api/keyvault/secrets).
 */
export class SecretResource extends ArmResource {
  constructor(
    kind: ArmKind,
    context: ArmContext,
    private readonly connection: Connection,
  ) {
    super(kind, context);
  }

  /** The first request goes out without a token, the vault's challenge says for which resource one is needed. */
  private async vault(properties: Properties) {
    const { SecretClient } = await import("@azure/keyvault-secrets");
    return new SecretClient(`https://${text(properties, "vaultName")}.vault.azure.net`, this.connection.credential);
  }

  /** The value is only ever sent. */
  protected override withoutWriteOnly(outputs: Properties): Properties {
    return withPath(outputs, "properties.value", undefined);
  }

  override async create(inputs: Properties, options: Options): Promise<Created> {
    const id = resourceId(this.kind.path, inputs, this.context.subscriptionId);
    const deadline = Math.min(options.deadline, Date.now() + recoverMilliseconds);
    let fruitless = 0;
    for (;;) {
      try {
        await this.context.arm.put(id, this.kind.apiVersion, toBody(this.kind, inputs), options);
        return { id, outputs: await this.outputs(id) };
      } catch (error) {
        if (!(error instanceof ServiceError) || error.status !== 409) throw error;
        if (!(await this.recover(inputs))) fruitless += 1;
        if (fruitless >= mostFruitlessConflicts || Date.now() + pauseMilliseconds > deadline) throw error;
        await sleep(pauseMilliseconds, undefined, { signal: this.connection.signal });
      }
    }
  }

  /** Brings a deleted secret of this name back. @returns whether there was one. */
  private async recover(inputs: Properties): Promise<boolean> {
    const vault = await this.vault(inputs);
    const name = text(inputs, "secretName");
    const abortSignal = this.connection.signal;
    try {
      await vault.getDeletedSecret(name, { abortSignal });
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
    await vault.beginRecoverDeletedSecret(name, { abortSignal });
    return true;
  }

  override async delete({ inputs }: State): Promise<void> {
    const vault = await this.vault(inputs);
    try {
      await vault.beginDeleteSecret(text(inputs, "secretName"), { abortSignal: this.connection.signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && "statusCode" in error && error.statusCode === 404;
}
