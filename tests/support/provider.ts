import { fork } from "node:child_process";
import path from "node:path";
import type {
  ClientSecretAcceptanceInputs,
  ClientSecretAcceptanceOutputs,
} from "../../power-platform/lifecycle/clientSecretAcceptance";
import type { ConnectionInputs, ConnectionOutputs } from "../../power-platform/lifecycle/connection";
import type { Difference } from "../../power-platform/lifecycle/connectorDrift";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "../../power-platform/lifecycle/connectorInputs";

/** What a failed call left: the engine keeps `properties` under `id`. */
export class ProviderError extends Error {
  constructor(
    message: string,
    readonly id: string | undefined,
    readonly properties: Record<string, unknown> | undefined,
    readonly reasons: string[] | undefined,
  ) {
    super(message);
  }
}

/** The methods that the engine calls, of one resource type. */
export interface ProviderMethods<Inputs, Outputs> {
  create(inputs: Inputs): Promise<{ id: string; outs: Outputs }>;
  read(id: string, outs: Outputs): Promise<{ id?: string; props?: Outputs }>;
  diff(id: string, olds: Outputs, news: Inputs): Promise<Difference>;
  update(id: string, olds: Outputs, news: Inputs): Promise<{ outs: Outputs }>;
  delete(id: string, outs: Outputs): Promise<void>;
}

export interface ProviderProcess {
  customConnector: ProviderMethods<CustomConnectorInputs, CustomConnectorOutputs>;
  connection: ProviderMethods<ConnectionInputs, ConnectionOutputs>;
  clientSecretAcceptance: ProviderMethods<ClientSecretAcceptanceInputs, ClientSecretAcceptanceOutputs>;
  /** What it said on standard error. */
  said(): string;
  stop(signal?: NodeJS.Signals): void;
}

interface Reply {
  id: number;
  result?: unknown;
  error?: { message: string; id?: string; properties?: Record<string, unknown>; reasons?: string[] };
}

/** Starts the provider in a process of its own, where `env` leads it to a local cloud. */
export function startProvider(env: Record<string, string>): ProviderProcess {
  const child = fork(path.join(__dirname, "providerProcess.cjs"), {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const waiting = new Map<number, (reply: Reply) => void>();
  child.on("message", (reply: Reply) => waiting.get(reply.id)?.(reply));
  let last = 0;
  child.on("exit", () => {
    for (const [id, reply] of [...waiting]) reply({ id, error: { message: "The provider has ended." } });
  });
  const call = (type: string, method: string, args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (error) reject(new ProviderError(error.message, error.id, error.properties, error.reasons));
        else resolve(result);
      });
      child.send({ id, type, method, args });
    });
  const methods = <Inputs, Outputs>(type: string) =>
    Object.fromEntries(
      ["create", "read", "diff", "update", "delete"].map((method) => [
        method,
        (...args: unknown[]) => call(type, method, args),
      ]),
    ) as unknown as ProviderMethods<Inputs, Outputs>;
  return {
    customConnector: methods("customConnector"),
    connection: methods("connection"),
    clientSecretAcceptance: methods("clientSecretAcceptance"),
    said: () => said,
    stop: (signal) => {
      child.kill(signal);
    },
  };
}
