// A process as the engine's dynamic provider is one: it loads the built package and does what it is told by messages.
"use strict";

const provider = require("../../power-platform/provider.cjs");

process.on("message", async ({ id, type, method, args }) => {
  try {
    process.send({ id, result: await provider[type][method](...args) });
  } catch (error) {
    const { message, id: resourceId, properties, reasons } = error;
    process.send({ id, error: { message, id: resourceId, properties, reasons } });
  }
});
