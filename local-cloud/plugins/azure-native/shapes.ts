import { isObject, pick, type Properties } from "../common/values";
import type { ArmKind } from "./kinds";

/** The body of a PUT. */
export function toBody(kind: ArmKind, inputs: Properties): Properties {
  const body = pick(inputs, kind.inputs);
  const { envelope } = kind;
  // Some are sent nested and shown flat.
  if (!envelope || kind.inputs.includes("properties")) return body;
  const properties = without(body, envelope);
  return { ...pick(body, envelope), properties: mapFlattened(kind, properties, nested) };
}

type Reshape = (value: Properties, beside: readonly string[]) => Properties;

const nested: Reshape = (value, beside) => ({ ...pick(value, beside), properties: without(value, beside) });

const flat: Reshape = ({ properties, ...rest }) => ({ ...rest, ...(isObject(properties) ? properties : {}) });

const without = (value: Properties, keys: readonly string[]): Properties =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));

function mapFlattened({ flattened = {} }: ArmKind, properties: Properties, reshape: Reshape): Properties {
  const changed = Object.entries(flattened).flatMap(([key, beside]) => {
    const value = properties[key];
    return isObject(value) ? [[key, reshape(value, beside)]] : [];
  });
  return { ...properties, ...(Object.fromEntries(changed) as Properties) };
}

/** Outputs of the SDK from the answer to a GET. The id is the engine's own business. */
export function toOutputs(kind: ArmKind, answer: Properties): Properties {
  const { id: _id, properties, ...rest } = answer;
  const outputs = { ...rest, azureApiVersion: kind.apiVersion };
  if (!isObject(properties)) return outputs;
  return kind.envelope ? { ...mapFlattened(kind, properties, flat), ...outputs } : { ...outputs, properties };
}
