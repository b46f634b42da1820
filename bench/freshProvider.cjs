// One call to a provider of custom connectors in a fresh process, with what the engine's process loads before it:
// node freshProvider.cjs <ours|naive> METHOD FILE, where FILE holds the arguments as JSON. The result goes to standard output.
"use strict";

const fs = require("node:fs");

const [whose, method, file] = process.argv.slice(2);
require("@pulumi/pulumi/runtime");
require("@pulumi/pulumi/proto/provider_grpc_pb");
const provider =
  whose === "naive"
    ? require("./programs/many-connectors/naive.js")
    : require("@keyvault-connector/power-platform/provider").customConnector;

provider[method](...JSON.parse(fs.readFileSync(file, "utf8"))).then(
  (result) => {
    fs.writeSync(1, JSON.stringify(result ?? null));
    process.exit(0);
  },
  (error) => {
    fs.writeSync(2, String(error.stack));
    process.exit(1);
  },
);
