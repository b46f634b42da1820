#!/usr/bin/env node
// Takes the place of npm in the tests of the workflows, for `npm ci` alone: the packages that are installed already instead
// of downloads, and then npm's own `prepare`, or (NPM_STAND_IN_BUILT) what it has built already. Everything else is npm's.
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "../../..");
const [command, ...rest] = process.argv.slice(2);

/** Links every installed package, but for those of the checkout itself. */
function link(from, to) {
  fs.mkdirSync(to, { recursive: true });
  for (const name of fs.readdirSync(from)) {
    const source = path.join(from, name);
    if (name === ".package-lock.json") continue;
    if (name === "@keyvault-connector") {
      fs.mkdirSync(path.join(to, name));
      fs.symlinkSync("../../power-platform", path.join(to, name, "power-platform"), "dir");
    } else fs.symlinkSync(source, path.join(to, name));
  }
  // As npm leaves it: by this, tools/run.cjs sees that nothing is to be installed.
  fs.copyFileSync(path.join(from, ".package-lock.json"), path.join(to, ".package-lock.json"));
}

/** What `prepare` would build of the same sources, which are those of the tests. */
function copyBuilt() {
  const built = fs.readdirSync(path.join(root, "dist")).map((name) => path.join("dist", name));
  for (const folder of [...built, "power-platform/dist", "component/dist"]) {
    fs.cpSync(path.join(root, folder), folder, { recursive: true });
    // Newer than the sources, which were checked out a moment ago.
    fs.utimesSync(path.join(folder, ".built"), new Date(), new Date());
  }
}

function npm(...args) {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const own = fs.realpathSync(process.env.NPM_STAND_IN);
  const found = folders.find((folder) => fs.existsSync(path.join(folder, "npm")) && fs.realpathSync(folder) !== own);
  const { status } = spawnSync(path.join(found, "npm"), args, { stdio: "inherit" });
  process.exit(status ?? 1);
}

if (command !== "ci") npm(command, ...rest);
if (!fs.existsSync("package-lock.json")) {
  process.stderr.write("npm ci: there is no package-lock.json here.\n");
  process.exit(1);
}
link(path.join(root, "node_modules"), path.resolve("node_modules"));
if (process.env.NPM_STAND_IN_BUILT === "true") copyBuilt();
else npm("run", "--silent", "prepare");
