#!/usr/bin/env node
// Takes the place of GitHub's own command in the tests of the workflows: `gh api`, with issues and comments in a file
// (GH_STAND_IN), the rights of the job in the token, and jq for --jq. What it does not know is an error.
"use strict";

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const { URL } = require("node:url");

function fail(text) {
  process.stderr.write(`gh: ${text}\n`);
  process.exit(1);
}

const file = process.env.GH_STAND_IN ?? fail("GH_STAND_IN names no file.");
const bot = { login: "github-actions[bot]" };
const [command, ...args] = process.argv.slice(2);
if (command !== "api") fail(`"${command}" is not known here.`);

const fields = {};
let method;
let resource;
let filter;
let isSilent = false;
while (args.length > 0) {
  const arg = args.shift();
  if (arg === "--paginate") continue;
  if (arg === "--silent") isSilent = true;
  else if (arg === "--method") method = args.shift();
  else if (arg === "--jq") filter = args.shift();
  else if (arg === "--field") {
    const [, name, value] = /^([^=]+)=([^]*)$/.exec(args.shift()) ?? fail("--field wants name=value");
    fields[name] = value.startsWith("@") ? fs.readFileSync(value.slice(1), "utf8") : value;
  } else if (arg.startsWith("-") || resource !== undefined) fail(`${arg} is not known here.`);
  else resource = arg;
}
method ??= Object.keys(fields).length > 0 ? "POST" : "GET";

// The token of a job names its rights: {"issues":"write"}.
const rights = JSON.parse(Buffer.from(process.env.GH_TOKEN ?? fail("GH_TOKEN is not set."), "base64").toString());
function need(...names) {
  const wanted = method === "GET" ? ["read", "write"] : ["write"];
  if (!names.some((name) => wanted.includes(rights[name]))) fail("Resource not accessible by integration (HTTP 403)");
}

const state = JSON.parse(fs.readFileSync(file, "utf8"));
const url = new URL(resource, "https://api.github.com/");
const route = `${method} ${url.pathname}`;
const match = (pattern) => new RegExp(`^${pattern.replace("REPOSITORY", "/repos/[\\w.-]+/[\\w.-]+")}$`).exec(route);
const found = (things, id) => things.find((one) => String(one.id ?? one.number) === id) ?? fail("Not Found (HTTP 404)");
const body = () => {
  if (fields.body !== undefined && fields.body.length > 65536) fail("body is too long (HTTP 422)");
  return fields;
};

function answer() {
  let parts;
  if ((parts = match("GET REPOSITORY/issues/(\\d+)/comments"))) {
    need("issues", "pull-requests");
    return state.comments.filter(({ issue }) => issue === parts[1]);
  }
  if ((parts = match("POST REPOSITORY/issues/(\\d+)/comments"))) {
    need("issues", "pull-requests");
    const comment = { id: 1000 + state.comments.length, issue: parts[1], user: bot, ...body() };
    state.comments.push(comment);
    return comment;
  }
  if ((parts = match("PATCH REPOSITORY/issues/comments/(\\d+)"))) {
    need("issues", "pull-requests");
    return Object.assign(found(state.comments, parts[1]), body());
  }
  if (match("GET REPOSITORY/issues")) {
    need("issues");
    const wanted = url.searchParams.get("state") ?? "open";
    return state.issues.filter((issue) => wanted === "all" || issue.state === wanted);
  }
  if (match("POST REPOSITORY/issues")) {
    need("issues");
    const issue = { number: 100 + state.issues.length, state: "open", user: bot, ...body() };
    state.issues.push(issue);
    return issue;
  }
  if ((parts = match("PATCH REPOSITORY/issues/(\\d+)"))) {
    need("issues");
    return Object.assign(found(state.issues, parts[1]), body());
  }
  return fail(`Not Found (HTTP 404): ${route}`);
}

const answered = JSON.stringify(answer());
state.calls.push(route);
fs.writeFileSync(file, JSON.stringify(state));
if (!isSilent)
  process.stdout.write(
    filter === undefined
      ? answered
      : execFileSync("jq", ["--raw-output", "--compact-output", filter], { input: answered }),
  );
