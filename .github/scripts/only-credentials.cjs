#!/usr/bin/env node
// Usage: only-credentials.cjs PREVIEW FIRST. PREVIEW is the output of pulumi preview --json. Fails, and says why, when that
// would do more than renew credentials. Writes into FIRST, one a line, the URNs of secrets that must be renewed before more
// can be said: while the version of a pinned secret is not known, neither is what the connector's operations become.
"use strict";

const fs = require("node:fs");

/** How the engine writes a text that is known only after the update. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const isUnknown = (value) => JSON.stringify(value ?? null).includes(unknown);

const powerPlatform = (name) => `pulumi-nodejs:dynamic/powerPlatform:${name}`;
const types = {
  clientSecret: "azuread:index/applicationPassword:ApplicationPassword",
  generatedValue: "random:index/randomPassword:RandomPassword",
  secret: "azure-native:keyvault:Secret",
  alert: "azure-native:monitor:ScheduledQueryRule",
  acceptance: powerPlatform("ClientSecretAcceptance"),
  connector: powerPlatform("CustomConnector"),
  connection: powerPlatform("Connection"),
  proof: powerPlatform("OperationProof"),
};

const typeOf = (step) => step.urn.split("::")[2].split("$").at(-1);
const nameOf = (step) => step.urn.split("::").slice(3).join("::");
const differences = (step) => Object.keys(step.detailedDiff ?? {});
const isReplaced = (step) => ["replace", "create-replacement", "delete-replaced"].includes(step.op);
const sorted = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])])) // prettier-ignore
    : Array.isArray(value)
      ? value.map(sorted)
      : value;

/** Whether two values are the same but for what a pattern finds. */
function sameBut(pattern, one, other) {
  const masked = (value) => JSON.stringify(sorted(value ?? null)).replace(pattern, "");
  return masked(one) === masked(other);
}

/** Whether all differences are of these properties, and there are some. */
const onlyOf = (step, pattern) => differences(step).length > 0 && differences(step).every((one) => pattern.test(one));

/**
 * @param {{op: string, urn: string}[]} steps of a preview
 * @returns {{refused: string[], first: string[], renewed: string[]}} what is more than a rotation; what must be renewed before
 *   the rest can be judged; what is renewed
 */
function judge(steps) {
  const changes = steps.filter(({ op }) => !["same", "read", "refresh"].includes(op));
  const of = (type) => changes.filter((step) => typeOf(step) === type);
  const values = of(types.generatedValue).filter((step) => isReplaced(step) && onlyReasons(step, /^keepers\b/));
  const isRenewed = (step) =>
    step.op === "update" &&
    onlyOf(step, /^properties\.value$/) &&
    (step.newState.propertyDependencies?.properties ?? []).some((urn) => values.some((value) => value.urn === urn));
  const secrets = of(types.secret).filter(isRenewed);
  const first = new Set();

  function onlyReasons(step, pattern) {
    const reasons = step.replaceReasons ?? [];
    return reasons.length > 0 && reasons.every((reason) => pattern.test(reason)) && onlyOf(step, pattern);
  }

  /** Whether a connector's operations are the same but for the versions that they are pinned to. */
  function sameOperations(step) {
    const now = step.newState.inputs.definition;
    if (!isUnknown(now)) return sameBut(/(?<=\/secrets\/[^/"]+\/)[0-9a-f]{32}/g, step.oldState.inputs.definition, now);
    const { paths: _, ...others } = now;
    const { paths: _before, ...othersBefore } = step.oldState.inputs.definition;
    const pinned = secrets.filter(({ urn }) => (step.newState.propertyDependencies?.definition ?? []).includes(urn));
    if (pinned.length === 0 || isUnknown(others) || !sameBut(/$^/, others, othersBefore)) return false;
    for (const secret of pinned) {
      first.add(secret.urn);
      for (const urn of secret.newState.propertyDependencies.properties) first.add(urn);
    }
    return true;
  }

  const allowed = {
    [types.clientSecret]: (step) => isReplaced(step) && onlyReasons(step, /^(endDate|rotateWhenChanged)\b/),
    [types.generatedValue]: (step) => values.includes(step),
    [types.secret]: (step) => secrets.includes(step),
    // The dates in its query.
    [types.alert]: (step) =>
      step.op === "update" &&
      onlyOf(step, /^criteria\.allOf\[0\]\.query$/) &&
      sameBut(/\d{4}-\d\d-\d\d/g, step.oldState.inputs.criteria, step.newState.inputs.criteria),
    // Asks Entra, and changes nothing.
    [types.acceptance]: (step) => step.op === "update",
    [types.connector]: (step) =>
      step.op === "update" && onlyOf(step, /^(oauthClientSecret|definition)\b/) && sameOperations(step),
    // What it has from its connector is not known while that is updated.
    [types.connection]: (step) =>
      step.op === "update" && onlyOf(step, /^(secretParameters|connectorName|connectorChosenRoute)\b/),
    // Asks the vault, and changes nothing.
    [types.proof]: (step) => step.op === "update",
  };

  const refused = changes.filter((step) => !allowed[typeOf(step)]?.(step));
  const words = (step) => {
    const properties = differences(step);
    return `${step.op} ${typeOf(step)} ${nameOf(step)}${properties.length > 0 ? ` (${properties.join(", ")})` : ""}`;
  };
  const renewed = changes.filter((step) => [types.clientSecret, types.generatedValue].includes(typeOf(step)));
  return { refused: refused.map(words), first: [...first], renewed: renewed.map(nameOf) };
}

function say(text) {
  process.stderr.write(`${text}\n`);
  if (process.env.GITHUB_STEP_SUMMARY) fs.appendFileSync(process.env.GITHUB_STEP_SUMMARY, `${text}\n`);
}

function main([previewFile, firstFile]) {
  const text = fs.readFileSync(previewFile, "utf8");
  if (text.trim() === "") {
    say("pulumi preview printed nothing: what it says above is why.");
    process.exitCode = 1;
    return;
  }
  const preview = JSON.parse(text);
  const errors = (preview.diagnostics ?? []).filter(({ severity }) => severity === "error");
  for (const { message } of errors) say(message.trim());
  const { refused, first, renewed } = judge(preview.steps ?? []);
  fs.writeFileSync(firstFile, first.map((urn) => `${urn}\n`).join(""));
  if (refused.length > 0) {
    const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
    const page = server && repository ? ` (${server}/${repository}/actions/workflows/deploy.yml)` : "";
    say(`Refused: this would do more than renew credentials, and nobody would have approved it. Nothing was changed.

${refused.map((one) => `- ${one}`).join("\n")}

It is on main and not deployed yet, or was changed beside main. Deploy it first: approve or start the workflow Deploy${page}, which
renews what is due as well. Then this workflow has nothing left to do.`);
  } else if (errors.length === 0) say(renewed.length > 0 ? `Renews ${renewed.join(", ")}.` : "Nothing is due.");
  process.exitCode = refused.length + errors.length > 0 ? 1 : 0;
}

module.exports = { judge };

if (require.main === module) main(process.argv.slice(2));
