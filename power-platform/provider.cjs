// What the stub in the state requires: the built provider, built anew where its sources are newer.
"use strict";

require("../tools/build.cjs").ensureBuilt(["power-platform", "provider-packages"]);
module.exports = require("./dist/provider.js");
