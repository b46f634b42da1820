import { type PolicyResource, type ResourceValidationArgs, UnknownValueError } from "@pulumi/policy";

/** Stands for what is known only after an update. Nothing can be said of it in a preview; the update checks it again. */
export const unknown = Symbol("known after the update");

/** A resource as rules see it. */
export interface CheckedResource {
  urn: string;
  type: string;
  name: string;
  /** Plain values, with `unknown` for what a preview does not know. */
  props: Record<string, unknown>;
  /** URNs of the resources that a property comes from. */
  dependencies: Record<string, string[]>;
}

/** Policies get values that throw when something unknown is touched; rules get values that say so. */
export function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const container = value as Record<string, unknown>;
  const at = (key: string): unknown => {
    try {
      return plain(container[key]);
    } catch (error) {
      if (error instanceof UnknownValueError) return unknown;
      throw error;
    }
  };
  if (Array.isArray(value)) return Object.keys(value).map(at);
  return Object.fromEntries(Object.keys(value).map((key) => [key, at(key)]));
}

export function checkedResource(resource: PolicyResource | ResourceValidationArgs): CheckedResource {
  const dependencies = "propertyDependencies" in resource ? Object.entries(resource.propertyDependencies) : [];
  return {
    urn: resource.urn,
    type: resource.type,
    name: resource.name,
    props: plain(resource.props) as Record<string, unknown>,
    dependencies: Object.fromEntries(dependencies.map(([name, all]) => [name, all.map(({ urn }) => urn)])),
  };
}

/** What stands at a path of keys; `unknown` when it, or what holds it, is not known. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (inner === unknown) return unknown;
    return typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[key] : undefined;
  }, value);
}

/** The items of a list; none when it is not known. */
export const itemsOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Whether a resource is of a type of azure-native, in whatever API version its module is. */
export function isAzure({ type }: CheckedResource, module: string, name: string): boolean {
  const [provider, path, resource] = type.split(":");
  return provider === "azure-native" && path?.split("/")[0] === module && resource === name;
}
