import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../../local-cloud/project";

const { changedStacks, deployedStacks } = jest.requireActual<{
  changedStacks: (files: string[], stacks: string[]) => string[];
  deployedStacks: (folder: string) => string[];
}>("../../../.github/scripts/changed-stacks.cjs");

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Job {
  steps?: Step[];
  uses?: string;
  permissions?: Record<string, string>;
  environment?: string;
  concurrency?: { group: string };
  "timeout-minutes"?: number;
  if?: string;
}
interface Workflow {
  on: unknown;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const root = projectRoot();
const folder = path.join(root, ".github", "workflows");
const files = fs.readdirSync(folder).sort();
const texts = files.map((file): [string, string] => [file, fs.readFileSync(path.join(folder, file), "utf8")]);
const workflows = texts.map(([file, text]): [string, Workflow, string] => [file, parse(text) as Workflow, text]);
const action = fs.readFileSync(path.join(root, ".github", "actions", "pulumi", "action.yml"), "utf8");
const jobs = workflows.flatMap(([file, { jobs: all }]) => Object.entries(all).map(([name, job]): [string, Job] => [`${file} ${name}`, job])); // prettier-ignore

describe("workflows", () => {
  it.each([...texts, ["action.yml", action] as [string, string]])(
    "%s: actions of others are pinned by commit, with the version beside",
    (_file, text) => {
      const used = text.split("\n").filter((line) => /^\s*-? ?uses:/.test(line) && !line.includes("./"));
      for (const line of used) expect(line).toMatch(/uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    },
  );

  it.each(workflows)(
    "%s: gives its token nothing that a job does not name, and does not trust pull requests",
    (_file, workflow, text) => {
      expect(Object.values(workflow.permissions).every((right) => right === "read")).toBe(true);
      expect(text).not.toMatch(/pull_request_target|workflow_run/);
      // Expressions within a script would run what somebody wrote into a title or a branch's name.
      const steps = Object.values(workflow.jobs).flatMap(({ steps: all }) => all ?? []);
      for (const { run } of steps) expect(run ?? "").not.toContain("${{");
      expect(text).not.toMatch(/secrets\./);
    },
  );

  it.each(jobs)("%s: may sign in to Azure or write to GitHub, not both; ends by itself", (_name, job) => {
    const rights = Object.entries(job.permissions ?? {});
    const writes = rights.filter(([, right]) => right === "write").map(([name]) => name);
    expect(writes.length).toBeLessThanOrEqual(1);
    if (job.uses === undefined) expect(job["timeout-minutes"]).toBeGreaterThan(0);
    if (job.permissions?.["id-token"] === "write" && job.uses === undefined) {
      expect(job.environment).toBeDefined();
      expect(job.concurrency?.group).toMatch(/^stack-\$\{\{ (matrix|inputs)\.stack \}\}/);
    }
    for (const step of job.steps ?? [])
      if (step.uses?.startsWith("actions/checkout@")) expect(step.with?.["persist-credentials"]).toBe(false);
  });

  it("keep pull requests of forks away from sign-ins", () => {
    const preview = workflows.find(([file]) => file === "preview.yml")?.[1].jobs.preview;
    expect(preview?.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
  });

  it("call scripts that are there and can be run", () => {
    const called = texts.flatMap(([, text]) =>
      [...text.matchAll(/\.github\/scripts\/[\w.-]+/g)].map(([script]) => script),
    );
    expect(new Set(called).size).toBeGreaterThan(6);
    for (const script of called) expect(fs.statSync(path.join(root, script)).mode & 0o111).not.toBe(0);
  });
});

describe("the stacks that a change concerns", () => {
  const stacks = deployedStacks(root);
  it("are all that are deployed, for a change of the program", () => {
    expect(stacks).toEqual(["dev", "prod", "test"]);
    expect(changedStacks(["index.ts", "Pulumi.dev.yaml"], stacks)).toEqual(stacks);
    expect(changedStacks(["package-lock.json"], stacks)).toEqual(stacks);
    expect(changedStacks(["policies/rules.ts"], stacks)).toEqual(stacks);
  });
  it("are those whose settings changed, and none for documentation, tests and the local cloud", () => {
    expect(changedStacks(["Pulumi.prod.yaml", "docs/x.md"], stacks)).toEqual(["prod"]);
    expect(changedStacks(["docs/x.md", "README.md", "tests/a.test.ts", "local-cloud/main.ts", "Pulumi.local.yaml"], stacks)).toEqual([]); // prettier-ignore
  });
});

/** The scripts of a workflow's job, with programs of ours in place of pulumi, gh and npm. */
describe("the scripts", () => {
  const scripts = path.join(root, ".github", "scripts");
  let place: string;

  beforeEach(() => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), "workflow-"));
  });
  afterEach(() => {
    fs.rmSync(place, { recursive: true, force: true });
  });

  function program(name: string, code: string): void {
    fs.writeFileSync(path.join(place, name), `#!/usr/bin/env bash\n${code}\n`, { mode: 0o755 });
  }
  function run(script: string, ...args: string[]) {
    const env = { ...process.env, PATH: `${place}${path.delimiter}${process.env.PATH ?? ""}` };
    return spawnSync(path.join(scripts, script), args, { cwd: place, env, encoding: "utf8" });
  }
  const said = (file: string) => (fs.existsSync(path.join(place, file)) ? fs.readFileSync(path.join(place, file), "utf8") : ""); // prettier-ignore

  it("preview.sh fails as the preview does, keeps its events, and drops lines for debugging", () => {
    program(
      "pulumi",
      `echo '{"diagnosticEvent":{"severity":"debug"}}' | sed 's/: /:/'; echo '{"summaryEvent":{}}'; exit 3`,
    );
    expect(run("preview.sh", "dev", "out").status).toBe(3);
    expect(said("out/dev.json")).toBe('{"summaryEvent":{}}\n');
    expect(fs.readdirSync(path.join(place, "out"))).toEqual(["dev.json"]);
  });

  it("report.sh says so when there is no preview", () => {
    fs.mkdirSync(path.join(place, "previews"));
    const { status, stderr } = run("report.sh", "previews", "comment.md");
    expect([status, stderr]).toEqual([1, "No preview was written into previews: the jobs before this one say why.\n"]);
  });

  const gh = (found: string) =>
    `echo "$@" >> calls; case "$*" in *--jq*) ${found === "" ? ":" : `echo ${found}`};; esac`;

  it.each([
    ["", "--method POST repos/o/r/issues/7/comments"],
    ["41", "--method PATCH repos/o/r/issues/comments/41"],
  ])("upsert-comment.sh with the comment %j: %s", (found, call) => {
    program("gh", gh(found));
    fs.writeFileSync(path.join(place, "comment.md"), "<!-- marker -->\ntext\n");
    expect(run("upsert-comment.sh", "o/r", "7", "comment.md").status).toBe(0);
    expect(said("calls").split("\n")[1]).toContain(call);
  });

  it.each([
    ["", "failure", "--method POST repos/o/r/issues --field title=Drift"],
    ["5", "failure", "--method PATCH repos/o/r/issues/5 --field body=@issue.md"],
    ["5", "success", "--method PATCH repos/o/r/issues/5 --field state=closed"],
    ["", "success", undefined],
  ])("upsert-issue.sh with the issue %j after a %s: %s", (found, result, call) => {
    program("gh", gh(found));
    fs.writeFileSync(path.join(place, "issue.md"), "<!-- marker -->\ntext\n");
    expect(run("upsert-issue.sh", "o/r", "issue.md", result).status).toBe(0);
    const calls = said("calls").split("\n").filter(Boolean);
    if (call === undefined) expect(calls).toHaveLength(1);
    else expect(calls[1]).toContain(call);
  });

  const actionlint = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";
  const hasGo = spawnSync("go", ["version"]).status === 0;
  (hasGo ? it : it.skip)(
    "actionlint finds nothing in the workflows",
    () => {
      const cache = path.join(os.homedir(), ".cache", "keyvault-connector", "actionlint-1.7.12");
      const file = path.join(cache, "actionlint");
      if (!fs.existsSync(file)) {
        const built = spawnSync("go", ["install", actionlint], {
          env: { ...process.env, GOBIN: cache },
          encoding: "utf8",
        });
        expect([built.status, built.stderr.replace(/^go: downloading .*\n/gm, "")]).toEqual([0, ""]);
      }
      const { status, stdout } = spawnSync(file, files.map((name) => path.join(folder, name)), { encoding: "utf8" }); // prettier-ignore
      expect([status, stdout]).toEqual([0, ""]);
    },
    600_000,
  );
});
