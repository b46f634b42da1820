// A policy pack of the Node.js SDK reads organization, project, stack and configuration from its environment, when it
// starts. The engine tells them to a running pack (ConfigureStack). This stands between the two: it answers that call,
// has the pack started with what it was told, and hands every other call on. Protocol: proto/pulumi/analyzer.proto.
import * as grpc from "@grpc/grpc-js";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzerHandshakeResponse,
  AnalyzerStackConfigureRequest,
  AnalyzerStackConfigureResponse,
} from "@pulumi/pulumi/proto/analyzer_pb";

const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** Stack facts as the SDK's policy packs read them from their environment. */
export function stackEnvironment(request: AnalyzerStackConfigureRequest): Record<string, string> {
  const texts = {
    PULUMI_NODEJS_ORGANIZATION: request.getOrganization(),
    PULUMI_NODEJS_PROJECT: request.getProject(),
    PULUMI_NODEJS_STACK: request.getStack(),
  };
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== "")),
    PULUMI_NODEJS_DRY_RUN: String(request.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigSecretKeysList()),
  };
}

type Callback = (error: grpc.ServiceError | null, response?: Buffer) => void;
type BytesHandler = (call: { request: Buffer }, callback: Callback) => void;

const same = (bytes: Buffer) => bytes;
const bytesOf = (message: { serializeBinary(): Uint8Array }) => Buffer.from(message.serializeBinary());
const unavailable = (reason: string): grpc.ServiceError =>
  Object.assign(new Error(reason), {
    code: grpc.status.UNAVAILABLE,
    details: reason,
    metadata: new grpc.Metadata(),
  });

/** The engine's end of a policy pack that is yet to be started. */
export class PolicyPackProxy {
  /** Environment for the pack; settled by the engine's ConfigureStack, or empty when it calls something else first. */
  readonly environment: Promise<Record<string, string>>;
  private resolveEnvironment!: (environment: Record<string, string>) => void;
  private readonly pack: Promise<grpc.Client>;
  private resolvePack!: (pack: grpc.Client) => void;
  private rejectPack!: (reason: Error) => void;
  /** The engine's request as it came; the pack gets it too, for the stack's tags. */
  private configureStack: Buffer | undefined;
  private readonly server = new grpc.Server(unlimited);

  constructor() {
    this.environment = new Promise((resolve) => {
      this.resolveEnvironment = resolve;
    });
    this.pack = new Promise((resolve, reject) => {
      this.resolvePack = resolve;
      this.rejectPack = reject;
    });
    // A pack that never starts is told to whoever calls it; without a call there is nobody to tell.
    this.pack.catch(() => undefined);
    this.serveBytes();
  }

  /** @returns the port on which the engine reaches the pack. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) reject(error);
        else resolve(port);
      });
    });
  }

  /** The pack listens; calls that waited for it go on. */
  attach(port: number): void {
    const pack = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), unlimited);
    const told = this.configureStack;
    if (told === undefined) {
      this.resolvePack(pack);
      return;
    }
    pack.makeUnaryRequest(AnalyzerService.configureStack.path, same, same, told, (error) => {
      // Packs of older SDKs have no such call.
      if (error && error.code !== grpc.status.UNIMPLEMENTED) this.rejectPack(unavailable(error.details));
      else this.resolvePack(pack);
    });
  }

  /** The pack has ended, or will never start: calls fail from now on. */
  close(reason: string): void {
    this.resolveEnvironment({});
    this.rejectPack(unavailable(reason));
    void this.pack.then(
      (pack) => {
        pack.close();
      },
      () => undefined,
    );
    this.server.tryShutdown(() => undefined);
  }

  /** Serves every method of the protocol in bytes: what is only handed on need not be understood. */
  private serveBytes(): void {
    const own: Record<string, BytesHandler> = {
      [AnalyzerService.handshake.path]: (_call, callback) => {
        callback(null, bytesOf(new AnalyzerHandshakeResponse()));
      },
      [AnalyzerService.configureStack.path]: ({ request }, callback) => {
        this.configureStack = request;
        this.resolveEnvironment(stackEnvironment(AnalyzerStackConfigureRequest.deserializeBinary(request)));
        callback(null, bytesOf(new AnalyzerStackConfigureResponse()));
      },
    };
    const methods = Object.entries(AnalyzerService as grpc.ServiceDefinition);
    const definition = Object.fromEntries(
      methods.map(([name, method]) => [
        name,
        {
          ...method,
          requestSerialize: same,
          requestDeserialize: same,
          responseSerialize: same,
          responseDeserialize: same,
        },
      ]),
    );
    const handlers = methods.map(([name, { path }]) => [name, own[path] ?? this.handOn(path)] as const);
    this.server.addService(definition, Object.fromEntries(handlers));
  }

  private handOn(path: string): BytesHandler {
    return ({ request }, callback) => {
      // `pulumi policy publish` asks without ever telling a stack.
      this.resolveEnvironment({});
      this.pack.then(
        (pack) => pack.makeUnaryRequest(path, same, same, request, callback),
        (error: unknown) => {
          callback(error as grpc.ServiceError);
        },
      );
    };
  }
}
