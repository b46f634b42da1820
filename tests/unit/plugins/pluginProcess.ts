import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

type Properties = Record<string, unknown>;

const root = path.resolve(__dirname, "../../..");
const deadlineMilliseconds = 30_000;

export interface State {
  id: string;
  inputs: Properties;
  outputs: Properties;
}

export interface Difference {
  changes: boolean;
  /** `update`, `add_replace` … by path. */
  detailed: Record<string, string>;
  replaces: boolean;
  deleteBeforeReplace: boolean;
}

/** The resource that a failed creation left, as the engine would keep it. */
export class LeftBehindError extends Error {
  constructor(
    message: string,
    readonly state: State,
  ) {
    super(message);
  }
}

const struct = (properties: Properties) => Struct.fromJavaScript(properties as Record<string, JavaScriptValue>);
const plain = (properties: Struct | undefined): Properties => properties?.toJavaScript() ?? {};
const urn = (type: string) => `urn:pulumi:test::test::${type}::thing`;

function asError(error: grpc.ServiceError): Error {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (!(details instanceof Buffer)) return new Error(error.details);
  const packed = Status.deserializeBinary(details).getDetailsList()[0]?.getValue_asU8() ?? new Uint8Array();
  const failure = proto.ErrorResourceInitFailed.deserializeBinary(packed);
  return new LeftBehindError(error.details, {
    id: failure.getId(),
    inputs: plain(failure.getInputs()),
    outputs: plain(failure.getProperties()),
  });
}

type Rest<Response> = [
  metadata: grpc.Metadata,
  options: Partial<grpc.CallOptions>,
  done: (error: grpc.ServiceError | null, response: Response) => void,
];

function answer<Response>(send: (...rest: Rest<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    send(new grpc.Metadata(), { deadline: Date.now() + deadlineMilliseconds }, (error, response) => {
      if (error) reject(asError(error));
      else resolve(response);
    });
  });
}

/** A built plugin as the engine runs it: a process of its own, spoken to over gRPC. */
export class PluginProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: ResourceProviderClient,
  ) {}

  /** @throws Error when the plugin refuses its settings. */
  static async start(
    name: string,
    env: NodeJS.ProcessEnv,
    config: Record<string, string> = {},
  ): Promise<PluginProcess> {
    const child = spawn(process.execPath, [path.join(root, "dist/plugins", `${name}.js`)], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const port = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).once("line", resolve);
      child.once("exit", (code) => {
        reject(new Error(`The plugin ended with ${String(code)}`));
      });
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const request = new proto.ConfigureRequest();
    for (const [key, value] of Object.entries(config)) request.getVariablesMap().set(`${name}:config:${key}`, value);
    const plugin = new PluginProcess(child, client);
    try {
      await answer<proto.ConfigureResponse>((...rest) => client.configure(request, ...rest));
    } catch (error) {
      await plugin.stop();
      throw error;
    }
    return plugin;
  }

  async stop(): Promise<void> {
    this.client.close();
    const ended = once(this.child, "exit");
    this.child.kill();
    await ended;
  }

  /** @returns the checked inputs, and what is wrong with them: `property: reason`. */
  async check(type: string, inputs: Properties, oldInputs: Properties = {}) {
    const request = new proto.CheckRequest().setUrn(urn(type)).setOlds(struct(oldInputs)).setNews(struct(inputs));
    request.setRandomseed(new Uint8Array([1, 2, 3]));
    const response = await answer<proto.CheckResponse>((...rest) => this.client.check(request, ...rest));
    const failures = response.getFailuresList().map((one) => `${one.getProperty()}: ${one.getReason()}`);
    return { inputs: plain(response.getInputs()), failures };
  }

  async create(type: string, inputs: Properties, preview = false): Promise<State> {
    const request = new proto.CreateRequest().setUrn(urn(type)).setProperties(struct(inputs)).setPreview(preview);
    const response = await answer<proto.CreateResponse>((...rest) => this.client.create(request, ...rest));
    return { id: response.getId(), inputs, outputs: plain(response.getProperties()) };
  }

  /** Checks and creates, as an update does. @throws Error with what the check found wrong. */
  async make(type: string, inputs: Properties): Promise<State> {
    const { inputs: checked, failures } = await this.check(type, inputs);
    if (failures.length > 0) throw new Error(failures.join("; "));
    return this.create(type, checked);
  }

  async diff(type: string, { id, inputs, outputs }: State, newInputs: Properties): Promise<Difference> {
    const request = new proto.DiffRequest().setId(id).setUrn(urn(type)).setOlds(struct(outputs));
    request.setOldInputs(struct(inputs)).setNews(struct(newInputs));
    const response = await answer<proto.DiffResponse>((...rest) => this.client.diff(request, ...rest));
    const detailed = response.getDetaileddiffMap().toArray() as unknown as [string, unknown][];
    const kinds = Object.entries(proto.PropertyDiff.Kind);
    const kindAt = (path: string) => {
      const kind = response.getDetaileddiffMap().get(path)?.getKind();
      return kinds.find(([, value]) => value === kind)?.[0] ?? "";
    };
    return {
      changes: response.getChanges() === proto.DiffResponse.DiffChanges.DIFF_SOME,
      detailed: Object.fromEntries(detailed.map(([path]) => [path, kindAt(path)])),
      replaces: response.getReplacesList().length > 0,
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  /** @returns undefined when the resource is gone. */
  async read(type: string, { id, inputs, outputs }: State): Promise<State | undefined> {
    const request = new proto.ReadRequest().setId(id).setUrn(urn(type));
    request.setInputs(struct(inputs)).setProperties(struct(outputs));
    const response = await answer<proto.ReadResponse>((...rest) => this.client.read(request, ...rest));
    if (response.getId() === "") return undefined;
    return { id: response.getId(), inputs: plain(response.getInputs()), outputs: plain(response.getProperties()) };
  }

  async update(type: string, old: State, inputs: Properties, preview = false): Promise<State> {
    const request = new proto.UpdateRequest().setId(old.id).setUrn(urn(type)).setPreview(preview);
    request.setOldInputs(struct(old.inputs)).setOlds(struct(old.outputs)).setNews(struct(inputs));
    const response = await answer<proto.UpdateResponse>((...rest) => this.client.update(request, ...rest));
    return { id: old.id, inputs, outputs: plain(response.getProperties()) };
  }

  async delete(type: string, { id, inputs, outputs }: State): Promise<void> {
    const request = new proto.DeleteRequest().setId(id).setUrn(urn(type));
    request.setOldInputs(struct(inputs)).setProperties(struct(outputs));
    await answer((...rest) => this.client.delete(request, ...rest));
  }

  async invoke(token: string, args: Properties = {}): Promise<Properties> {
    const request = new proto.InvokeRequest().setTok(token).setArgs(struct(args));
    const response = await answer<proto.InvokeResponse>((...rest) => this.client.invoke(request, ...rest));
    return plain(response.getReturn());
  }
}

/** The text of a secret output. @throws Error when it is none */
export function secret(output: unknown): unknown {
  const mark = "4dabf18193072939515e22adb298388d";
  const { [mark]: sign, value } = output as Properties;
  if (sign === "1b47061264138c4ac30d75fd1eb44270") return value;
  throw new Error("The output is not marked as a secret");
}

/** State as the engine sends it back to a plugin: secrets in clear. */
export function inClear({ id, inputs, outputs }: State, ...secrets: string[]): State {
  return {
    id,
    inputs,
    outputs: { ...outputs, ...Object.fromEntries(secrets.map((key) => [key, secret(outputs[key])])) },
  };
}
