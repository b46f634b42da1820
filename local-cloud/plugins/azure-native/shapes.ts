import { isObject, pick, type Properties } from "../common/values";
import type { ArmKind } from "./kinds";

/** The body of a PUT. */
export function toBody(kind: ArmKind, inputs: Properties): Properties {
  const body = pick(inputs, kind.inputs);
  const { envelope } = kind;
  if (!envelope) return body;
  const properties = Object.fromEntries(Object.entries(body).filter(([key]) => !envelope.includes(key)));
  return { ...pick(body, envelope), properties };
}

/** Outputs of the SDK from the answer to a GET. The id is the engine's own business. */
export function toOutputs(kind: ArmKind, answer: Properties): Properties {
  const { id: _id, properties, ...rest } = answer;
  const outputs = { ...rest, azureApiVersion: kind.apiVersion };
  if (!isObject(properties)) return outputs;
  return kind.envelope ? { ...properties, ...outputs } : { ...outputs, properties };
}
