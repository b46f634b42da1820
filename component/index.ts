// Serves the component to programs in any language (PulumiPlugin.yaml). It runs as built, in dist/: a plugin's type check would take
// its time at every preview. The schema is inferred from the sources beside this file.
import path from "node:path";
import { componentProviderHost } from "@pulumi/pulumi/provider/experimental";
import { SecretConnector } from "./secretConnector";

void componentProviderHost({
  name: "keyvault-connector",
  components: [SecretConnector],
  dirname: path.dirname(__dirname),
});
