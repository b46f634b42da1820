// What `--cpu-prof` does, for the program: Node.js takes that option from the command line alone, which is the engine's.
// NODE_OPTIONS="--require .../profiler.cjs" with BENCH_PROFILES=FOLDER.
"use strict";

const fs = require("node:fs");
const inspector = require("node:inspector");
const path = require("node:path");

const folder = process.env.BENCH_PROFILES;
if (folder && process.argv.some((argument) => argument.includes("pulumi/cmd/run/"))) {
  const session = new inspector.Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.start");
  process.on("exit", () => {
    // Answered before it returns: nothing asynchronous runs any more.
    session.post("Profiler.stop", (error, { profile } = {}) => {
      if (!error) fs.writeFileSync(path.join(folder, `${process.pid}.cpuprofile`), JSON.stringify(profile));
    });
  });
}
