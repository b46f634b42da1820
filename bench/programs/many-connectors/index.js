// As many custom connectors as said and nothing else. The naive provider does what is written first: for every resource it
// makes clients of its own, signs in anew and opens connections anew, and its program loads all of the SDK. What it sends is the
// same.
"use strict";

const { Config, CustomResource } = require("../../../tools/sdk.cjs").requireWith(require)("@pulumi/pulumi");

const own = `exports.handler = () => require("@keyvault-connector/power-platform/provider").customConnector;`;
const naive = `exports.handler = () => {
  const fresh = () => {
    for (const file of Object.keys(require.cache))
      if (/power-platform.(dist.provider.js|provider.cjs)$/.test(file)) delete require.cache[file];
    return require("@keyvault-connector/power-platform/provider").customConnector;
  };
  return {
    create: (inputs) => fresh().create(inputs),
    update: (...args) => fresh().update(...args),
    delete: (...args) => fresh().delete(...args),
  };
};`;

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
