#!/usr/bin/env node
// Prints the stacks that the files between two commits concern, as JSON, and hands them to the workflow.
"use strict";

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");

/** What no stack is made of. */
const beside =
  /^(docs|tests|examples|local-cloud|\.github|\.ci|tools)\/|\.md$|^(LICENSE|\.gitignore|\.prettierrc.*|jest\.config\.cjs|eslint\.config\.mjs)$/;

/**
 * @param {string[]} files that changed
 * @param {string[]} stacks there are
 * @returns {string[]} those whose settings changed; all of them when the program did
 */
function changedStacks(files, stacks) {
  const relevant = files.filter((file) => !beside.test(file));
  const settingsOf = (file) => /^Pulumi\.([^/]+)\.yaml$/.exec(file)?.[1];
  if (relevant.some((file) => settingsOf(file) === undefined)) return stacks;
  const named = new Set(relevant.map(settingsOf));
  return stacks.filter((stack) => named.has(stack));
}

/** Stacks with a file of settings, without the one of the local cloud. */
function deployedStacks(folder) {
  return fs
    .readdirSync(folder)
    .map((file) => /^Pulumi\.([^.]+)\.yaml$/.exec(file)?.[1])
    .filter((stack) => stack !== undefined && stack !== "local")
    .sort();
}

function main([base, head]) {
  const output = execFileSync("git", ["diff", "--name-only", `${base}...${head}`], { encoding: "utf8" });
  const stacks = JSON.stringify(changedStacks(output.split("\n").filter(Boolean), deployedStacks(".")));
  process.stdout.write(`${stacks}\n`);
  if (process.env.GITHUB_OUTPUT) fs.appendFileSync(process.env.GITHUB_OUTPUT, `stacks=${stacks}\n`);
}

module.exports = { changedStacks, deployedStacks };

if (require.main === module) main(process.argv.slice(2));
