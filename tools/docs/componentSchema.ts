import path from "node:path";
import { ComponentProvider } from "@pulumi/pulumi/provider/experimental";
import { SecretConnector } from "../../component/secretConnector";

/** The schema of the component's package, inferred from its types and their descriptions. */
export async function componentSchema(root: string): Promise<string> {
  const folder = path.join(root, "component");
  const inferring = new ComponentProvider({
    name: "keyvault-connector",
    components: [SecretConnector],
    dirname: folder,
  });
  return JSON.stringify(JSON.parse(await inferring.getSchema()), undefined, 2);
}
