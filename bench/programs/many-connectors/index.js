// As many custom connectors as said and nothing else. The naive provider does what is written first: for every resource it
// makes clients of its own, signs in anew and opens connections anew. What it sends is the same.
"use strict";

const pulumi = require("@pulumi/pulumi");

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

const config = new pulumi.Config();
const environmentId = config.require("environmentId");
const provider = config.getBoolean("naive") ? naive : own;
const { connectorInputs } = require("./inputs.js");

for (let number = 1; number <= config.requireNumber("count"); number += 1) {
  const inputs = connectorInputs(`Bench ${number}`, environmentId);
  const type = "pulumi-nodejs:dynamic/powerPlatform:CustomConnector";
  new pulumi.CustomResource(type, `connector${number}`, { ...inputs, __provider: provider });
}
module.exports = {};
