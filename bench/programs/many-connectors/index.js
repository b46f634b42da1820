// As many custom connectors as said and nothing else, by our provider or by the naive one, whose program loads all of the SDK.
"use strict";

const { Config, CustomResource } = require("../../../tools/sdk.cjs").requireWith(require)("@pulumi/pulumi");

const own = `exports.handler = () => require("@keyvault-connector/power-platform/provider").customConnector;`;
const naive = `exports.handler = () => require(${JSON.stringify(require.resolve("./naive.js"))});`;

const config = new Config();
const environmentId = config.require("environmentId");
const isNaive = config.getBoolean("naive");
const provider = isNaive ? naive : own;
if (isNaive) require("@pulumi/pulumi");
else require("../../../tools/stackTraces.cjs");
const { connectorInputs } = require("./inputs.js");

for (let number = 1; number <= config.requireNumber("count"); number += 1) {
  const inputs = connectorInputs(`Bench ${number}`, environmentId);
  const type = "pulumi-nodejs:dynamic/powerPlatform:CustomConnector";
  new CustomResource(type, `connector${number}`, { ...inputs, __provider: provider });
}
module.exports = {};
