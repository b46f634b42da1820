import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { projectRoot } from "../../../local-cloud/project";

interface Step {
  op: string;
  urn: string;
  detailedDiff: Record<string, unknown> | null;
  replaceReasons?: string[];
  oldState?: State;
  newState: State;
}
interface State {
  inputs: Record<string, unknown>;
  propertyDependencies?: Record<string, string[]>;
}

const script = path.join(projectRoot(), ".github", "scripts", "only-credentials.cjs");
const { judge } = jest.requireActual<{
  judge: (steps: Step[]) => { refused: string[]; first: string[]; renewed: string[] };
}>(script);

/** A preview of the engine: a client secret is due, and a generated secret to which an operation is pinned. */
function rotation(): Step[] {
  const file = path.join(projectRoot(), "tests", "previews", "rotation.json");
  return (JSON.parse(fs.readFileSync(file, "utf8")) as { steps: Step[] }).steps;
}
/** The same with one step changed. */
function changed(name: string, change: (step: Step) => void): Step[] {
  const steps = rotation();
  const step = steps.find(({ urn }) => urn.endsWith(`::${name}`));
  if (!step) throw new Error(`The preview says nothing of ${name}.`);
  change(step);
  return steps;
}
const update = { kind: "update", inputDiff: true };

describe("what a rotation may do", () => {
  it("is to renew what is due; a secret comes before the operations that are pinned to it", () => {
    const { refused, first, renewed } = judge(rotation());
    expect(refused).toEqual([]);
    expect(renewed).toEqual(["app-client-secret-a", "secret-ppsecret1-value"]);
    expect(first.map((urn) => urn.split("::").at(-1)).sort()).toEqual(["secret-ppsecret1-secret", "secret-ppsecret1-value"]); // prettier-ignore
  });

  it("is nothing at all", () => {
    expect(judge([])).toEqual({ refused: [], first: [], renewed: [] });
  });

  const definitionWith = (version: string, summary = "GetSecret") => ({
    paths: { [`/secrets/ppsecret1/${version}`]: { get: { operationId: "GetSecret", summary } } },
    info: { title: "KeyVaultAccess" },
  });
  /** A connector whose new definition is known. */
  const known = (now: object) =>
    changed("connector-connector", (step) => {
      step.oldState = { inputs: { definition: definitionWith("a".repeat(32)) } };
      step.newState.inputs.definition = now;
    });

  it("is another version in a connector's operations, and nothing else of them", () => {
    expect(judge(known(definitionWith("b".repeat(32))))).toMatchObject({ refused: [], first: [] });
    for (const other of [definitionWith("b".repeat(32), "Renamed"), { ...definitionWith("b".repeat(32)), info: {} }])
      expect(judge(known(other)).refused).toEqual([expect.stringContaining("CustomConnector connector-connector")]);
  });

  const refused: [name: string, resource: string, change: (step: Step) => void][] = [
    ["a deletion", "app-client-secret-a", (step) => (step.op = "delete")],
    ["a client secret that is made anew for another reason", "app-client-secret-a", (step) => (step.replaceReasons = ["applicationId"])],
    ["a generated value of another length", "secret-ppsecret1-value", (step) => (step.replaceReasons = ["keepers.window", "length"])],
    ["a secret whose expiry changes", "secret-ppsecret1-secret", (step) => (step.detailedDiff = { "properties.value": update, "properties.attributes.expires": update })],
    ["a secret whose value is given", "secret-ppsecret1-secret", (step) => (step.newState.propertyDependencies = {})],
    ["an alert that waits longer", "monitoring-expiring", (step) => (step.newState.inputs.criteria = "now() + 7d")],
    ["a connector of another colour", "connector-connector", (step) => (step.detailedDiff = { iconBrandColor: update })],
    ["a connector that is replaced", "connector-connector", (step) => (step.op = "replace")],
    ["a connection with others", "connection-connection", (step) => (step.detailedDiff = { secretParameters: update, shareWith: update })],
    ["a connection of which nothing is said", "connection-connection", (step) => (step.detailedDiff = null)],
    ["operations that stay unknown for another reason", "connector-connector", (step) => (step.newState.propertyDependencies = {})],
    ["a resource of another kind", "proof-operation", (step) => (step.urn = step.urn.replace("OperationProof", "Anything"))],
  ]; // prettier-ignore
  it.each(refused)("is not %s", (_name, resource, change) => {
    const said = judge(changed(resource, change)).refused;
    expect(said.some((line) => line.includes(resource))).toBe(true);
  });

  it("is not what a pull request does", () => {
    const file = path.join(projectRoot(), "tests", "previews", "pull-request.json");
    const { steps } = JSON.parse(fs.readFileSync(file, "utf8")) as { steps: Step[] };
    expect(judge(steps).refused).toHaveLength(6);
  });

  it.each([
    ["", "pulumi preview printed nothing"],
    [JSON.stringify({ diagnostics: [{ severity: "error", message: "no such stack\n" }] }), "no such stack"],
  ])("cannot be said of a preview that failed (%j)", (preview, said) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rotation-"));
    fs.writeFileSync(path.join(folder, "preview.json"), preview);
    const env = { ...process.env, GITHUB_STEP_SUMMARY: "" };
    const { status, stderr } = spawnSync(script, ["preview.json", "first"], { cwd: folder, env, encoding: "utf8" });
    fs.rmSync(folder, { recursive: true });
    expect([status, stderr]).toEqual([1, expect.stringContaining(said)]);
  });
});
