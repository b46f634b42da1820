import fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../../local-cloud/project";
import type { Environment } from "../../../tools/environment";
import { writeCommand } from "../../../tools/executables";
import { type Outcome, run } from "../../../tools/process";
import { type Contexts, isMet, type Outcomes, resolved } from "./expressions";

interface StepText {
  id?: string;
  name?: string;
  if?: string;
  uses?: string;
  with?: Record<string, unknown>;
  run?: string;
  shell?: string;
  env?: Record<string, string>;
}

interface JobText {
  name?: string;
  needs?: string | string[];
  if?: string;
  strategy?: { matrix: Record<string, unknown> };
  environment?: string;
  concurrency?: { group: string };
  permissions?: Record<string, string>;
  env?: Record<string, string>;
  outputs?: Record<string, string>;
  steps?: StepText[];
  uses?: string;
  with?: Record<string, unknown>;
}

interface WorkflowText {
  jobs: Record<string, JobText>;
}

export type Result = "success" | "failure" | "skipped";

export interface JobRun {
  /** `deploy.yml dev`, with the values of its matrix. */
  name: string;
  result: Result;
  outputs: Record<string, string>;
  /** What its steps printed, each under its name. */
  log: string;
  /** The summary that it wrote. */
  summary: string;
}

export interface WorkflowRun {
  result: Result;
  jobs: JobRun[];
  /** Everything that was printed. */
  log: string;
}

/** What starts a workflow. */
export interface Trigger {
  name: "pull_request" | "push" | "schedule" | "workflow_dispatch";
  /** The commit that is checked out. */
  sha: string;
  ref: string;
  /** github.event, as far as workflows ask for it. */
  event?: Record<string, unknown>;
  /** Of workflow_dispatch. */
  inputs?: Record<string, unknown>;
}

/** Less than everything: some jobs, and some values of matrices. */
export interface Selection {
  jobs?: readonly string[];
  matrix?: Record<string, readonly unknown[]>;
}

/** A step that uses somebody's action. */
export interface ActionCall {
  /** `with`, its expressions resolved. */
  inputs: Record<string, unknown>;
  /** The checkout. */
  workspace: string;
  /** The repository that is checked out. */
  origin: string;
  /** Of the run. */
  artifacts: string;
  trigger: Trigger;
  /** GitHub environment of the job. */
  environment: string | undefined;
  permissions: Record<string, string>;
  /** Runs a program in the checkout, with the environment of the job. */
  run: (command: string, args: readonly string[]) => Promise<Outcome>;
  /** Sets variables for the steps that come after it. */
  setEnvironment: (variables: Record<string, string | undefined>) => void;
}

/** What takes the place of an action, by its name without version. Throws for what it cannot take the place of. */
export type StandIns = Record<string, (call: ActionCall) => Promise<void> | void>;

export interface GitHubParts {
  /** Folder of its own. */
  home: string;
  /** Folder of the repository. */
  origin: string;
  /** Environment of all jobs: what a runner has before anything signs in. */
  env: Environment;
  /** Variables by GitHub environment: `vars` of a job in it. */
  variables: Record<string, Record<string, string>>;
  standIns: StandIns;
  /** Whether sources are those of the tests, whose build is then taken. @default - checkouts are built */
  isBuilt?: boolean;
}

export interface Issue {
  number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  state_reason?: string;
}

export interface Comment {
  id: number;
  issue: string;
  body: string;
}

const repositoryName = "contoso/keyvault-connector";
const support = path.join(projectRoot(), "tests", "support", "workflows");

/** The pairs of a file that steps write for those after them: `name=value`, or `name<<END`, lines, `END`. */
function pairsOf(file: string): Record<string, string> {
  const lines = fs.readFileSync(file, "utf8").split("\n");
  const pairs: Record<string, string> = {};
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (line === "") continue;
    const block = /^([^=]+?)<<(.+)$/.exec(line);
    if (block) {
      const end = lines.indexOf(block[2] ?? "", index);
      if (end < 0) throw new Error(`${path.basename(file)}: "${line}" has no end.`);
      pairs[block[1] ?? ""] = lines.slice(index + 1, end).join("\n");
      index = end;
      continue;
    }
    const [, name, value] = /^([^=]+)=(.*)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`${path.basename(file)} has a line that sets nothing: "${line}".`);
    pairs[name] = value ?? "";
  }
  return pairs;
}

/** All combinations of a matrix' values. */
function combinations(matrix: Record<string, unknown>, selection: Selection): Record<string, unknown>[] {
  return Object.entries(matrix).reduce<Record<string, unknown>[]>(
    (sofar, [name, values]) => {
      if (!Array.isArray(values)) throw new Error(`The matrix' ${name} is no list: ${JSON.stringify(values)}`);
      const wanted = selection.matrix?.[name];
      const chosen = (values as unknown[]).filter((value) => wanted === undefined || wanted.includes(value));
      return sofar.flatMap((one) => chosen.map((value) => ({ ...one, [name]: value })));
    },
    [{}],
  );
}

/** The result of several jobs, or of a job with a matrix, as `needs` tells it. */
function together(results: readonly Result[]): Result {
  if (results.includes("failure")) return "failure";
  return results.every((result) => result === "skipped") ? "skipped" : "success";
}

/** One run of one workflow. */
interface RunPlace {
  trigger: Trigger;
  selection: Selection;
  folder: string;
  artifacts: string;
}

/** The state of a job's steps. */
interface JobState {
  workspace: string;
  folder: string;
  env: Environment;
  contexts: Contexts;
  steps: Record<string, { outputs: Record<string, string> }>;
  environment: string | undefined;
  permissions: Record<string, string>;
  outcomes: Outcomes;
  log: string;
  /** Files that steps were given. */
  files: number;
}

/**
 * Runs the workflows of a repository here: their jobs in order, each in a checkout of its own, their scripts with bash. Actions
 * of others are taken by stand-ins; an action or an expression that nothing is known of is an error.
 */
export class LocalGitHub {
  private readonly state: string;
  private readonly commands: string;
  private runs = 0;

  constructor(private readonly parts: GitHubParts) {
    fs.mkdirSync(parts.home, { recursive: true });
    this.state = path.join(parts.home, "github.json");
    fs.writeFileSync(this.state, JSON.stringify({ comments: [], issues: [], calls: [] }));
    this.commands = path.join(parts.home, "bin");
    writeCommand(this.commands, "gh", path.join(support, "gh.cjs"));
    writeCommand(this.commands, "npm", path.join(support, "npm.cjs"));
  }

  private read(): { comments: Comment[]; issues: Issue[]; calls: string[] } {
    return JSON.parse(fs.readFileSync(this.state, "utf8")) as ReturnType<LocalGitHub["read"]>;
  }

  comments(): Comment[] {
    return this.read().comments;
  }
  issues(): Issue[] {
    return this.read().issues;
  }
  /** What was asked of GitHub: `POST /repos/…`. */
  calls(): string[] {
    return this.read().calls;
  }

  /** @param file of .github/workflows */
  async run(file: string, trigger: Trigger, selection: Selection = {}): Promise<WorkflowRun> {
    const folder = path.join(this.parts.home, `run-${++this.runs}`);
    const artifacts = path.join(folder, "artifacts");
    fs.mkdirSync(artifacts, { recursive: true });
    const place = { trigger, selection, folder, artifacts };
    const jobs = await this.jobs(file, place, trigger.inputs ?? {}, selection.jobs);
    const result = together(jobs.map((job) => job.result));
    return { result, jobs, log: jobs.map(({ name, log }) => `=== ${name}\n${log}`).join("\n") };
  }

  private async jobs(
    file: string,
    place: RunPlace,
    inputs: Record<string, unknown>,
    selected?: readonly string[],
  ): Promise<JobRun[]> {
    const text = fs.readFileSync(path.join(this.parts.origin, ".github", "workflows", file), "utf8");
    const { jobs } = parse(text) as WorkflowText;
    const runs: JobRun[] = [];
    const needs: Record<string, { result: Result; outputs: Record<string, string> }> = {};
    for (const [id, job] of Object.entries(jobs)) {
      if (selected && !selected.includes(id)) continue;
      const own = [job.needs ?? []].flat();
      const context = { inputs, needs: Object.fromEntries(own.map((name) => [name, needs[name] ?? null])) };
      const made = await this.job(file, id, job, place, context);
      runs.push(...made);
      const outputs = Object.assign({}, ...made.map((one) => one.outputs)) as Record<string, string>;
      needs[id] = { result: together(made.map(({ result }) => result)), outputs };
    }
    return runs;
  }

  private github({ trigger }: RunPlace, permissions: Record<string, string>): Record<string, unknown> {
    return {
      repository: repositoryName,
      event_name: trigger.name,
      event: trigger.event ?? {},
      ref: trigger.ref,
      sha: trigger.sha,
      token: Buffer.from(JSON.stringify(permissions)).toString("base64"),
    };
  }

  /** All runs of a job: one for each combination of its matrix, one after the other. */
  private async job(
    file: string,
    id: string,
    job: JobText,
    place: RunPlace,
    given: { inputs: Record<string, unknown>; needs: Record<string, { result: Result } | null> },
  ): Promise<JobRun[]> {
    const name = `${file} ${id}`;
    const before = Object.values(given.needs).map((need) => need?.result ?? "success");
    const outcomes = { isFailed: before.some((result) => result !== "success") };
    const base = { ...given, github: this.github(place, job.permissions ?? {}) };
    if (!isMet(job.if, base, outcomes)) return [{ name, result: "skipped", outputs: {}, log: "", summary: "" }];
    const runs: JobRun[] = [];
    for (const matrix of combinations(resolved(job.strategy?.matrix ?? {}, base), place.selection)) {
      const contexts = { ...base, matrix };
      const full = [name, ...Object.values(matrix).map(String)].join(" ");
      if (job.uses === undefined) runs.push(await this.steps(full, job, place, contexts));
      else {
        const inputs = resolved(job.with ?? {}, contexts);
        runs.push(...(await this.jobs(path.basename(job.uses), place, inputs)).map((one) => ({ ...one, name: `${full} > ${one.name}` }))); // prettier-ignore
      }
    }
    return runs;
  }

  private async steps(name: string, job: JobText, place: RunPlace, contexts: Contexts): Promise<JobRun> {
    // The same reusable workflow runs several times in one run.
    const folder = fs.mkdtempSync(path.join(place.folder, `${name.replaceAll(/\W+/g, "-")}-`));
    const workspace = path.join(folder, "checkout");
    fs.mkdirSync(workspace, { recursive: true });
    const environment = job.environment === undefined ? undefined : resolved(job.environment, contexts);
    const all = { ...contexts, vars: this.parts.variables[environment ?? ""] ?? {}, steps: {} };
    if (job.concurrency) resolved(job.concurrency.group, all);
    const state: JobState = {
      workspace,
      folder,
      env: this.environment(folder, workspace, resolved(job.env ?? {}, all)),
      contexts: all,
      steps: {},
      environment,
      permissions: job.permissions ?? {},
      outcomes: { isFailed: false },
      log: "",
      files: 0,
    };
    for (const step of job.steps ?? []) await this.step(step, state, place);
    const result = state.outcomes.isFailed ? "failure" : "success";
    const known = { ...state.contexts, steps: state.steps };
    const summary = fs.readFileSync(state.env.GITHUB_STEP_SUMMARY ?? "", "utf8");
    fs.rmSync(workspace, { recursive: true });
    const outputs = result === "success" ? resolved(job.outputs ?? {}, known) : {};
    return { name, result, outputs, log: state.log, summary };
  }

  private environment(folder: string, workspace: string, own: Record<string, string>): Environment {
    const { env } = this.parts;
    const files = Object.fromEntries(
      ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY"].map((name) => [name, path.join(folder, name)]),
    );
    for (const file of Object.values(files)) fs.writeFileSync(file, "");
    const temporary = path.join(folder, "temp");
    fs.mkdirSync(temporary);
    return {
      ...env,
      ...files,
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_REPOSITORY: repositoryName,
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: temporary,
      PATH: [this.commands, env.PATH ?? ""].join(path.delimiter),
      GH_STAND_IN: this.state,
      NPM_STAND_IN: this.commands,
      NPM_STAND_IN_BUILT: String(this.parts.isBuilt ?? false),
      ...own,
    };
  }

  private async step(step: StepText, state: JobState, place: RunPlace): Promise<void> {
    const contexts = { ...state.contexts, steps: state.steps };
    if (!isMet(step.if, contexts, state.outcomes)) return;
    state.log += `--- ${step.name ?? step.uses ?? step.run ?? ""}\n`;
    const env = { ...state.env, ...resolved(step.env ?? {}, contexts) };
    if (step.run !== undefined) await this.script(step, state, env);
    else if (step.uses?.startsWith("./"))
      await this.composite(step.uses, resolved(step.with ?? {}, contexts), state, place); // prettier-ignore
    else await this.action(step.uses ?? "", resolved(step.with ?? {}, contexts), state, place);
  }

  /** Source: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions (jobs.<job_id>.steps[*].shell) */
  private async script(step: StepText, state: JobState, env: Environment): Promise<void> {
    if (step.shell !== undefined && step.shell !== "bash")
      throw new Error(`The shell ${step.shell} is not known here.`);
    const file = path.join(state.folder, `step-${++state.files}.sh`);
    const output = path.join(state.folder, `output-${state.files}`);
    fs.writeFileSync(file, step.run ?? "");
    fs.writeFileSync(output, "");
    const options = step.shell === undefined ? ["-e"] : ["--noprofile", "--norc", "-eo", "pipefail"];
    const { code, stdout, stderr } = await run("bash", [...options, file], {
      cwd: state.workspace,
      env: { ...env, GITHUB_OUTPUT: output },
    });
    state.log += stdout + stderr;
    if (step.id !== undefined) state.steps[step.id] = { outputs: pairsOf(output) };
    Object.assign(state.env, pairsOf(state.env.GITHUB_ENV ?? ""));
    if (code === 0) return;
    state.log += `Process completed with exit code ${code}.\n`;
    state.outcomes.isFailed = true;
  }

  /** An action of the repository's own: its steps. */
  private async composite(
    uses: string,
    given: Record<string, unknown>,
    state: JobState,
    place: RunPlace,
  ): Promise<void> {
    const text = fs.readFileSync(path.join(state.workspace, uses, "action.yml"), "utf8");
    const action = parse(text) as {
      inputs?: Record<string, { required?: boolean; default?: unknown }>;
      runs: { using: string; steps: StepText[] };
    };
    if (action.runs.using !== "composite") throw new Error(`${uses} runs ${action.runs.using}, not steps.`);
    const missing = Object.entries(action.inputs ?? {}).filter(([name, { required }]) => required && !given[name]);
    if (missing.length > 0) throw new Error(`${uses} wants ${missing.map(([name]) => name).join(", ")}.`);
    const outer = state.contexts;
    // An action knows neither the variables nor the matrix of its job.
    state.contexts = { inputs: given, github: outer.github, steps: {} };
    for (const step of action.runs.steps) await this.step(step, state, place);
    state.contexts = outer;
  }

  private async action(
    uses: string,
    inputs: Record<string, unknown>,
    state: JobState,
    { trigger, artifacts }: RunPlace,
  ): Promise<void> {
    const name = uses.split("@")[0] ?? "";
    const standIn = this.parts.standIns[name];
    if (!standIn) throw new Error(`Nothing is known of the action "${uses}": say in the test what takes its place.`);
    await standIn({
      inputs,
      workspace: state.workspace,
      origin: this.parts.origin,
      artifacts,
      trigger,
      environment: state.environment,
      permissions: state.permissions,
      run: (command, args) => run(command, args, { cwd: state.workspace, env: state.env }),
      setEnvironment: (variables) => Object.assign(state.env, variables),
    });
  }
}
