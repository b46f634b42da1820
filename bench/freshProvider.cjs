// One call to the lifecycle in a fresh process, with what the engine's process loads before it: node freshProvider.cjs METHOD FILE,
// where FILE holds the arguments as JSON. The result goes to standard output.
"use strict";

const fs = require("node:fs");

const [method, file] = process.argv.slice(2);
require("@pulumi/pulumi/runtime");
require("@pulumi/pulumi/proto/provider_grpc_pb");
const { customConnector } = require("@keyvault-connector/power-platform/provider");

customConnector[method](...JSON.parse(fs.readFileSync(file, "utf8"))).then(
  (result) => {
    fs.writeSync(1, JSON.stringify(result ?? null));
    process.exit(0);
  },
  (error) => {
    fs.writeSync(2, String(error.stack));
    process.exit(1);
  },
);
