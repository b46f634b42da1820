// What the engine runs (main in Pulumi.yaml): index.ts, compiled, and compiled anew where a source is newer. That takes a
// quarter of a second after an edit; a TypeScript loader would take more at every preview (docs/decisions/0071).
"use strict";

require("./tools/build.cjs").ensureBuilt(["program"]);

require("./tools/stackTraces.cjs");

module.exports = require("./dist/program/index.js");
