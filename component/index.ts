// Serves the component to programs in any language (PulumiPlugin.yaml). It runs as built, in dist/, with the schema that
// `npm run docs` infers from the sources: a type check by the plugin would take seconds of every preview.
import { main } from "@pulumi/pulumi/provider/server";
import { SecretConnectorProvider } from "./provider";

void main(new SecretConnectorProvider(), process.argv.slice(2));
