import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { cloudEnvironment, startCloud, stopCloud } from "../../local-cloud/client";
import { seed } from "../../local-cloud/seed";
import { type Environment, pulumiEnvironment } from "../../tools/environment";
import { findOnPath, run } from "../../tools/process";
import { findPulumi } from "../../tools/pulumi-cli/find";
import { satisfies } from "../../tools/pulumi-cli/version";
import type { StateResource } from "../support/engine";
import { editConnector, type LocalClient, localClient } from "../support/localClient";
import { secretsIn } from "../support/secrets";
import { LocalGitHub, type StandIns, type Trigger, type WorkflowRun } from "../support/workflows/gitHub";
import { gitIn, makeRepository, type Repository } from "../support/workflows/repository";

/** All stacks and every night, with ALL_WORKFLOWS=1; else the shortest way through: stack dev. */
const isComplete = process.env.ALL_WORKFLOWS === "1";
const whenComplete = isComplete ? test : test.skip;
const stacks = isComplete ? ["dev", "test", "prod"] : ["dev"];
const n = "keyvault-connector:";

if (findOnPath(["jq"], process.env.PATH) === undefined)
  console.warn("There is no jq, with which GitHub's command filters its answers: the workflows are not run here.");
const withJq = findOnPath(["jq"], process.env.PATH) === undefined ? describe.skip : describe;

/** What takes the place of the actions of others. An action, or an input, that is not here is an error. */
function standIns(clientSecrets: Record<string, string>): StandIns {
  const only = (inputs: Record<string, unknown>, ...known: string[]) => {
    const unknown = Object.keys(inputs).filter((name) => !known.includes(name));
    if (unknown.length > 0) throw new Error(`Nothing is known of the input ${unknown.join(", ")}.`);
  };
  return {
    // A clone of the one commit, or of all, without the remote's credentials.
    "actions/checkout": ({ inputs, workspace, origin, trigger }) => {
      only(inputs, "persist-credentials", "fetch-depth", "ref");
      const depth = Number(inputs["fetch-depth"] ?? 1);
      gitIn(workspace, "init", "--quiet");
      const wanted = typeof inputs.ref === "string" ? inputs.ref : trigger.sha;
      const refs = depth === 0 ? ["+refs/*:refs/remotes/origin/*"] : [wanted];
      gitIn(workspace, "fetch", "--quiet", ...(depth === 0 ? [] : [`--depth=${depth}`]), `file://${origin}`, ...refs); // prettier-ignore
      gitIn(workspace, "checkout", "--quiet", wanted);
    },
    // The Node.js that runs the tests.
    "actions/setup-node": ({ inputs }) => {
      only(inputs, "node-version", "cache");
    },
    // Without `command` it installs the CLI: the real one, in a version that will do.
    "pulumi/actions": async ({ inputs, run: execute }) => {
      only(inputs, "pulumi-version");
      const { stdout } = await execute("pulumi", ["version"]);
      expect([stdout.trim(), satisfies(stdout.trim(), String(inputs["pulumi-version"]))]).toEqual([expect.anything(), true]); // prettier-ignore
    },
    // A client secret of the local cloud's, where GitHub's token would be exchanged; for jobs that may have that token alone.
    "azure/login": ({ inputs, environment, permissions, setEnvironment }) => {
      only(inputs, "client-id", "tenant-id", "subscription-id");
      expect(permissions["id-token"]).toBe("write");
      expect(environment).toBeDefined();
      const clientSecret = clientSecrets[String(inputs["client-id"])];
      if (clientSecret === undefined) throw new Error(`${environment} signs in as somebody who is not known.`);
      setEnvironment({ ARM_CLIENT_SECRET: clientSecret });
    },
    "actions/upload-artifact": ({ inputs, workspace, artifacts }) => {
      only(inputs, "name", "path", "if-no-files-found", "retention-days");
      const from = path.join(workspace, String(inputs.path));
      if (fs.existsSync(from)) fs.cpSync(from, path.join(artifacts, String(inputs.name)), { recursive: true });
      else expect(inputs["if-no-files-found"]).toBe("ignore");
    },
    "actions/download-artifact": ({ inputs, workspace, artifacts }) => {
      only(inputs, "pattern", "path", "merge-multiple");
      expect(inputs["merge-multiple"]).toBe(true);
      const pattern = new RegExp(`^${String(inputs.pattern).replaceAll("*", ".*")}$`);
      const to = path.join(workspace, String(inputs.path));
      fs.mkdirSync(to, { recursive: true });
      for (const name of fs.readdirSync(artifacts).filter((one) => pattern.test(one)))
        fs.cpSync(path.join(artifacts, name), to, { recursive: true });
    },
  };
}

/** What the platform team has made before the first deployment of prod. @returns the settings that name it */
async function makePlatform(client: LocalClient): Promise<{ workspaceId: string; actionGroupIds: string[] }> {
  const arm = "https://management.azure.com";
  const token = await client.token(arm);
  const groups = `/subscriptions/${seed.subscriptionId}/resourceGroups`;
  const providers = `${groups}/rg-monitoring/providers`;
  const workspaceId = `${providers}/Microsoft.OperationalInsights/workspaces/log-platform`;
  const actionGroupId = `${providers}/Microsoft.Insights/actionGroups/ag-on-call`;
  const wanted: [id: string, apiVersion: string, body: unknown][] = [
    [`${groups}/rg-power-platform-prod`, "2021-04-01", { location: "westeurope" }],
    [`${groups}/rg-monitoring`, "2021-04-01", { location: "westeurope" }],
    [workspaceId, "2023-09-01", { location: "westeurope", properties: { sku: { name: "PerGB2018" } } }],
    [actionGroupId, "2023-01-01", { location: "global", properties: { groupShortName: "on-call", enabled: true } }],
  ];
  for (const [id, version, body] of wanted) {
    const { status, body: said } = await client.send("PUT", `${arm}${id}?api-version=${version}`, { token, body });
    if (status >= 300) throw new Error(`${id} could not be made: ${said}`);
  }
  return { workspaceId, actionGroupIds: [actionGroupId] };
}

/** Makes an application that may do nothing but be asked for: as which previews sign in. */
async function makeReader(client: LocalClient): Promise<{ clientId: string; clientSecret: string }> {
  const graph = "https://graph.microsoft.com";
  const token = await client.token(graph);
  const make = async (resource: string, body: object) => {
    const answer = await client.send("POST", `${graph}/v1.0/${resource}`, { token, body });
    if (answer.status >= 300) throw new Error(`POST ${resource}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body) as Record<string, string>;
  };
  const { id, appId: clientId = "" } = await make("applications", { displayName: "Previews" });
  await make("servicePrincipals", { appId: clientId });
  const { secretText: clientSecret = "" } = await make(`applications/${id}/addPassword`, {});
  return { clientId, clientSecret };
}

withJq("the workflows, run job by job against the local cloud", () => {
  let home: string;
  let repository: Repository;
  let gitHub: LocalGitHub;
  let client: LocalClient;
  let env: Environment;
  /** Everything that jobs printed. */
  let printed = "";
  let main = "";

  const pulumi = async (...args: string[]) => {
    const outcome = await run("pulumi", [...args, "--non-interactive"], { cwd: repository.folder, env });
    if (outcome.code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
    return outcome.stdout;
  };
  const resources = async (stack: string) => {
    const exported = JSON.parse(await pulumi("stack", "export", "--stack", stack)) as {
      deployment: { resources?: StateResource[] };
    };
    return exported.deployment.resources ?? [];
  };
  const connectorOf = async (stack: string) => {
    const found = (await resources(stack)).find(({ type }) => type.endsWith(":CustomConnector"));
    if (!found) throw new Error(`${stack} has no connector.`);
    return found;
  };
  const workflow = async (file: string, trigger: Trigger, jobs?: string[]): Promise<WorkflowRun> => {
    const selection = isComplete ? {} : { matrix: { stack: stacks }, ...(jobs ? { jobs } : {}) };
    const made = await gitHub.run(file, trigger, selection);
    printed += made.log;
    return made;
  };
  const onMain = (name: Trigger["name"]): Trigger => ({ name, sha: main, ref: "refs/heads/main" });
  /** A pull request as GitHub checks it out: merged into main. */
  const pullRequest = (branch: string, from = "contoso/keyvault-connector"): Trigger => {
    const { git } = repository;
    git("switch", "--quiet", "--detach", main);
    git("merge", "--quiet", "--no-ff", "--message", `Merge ${branch}`, branch);
    const sha = git("rev-parse", "HEAD");
    git("update-ref", "refs/pull/7/merge", sha);
    git("switch", "--quiet", branch);
    const pull = { number: 7, base: { sha: main }, head: { repo: { full_name: from } } };
    return { name: "pull_request", sha, ref: "refs/pull/7/merge", event: { pull_request: pull } };
  };
  /** The client secret in use, by stack. */
  const credentials = async () => {
    const ids = stacks.map(async (stack) => {
      return [stack, (await pulumi("stack", "output", "clientSecretKeyId", "--stack", stack)).trim()] as const;
    });
    return Object.fromEntries(await Promise.all(ids));
  };
  /** With what was printed where it failed. */
  const outcome = ({ result, log }: WorkflowRun, expected = "success") => (result === expected ? result : log);

  beforeAll(async () => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), "workflows-"));
    const cloudHome = path.join(home, "cloud");
    await startCloud(cloudHome);
    const cloud = await cloudEnvironment(cloudHome);
    const cli = await findPulumi();
    env = pulumiEnvironment({ home: cloudHome, cli, cloud });
    client = localClient(env);

    // What a team does once: its own ids in the settings, and stacks in the place of the state.
    repository = makeRepository(path.join(home, "repository"));
    const platform = await makePlatform(client);
    for (const stack of stacks) {
      repository.settings(stack, (settings) => {
        settings.setIn(["config", `${n}powerPlatformEnvironmentId`], seed.environment.id);
        settings.setIn(["config", `${n}connection`, "shareWith", 0, "principalId"], seed.makers.objectId);
        settings.deleteIn(["config", `${n}access`, "deployerType"]);
        settings.setIn(["config", `${n}access`, "deployerObjectId"], seed.deployer.objectId);
        settings.setIn(["config", `${n}rotation`], { asOf: "2026-11-24" });
        // The titles of connectors are unique in an environment, of which the local cloud has one without Dataverse.
        settings.setIn(["config", `${n}connector`, "title"], `KeyVaultAccess ${stack}`);
        // The runner's address.
        if (stack !== "dev") settings.addIn(["config", `${n}vault`, "allowedIpRanges"], "127.0.0.1/32");
        if (stack === "prod") settings.setIn(["config", `${n}monitoring`], { enabled: true, ...platform });
      });
      await pulumi("stack", "init", stack);
    }
    main = repository.commit("Our ids");

    // Variables of the repository's environments: docs/pull-requests.md.
    const reader = await makeReader(client);
    const variablesOf = (clientId: string) => ({
      AZURE_CLIENT_ID: clientId,
      AZURE_TENANT_ID: seed.tenantId,
      AZURE_SUBSCRIPTION_ID: seed.subscriptionId,
      PULUMI_BACKEND_URL: env.PULUMI_BACKEND_URL ?? "",
    });
    const variables = Object.fromEntries(
      stacks.flatMap((stack) => [
        [stack, variablesOf(seed.deployer.clientId)],
        [`scheduled-${stack}`, variablesOf(seed.deployer.clientId)],
        [`preview-${stack}`, variablesOf(reader.clientId)],
      ]),
    );
    // A runner knows the network, and a passphrase in the place of azurekeyvault://; nobody is signed in.
    const runner = Object.entries(env).filter(([name]) => !/^(ARM_|AZURE_|LOCAL_CLOUD_|PULUMI_BACKEND_URL)/.test(name));
    gitHub = new LocalGitHub({
      home: path.join(home, "github"),
      origin: repository.folder,
      env: Object.fromEntries(runner),
      variables,
      isBuilt: !isComplete,
      standIns: standIns({
        [seed.deployer.clientId]: env.ARM_CLIENT_SECRET ?? "",
        [reader.clientId]: reader.clientSecret,
      }),
    });
  }, 300_000);
  afterAll(async () => {
    await stopCloud(path.join(home, "cloud"));
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Somebody edits the connectors of all stacks in the portal. */
  const editConnectors = async () => {
    for (const stack of stacks) await editConnector(client, await connectorOf(stack), "Changed by hand");
  };
  const openIssues = () => gitHub.issues().filter(({ state }) => state === "open");

  test("what is merged is deployed, and then has nothing left to do", async () => {
    const made = await workflow("deploy.yml", onMain("push"), ["dev"]);
    expect(outcome(made)).toBe("success");
    expect(made.jobs.map(({ name }) => name)).toEqual(stacks.map((stack) => `deploy.yml ${stack} > deploy-stack.yml deploy`)); // prettier-ignore
    for (const { log } of made.jobs) expect(log).toMatch(/--- Nothing is left to do[^]*Resources:\s+24|unchanged/);
  }, 900_000);

  test("a pull request gets one comment that says what it does, as somebody who may do nothing", async () => {
    repository.git("switch", "--quiet", "--create", "partner");
    repository.settings("dev", (settings) => {
      settings.setIn(["config", `${n}secrets`, 1], { name: "partner-api-key", contentType: "text/plain" });
      settings.setIn(["config", `${n}access`, "readerScope"], "vault");
      settings.setIn(["config", `${n}connector`, "operations"], [{ kind: "pinned", operationId: "ReadSecret" }]);
    });
    repository.commit("The partner's key");
    const made = await workflow("preview.yml", pullRequest("partner"));
    repository.git("switch", "--quiet", "main");
    expect(outcome(made)).toBe("success");
    // Of all stacks those whose settings changed.
    expect(made.jobs.map(({ name }) => name)).toEqual(["preview.yml environments", "preview.yml preview dev", "preview.yml comment"]); // prettier-ignore
    const comments = gitHub.comments();
    expect(comments.map(({ issue }) => issue)).toEqual(["7"]);
    const body = comments[0]?.body ?? "";
    expect(body).toMatch(/^<!-- keyvault-connector:preview-report -->\n## Preview: `dev` changes\n/);
    expect(body).toContain("🛑 **A role is widened** (`reader-vault`)");
    expect(body).toContain("🛑 **The operation `GetSecret` is renamed to `ReadSecret`.**");
    expect(body).toContain("creates the generated value `secret-partner-api-key-value`, the secret `partner-api-key`");
    // Nothing of whoever deploys changes with who previews.
    expect(body).not.toMatch(/deployer|owners/);
    expect(made.jobs.at(-1)?.summary).toBe(body);
  }, 900_000);

  whenComplete(
    "the next commit edits the comment; a fork's pull request runs the checks alone",
    async () => {
      repository.git("switch", "--quiet", "partner");
      repository.settings("dev", (settings) => {
        settings.deleteIn(["config", `${n}access`, "readerScope"]);
      });
      repository.commit("One secret is enough");
      expect(outcome(await workflow("preview.yml", pullRequest("partner")))).toBe("success");
      const fork = await workflow("preview.yml", pullRequest("partner", "somebody/keyvault-connector"));
      repository.git("switch", "--quiet", "main");
      expect(gitHub.comments()).toHaveLength(1);
      expect(gitHub.comments()[0]?.body).not.toContain("A role is widened");
      expect(fork.jobs.map(({ name, result }) => `${name}: ${result}`)).toEqual([
        "preview.yml environments: success",
        "preview.yml preview: skipped",
        "preview.yml comment: skipped",
      ]);
    },
    900_000,
  );

  whenComplete(
    "a pull request that a mandatory policy forbids fails, and its comment says by what",
    async () => {
      repository.git("switch", "--quiet", "--create", "open", "main");
      repository.settings("prod", (settings) => settings.deleteIn(["config", `${n}vault`, "allowedIpRanges"]));
      repository.commit("Everybody may come");
      const made = await workflow("preview.yml", pullRequest("open"));
      repository.git("switch", "--quiet", "main");
      expect(made.jobs.map(({ name, result }) => `${name}: ${result}`)).toEqual([
        "preview.yml environments: success",
        "preview.yml preview prod: failure",
        "preview.yml comment: success",
      ]);
      expect(gitHub.comments()[0]?.body).toMatch(/🛑 \*\*Policy `vault-firewall`\*\* on `kv-vault`/);
    },
    900_000,
  );

  whenComplete(
    "a night without drift opens no issue",
    async () => {
      expect(outcome(await workflow("drift.yml", onMain("schedule")))).toBe("success");
      expect(gitHub.issues()).toEqual([]);
    },
    900_000,
  );

  test("what somebody changed by hand is an issue in the next night", async () => {
    await editConnectors();
    const made = await workflow("drift.yml", onMain("schedule"));
    expect(made.jobs.map(({ result }) => result)).toEqual([...stacks.map(() => "failure"), "success"]);
    expect(openIssues().map(({ title }) => title)).toEqual(["Drift: the cloud is not as the program says"]);
    const body = openIssues()[0]?.body ?? "";
    for (const stack of stacks) expect(body).toContain(`\`${stack}\``);
    expect(body).toMatch(/^\+ {2}summary: Changed by hand$/m);
    expect(body).toContain("start the workflow Deploy with");
  }, 900_000);

  whenComplete(
    "another night edits the same issue, and a deployment with refresh heals it",
    async () => {
      await workflow("drift.yml", onMain("schedule"));
      expect(openIssues()).toHaveLength(1);
      const refresh: Trigger = { ...onMain("workflow_dispatch"), inputs: { refresh: true } };
      expect(outcome(await workflow("deploy.yml", refresh))).toBe("success");
      expect(outcome(await workflow("drift.yml", onMain("schedule")))).toBe("success");
      expect(gitHub.issues().map(({ state, state_reason: reason }) => [state, reason])).toEqual([["closed", "completed"]]); // prettier-ignore
      // The next drift is another one.
      await editConnectors();
      await workflow("drift.yml", onMain("schedule"));
      expect(gitHub.issues().map(({ state }) => state)).toEqual(["closed", "open"]);
      expect(outcome(await workflow("deploy.yml", refresh))).toBe("success");
    },
    1_800_000,
  );

  whenComplete(
    "a rotation with nothing due changes nothing",
    async () => {
      const made = await workflow("rotation.yml", onMain("schedule"));
      expect(outcome(made)).toBe("success");
      for (const { log } of made.jobs) expect(log).toContain("Nothing is due.");
    },
    900_000,
  );

  whenComplete(
    "a rotation that is due renews credentials",
    async () => {
      const before = await credentials();
      for (const stack of stacks)
        repository.settings(stack, (settings) => {
          settings.setIn(["config", `${n}rotation`, "asOf"], "2027-01-15");
        });
      main = repository.commit("Seven weeks later");
      const made = await workflow("rotation.yml", onMain("schedule"));
      expect(outcome(made)).toBe("success");
      for (const { log } of made.jobs) expect(log).toContain("Renews app-client-secret-");
      const after = await credentials();
      for (const stack of stacks) expect(after[stack]).not.toBe(before[stack]);
    },
    900_000,
  );

  whenComplete(
    "a rotation is refused, and changes nothing, where main says more than what is deployed",
    async () => {
      const before = await credentials();
      for (const stack of stacks)
        repository.settings(stack, (settings) => {
          settings.setIn(["config", `${n}rotation`, "asOf"], "2027-07-30");
          settings.setIn(["config", `${n}access`, "readerScope"], "vault");
        });
      main = repository.commit("Not approved yet");
      const made = await workflow("rotation.yml", onMain("schedule"));
      expect(made.jobs.map(({ result }) => result)).toEqual(stacks.map(() => "failure"));
      for (const { log, summary } of made.jobs) {
        expect(log).toContain("Refused: this would do more than renew credentials");
        expect(summary).toContain("- create azure-native:authorization:RoleAssignment reader-vault");
        expect(summary).toContain("https://github.com/contoso/keyvault-connector/actions/workflows/deploy.yml");
      }
      expect(await credentials()).toEqual(before);
    },
    900_000,
  );

  whenComplete(
    "a generated secret that is due is renewed before the operations that are pinned to it",
    async () => {
      repository.settings("dev", (settings) => {
        settings.deleteIn(["config", `${n}access`, "readerScope"]);
        settings.setIn(["config", `${n}secrets`, 0, "rotationDays"], 60);
      });
      main = repository.commit("A value that does not stay");
      expect(outcome(await gitHub.run("deploy.yml", onMain("push"), { jobs: ["dev"] }))).toBe("success");
      repository.settings("dev", (settings) => {
        settings.setIn(["config", `${n}rotation`, "asOf"], "2027-10-30");
      });
      main = repository.commit("Three months later");
      const pinned = async () => Object.keys((await connectorOf("dev")).inputs?.definition as { paths: object });
      const before = JSON.stringify((await connectorOf("dev")).inputs?.definition);
      const made = await gitHub.run("rotation.yml", onMain("schedule"), { matrix: { stack: ["dev"] } });
      expect(outcome(made)).toBe("success");
      expect(made.log).toContain("secret-ppsecret1-value");
      expect(JSON.stringify((await connectorOf("dev")).inputs?.definition)).not.toBe(before);
      expect(await pinned()).toBeDefined();
    },
    900_000,
  );

  test("no secret stands in what was printed, commented or handed on", async () => {
    const known: Record<string, string> = { deployer: env.ARM_CLIENT_SECRET ?? "" };
    for (const stack of stacks) {
      const outputs = await pulumi("stack", "output", "clientSecret", "--show-secrets", "--stack", stack);
      known[`clientSecret of ${stack}`] = outputs.trim();
    }
    expect(Object.values(known).every((secret) => secret.length > 8)).toBe(true);
    const files = fs.readdirSync(path.join(home, "github"), { recursive: true, withFileTypes: true });
    const texts = files.filter((file) => file.isFile()).map((file) => fs.readFileSync(path.join(file.parentPath, file.name), "utf8")); // prettier-ignore
    expect(texts.length).toBeGreaterThan(10);
    expect(secretsIn([printed, ...texts].join("\n"), known)).toEqual([]);
  }, 60_000);
});
