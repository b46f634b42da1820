// Once, before the first test: test files run side by side, and would build over each other.
"use strict";

module.exports = () => {
  require("../../tools/build.cjs").ensureBuilt();
};
