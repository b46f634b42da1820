import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { PartlyCreatedError } from "./plugin";
import { compactObject, type Properties } from "./values";

export function fromStruct(struct: Struct | undefined): Properties {
  return compactObject(struct?.toJavaScript() ?? {});
}

export function toStruct(properties: Properties): Struct {
  return Struct.fromJavaScript(compactObject(properties) as Record<string, JavaScriptValue>);
}

/** An error as the engine shows it. A resource that was partly created travels in the status details. */
export function asStatus(error: unknown): Partial<grpc.StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof PartlyCreatedError) {
    const failure = new ErrorResourceInitFailed()
      .setId(error.created.id)
      .setProperties(toStruct(error.created.outputs))
      .setInputs(toStruct(error.inputs))
      .setReasonsList([message]);
    const details = new Any();
    details.pack(failure.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status().setCode(grpc.status.UNKNOWN).setMessage(message).setDetailsList([details]);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
