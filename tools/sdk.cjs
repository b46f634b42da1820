// What the compiled program gets as `@pulumi/pulumi` and `@pulumi/pulumi/runtime`: the same exports, of the same modules, but
// what programs seldom use is loaded when it is first used. The SDK's own index loads the TypeScript compiler and npm's
// dependency resolver, three quarters of its time, for the serialiser of functions alone (docs/decisions/0071).
"use strict";

const runtime = {
  ...require("@pulumi/pulumi/runtime/config"),
  ...require("@pulumi/pulumi/runtime/invoke"),
  ...require("@pulumi/pulumi/runtime/resource"),
  ...require("@pulumi/pulumi/runtime/rpc"),
  ...require("@pulumi/pulumi/runtime/settings"),
  ...require("@pulumi/pulumi/runtime/stack"),
  get serializeFunction() {
    return require("@pulumi/pulumi/runtime/closure/serializeClosure").serializeFunction;
  },
  get serializeFunctionAsync() {
    return require("@pulumi/pulumi/runtime/closure/serializeClosure").serializeFunctionAsync;
  },
  get computeCodePaths() {
    return require("@pulumi/pulumi/runtime/closure/codePaths").computeCodePaths;
  },
  get setMocks() {
    return require("@pulumi/pulumi/runtime/mocks").setMocks;
  },
};

const sdk = {
  ...require("@pulumi/pulumi/config"),
  ...require("@pulumi/pulumi/errors"),
  ...require("@pulumi/pulumi/metadata"),
  ...require("@pulumi/pulumi/output"),
  ...require("@pulumi/pulumi/resource"),
  ...require("@pulumi/pulumi/stackReference"),
  ...require("@pulumi/pulumi/stash"),
  asset: require("@pulumi/pulumi/asset"),
  get automation() {
    return require("@pulumi/pulumi/automation");
  },
  dynamic: require("@pulumi/pulumi/dynamic"),
  iterable: require("@pulumi/pulumi/iterable"),
  log: require("@pulumi/pulumi/log"),
  get provider() {
    return require("@pulumi/pulumi/provider");
  },
  runtime,
  utils: require("@pulumi/pulumi/utils"),
  deploymentOnlyModule: true,
};

const lighter = { "@pulumi/pulumi": sdk, "@pulumi/pulumi/runtime": runtime };

/** The program's `require`: that of Node.js, except for the SDK (the banner in tools/build.cjs). */
module.exports.requireWith = (require) => (id) => lighter[id] ?? require(id);
