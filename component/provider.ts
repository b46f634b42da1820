import type { ComponentResourceOptions, Inputs } from "@pulumi/pulumi";
import type { ConstructResult, Provider } from "@pulumi/pulumi/provider";
import schema from "./schema.json";
import { SecretConnector, type SecretConnectorArgs } from "./secretConnector";

const token = "keyvault-connector:index:SecretConnector";

/** The package of which the component is the only resource. */
export class SecretConnectorProvider implements Provider {
  readonly version = schema.version;

  getSchema(): Promise<string> {
    return Promise.resolve(JSON.stringify(schema));
  }

  /** @throws Error for a type that the schema does not have */
  construct(name: string, type: string, inputs: Inputs, options: ComponentResourceOptions): Promise<ConstructResult> {
    if (type !== token) return Promise.reject(new Error(`The package has no ${type}, only ${token}.`));
    // The engine has checked them against the schema.
    const component = new SecretConnector(name, inputs as SecretConnectorArgs, options);
    const { properties } = schema.resources[token];
    const outputs = Object.entries(component).filter(([name]) => name in properties);
    return Promise.resolve({ urn: component.urn, state: Object.fromEntries(outputs) });
  }
}
