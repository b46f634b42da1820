"use strict";

/** Sources are only transpiled here; `npm run typecheck` checks their types. */
module.exports = {
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  testEnvironment: "node",
  // Tests start processes: how long that takes says something about the machine, and nothing about the program.
  testTimeout: 60_000,
  transform: {
    "^.+\\.[jt]s$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
  // These ship ECMAScript modules only.
  transformIgnorePatterns: ["/node_modules/(?!(jose|cookie)/)"],
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/power-platform/dist", "<rootDir>/.local-cloud"],
};
