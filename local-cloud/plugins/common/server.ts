import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { diff } from "./detailedDiff";
import { PartlyCreatedError, type Plugin, type PluginPackage, type ResourceType } from "./plugin";
import { type Properties, withSecrets } from "./values";
import { asStatus, fromStruct, toStruct } from "./wire";

/** A resource operation ends after this, unless `customTimeouts` says otherwise. */
const defaultTimeoutSeconds = 20 * 60;

function unary<Request, Response>(handler: (request: Request) => Promise<Response> | Response) {
  const handle: grpc.handleUnaryCall<Request, Response> = (call, callback) => {
    Promise.resolve()
      .then(() => handler(call.request))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(asStatus(error));
        },
      );
  };
  return handle;
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` */
function parseUrn(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

function deadlineAfter(seconds: number): { deadline: number } {
  return { deadline: Date.now() + (seconds || defaultTimeoutSeconds) * 1000 };
}

function outputsOf({ secretOutputs = [] }: ResourceType, outputs: Properties): Struct {
  return toStruct(withSecrets(outputs, secretOutputs));
}

/** The error for a resource that exists although its creation failed: its outputs are as secret as any. */
function partlyCreated({ secretOutputs = [] }: ResourceType, error: unknown): unknown {
  if (!(error instanceof PartlyCreatedError)) return error;
  const { id, outputs } = error.created;
  return new PartlyCreatedError({ id, outputs: withSecrets(outputs, secretOutputs) }, error.inputs, error.cause);
}

/** The provider protocol of https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto over a plugin. */
export function providerService(pluginPackage: PluginPackage): grpc.UntypedServiceImplementation {
  let plugin: Plugin | undefined;

  function configured(): Plugin {
    if (!plugin) throw new Error(`The ${pluginPackage.name} plugin was called before it was configured.`);
    return plugin;
  }

  function typeOf(urn: string): ResourceType {
    const { type } = parseUrn(urn);
    const found = configured().resources[type];
    if (found) return found;
    throw new Error(
      `The local cloud's stand-in for the ${pluginPackage.name} plugin does not know ${type}. ` +
        "Use the real plugin (see docs/decisions/0030), or one of: " +
        Object.keys(configured().resources).join(", "),
    );
  }

  return {
    getPluginInfo: unary(() => new PluginInfo().setVersion(pluginPackage.version)),
    getSchema: unary(() => new proto.GetSchemaResponse().setSchema("{}")),
    attach: unary(() => new Empty()),
    cancel: unary(() => {
      plugin?.cancel?.();
      return new Empty();
    }),
    configure: unary((request: proto.ConfigureRequest) => {
      const prefix = `${pluginPackage.name}:config:`;
      const settings = request
        .getVariablesMap()
        .toArray()
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value] as const);
      plugin = pluginPackage.configure(Object.fromEntries(settings));
      // Without acceptSecrets the engine sends plain values and marks what comes back: outputs are secret where the
      // input of the same path was, besides those that a kind itself calls secret.
      return new proto.ConfigureResponse().setSupportspreview(true);
    }),
    check: unary(async (request: proto.CheckRequest) => {
      const { inputs, failures = [] } = await typeOf(request.getUrn()).check({
        name: parseUrn(request.getUrn()).name,
        oldInputs: fromStruct(request.getOlds()),
        inputs: fromStruct(request.getNews()),
        randomSeed: request.getRandomseed_asU8(),
      });
      return new proto.CheckResponse()
        .setInputs(toStruct(inputs))
        .setFailuresList(
          failures.map(({ property, reason }) => new proto.CheckFailure().setProperty(property).setReason(reason)),
        );
    }),
    diff: unary((request: proto.DiffRequest) =>
      diff(
        typeOf(request.getUrn()),
        {
          id: request.getId(),
          name: parseUrn(request.getUrn()).name,
          inputs: fromStruct(request.getOldInputs()),
          outputs: fromStruct(request.getOlds()),
        },
        fromStruct(request.getNews()),
      ),
    ),
    create: unary(async (request: proto.CreateRequest) => {
      const type = typeOf(request.getUrn());
      const inputs = fromStruct(request.getProperties());
      const { id, outputs } = request.getPreview()
        ? { id: "", outputs: type.planned(inputs) }
        : await type.create(inputs, deadlineAfter(request.getTimeout())).catch((error: unknown) => {
            throw partlyCreated(type, error);
          });
      return new proto.CreateResponse().setId(id).setProperties(outputsOf(type, outputs));
    }),
    read: unary(async (request: proto.ReadRequest) => {
      const type = typeOf(request.getUrn());
      const state = await type.read({
        id: request.getId(),
        name: parseUrn(request.getUrn()).name,
        inputs: fromStruct(request.getInputs()),
        outputs: fromStruct(request.getProperties()),
      });
      const response = new proto.ReadResponse();
      if (!state) return response;
      return response.setId(state.id).setInputs(toStruct(state.inputs)).setProperties(outputsOf(type, state.outputs));
    }),
    update: unary(async (request: proto.UpdateRequest) => {
      const type = typeOf(request.getUrn());
      const inputs = fromStruct(request.getNews());
      const old = {
        id: request.getId(),
        name: parseUrn(request.getUrn()).name,
        inputs: fromStruct(request.getOldInputs()),
        outputs: fromStruct(request.getOlds()),
      };
      if (!type.update) throw new Error(`${parseUrn(request.getUrn()).type} cannot be changed in place.`);
      const outputs = request.getPreview()
        ? type.planned(inputs, old)
        : await type.update(inputs, old, deadlineAfter(request.getTimeout()));
      return new proto.UpdateResponse().setProperties(outputsOf(type, outputs));
    }),
    delete: unary(async (request: proto.DeleteRequest) => {
      await typeOf(request.getUrn()).delete(
        {
          id: request.getId(),
          name: parseUrn(request.getUrn()).name,
          inputs: fromStruct(request.getOldInputs()),
          outputs: fromStruct(request.getProperties()),
        },
        deadlineAfter(request.getTimeout()),
      );
      return new Empty();
    }),
    invoke: unary(async (request: proto.InvokeRequest) => {
      const invoked = configured().functions[request.getTok()];
      if (!invoked) {
        throw new Error(
          `The local cloud's stand-in for the ${pluginPackage.name} plugin does not know ${request.getTok()}.`,
        );
      }
      return new proto.InvokeResponse().setReturn(toStruct(await invoked(fromStruct(request.getArgs()))));
    }),
  };
}

/** Serves the plugin on a port of its own. @returns the port. */
export async function serve(pluginPackage: PluginPackage): Promise<{ port: number; server: grpc.Server }> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
  server.addService(ResourceProviderService, providerService(pluginPackage));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return { port, server };
}

/** Runs the plugin process: the engine reads the port from standard output. */
export async function main(pluginPackage: PluginPackage): Promise<void> {
  const { port } = await serve(pluginPackage);
  process.stdout.write(`${String(port)}\n`);
  // An engine that was killed cannot stop its plugins.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 1000).unref();
}
