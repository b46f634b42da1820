// The entry of every npm script: `node tools/run.cjs <demo|local|cloud|test> [arguments]`. Checks what must be there before
// anything else can run, in plain old JavaScript, because on a fresh machine nothing is. Standard output belongs to the
// command alone (`--json`), so everything said here goes to standard error.
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
const neededNode = [20, 19];

function say(text) {
  process.stderr.write(text + "\n");
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > neededNode[0] || (major === neededNode[0] && minor >= neededNode[1])) return;
  say(
    `This project needs Node.js ${neededNode.join(".")} or newer; this is ${process.versions.node}.\n` +
      "Install a current one from https://nodejs.org and run the command again.",
  );
  process.exit(1);
}

function modified(file) {
  return fs.statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** `npm ci`, unless node_modules is there and not older than the lock file. */
function ensureDependencies() {
  if (modified("node_modules/.package-lock.json") >= modified("package-lock.json")) return;
  say("Installing the dependencies of package-lock.json (npm ci, about a minute)…");
  const startedAt = Date.now();
  const args = ["ci", "--no-audit", "--no-fund", "--json=false", "--loglevel=error"];
  // npm says where its own program is when it runs a script; the name alone is a batch file on Windows.
  const npm = process.env.npm_execpath;
  const [command, commandArgs] = npm ? [process.execPath, [npm, ...args]] : ["npm", args];
  const { status, error } = spawnSync(command, commandArgs, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: !npm && process.platform === "win32",
  });
  if (status !== 0) {
    say(`The dependencies could not be installed${error ? ` (${error.message})` : ""}. What npm says is above.`);
    process.exit(1);
  }
  say(`The dependencies are installed (${Math.round((Date.now() - startedAt) / 1000)} s).`);
}

checkNode();
ensureDependencies();
require("./build.cjs").ensureBuilt();
require("../dist/tools/main.js").main(process.argv.slice(2));
