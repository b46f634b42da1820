"use strict";

const os = require("node:os");

/** Sources are only transpiled here; `npm run typecheck` checks their types. */
module.exports = {
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  testEnvironment: "node",
  globalSetup: "<rootDir>/tests/support/globalSetup.cjs",
  // Each test on the engine runs several processes, and waits for services a good part of its time.
  maxWorkers: Math.max(3, Math.floor(os.availableParallelism() / 2)),
  // Tests start processes: how long that takes says something about the machine, and nothing about the program.
  testTimeout: 60_000,
  transform: {
    "^.+\\.[jt]s$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
  // These ship ECMAScript modules only.
  transformIgnorePatterns: ["/node_modules/(?!(jose|cookie|@actions|marked)/)"],
  // And this one names no file for CommonJS.
  moduleNameMapper: { "^@actions/expressions$": "<rootDir>/node_modules/@actions/expressions/dist/index.js" },
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/power-platform/dist", "<rootDir>/.local-cloud"],
};
