// What the engine runs (main in Pulumi.yaml): index.ts, compiled, and compiled anew where a source is newer. That takes a
// quarter of a second after an edit; a TypeScript loader would take more at every preview (docs/decisions/0071).
"use strict";

require("./tools/build.cjs").ensureBuilt(["program"]);

// The SDK notes a stack trace for every promise and every resource, and each is translated to the lines of index.ts: a third
// of the program's time. Errors that say something are still translated (docs/decisions/0072).
const { prepareStackTrace } = Error;
if (prepareStackTrace && !process.env.PULUMI_DEBUG_PROMISE_LEAKS)
  Error.prepareStackTrace = (error, frames) => (error.message === "" ? "Error" : prepareStackTrace(error, frames));

module.exports = require("./dist/program/index.js");
