import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { cloudEnvironment, startCloud, stopCloud } from "../../local-cloud/client";
import { projectRoot } from "../../local-cloud/project";
import { seed } from "../../local-cloud/seed";
import { type Environment, pulumiEnvironment } from "../../tools/environment";
import { findOnPath, run } from "../../tools/process";
import { findPulumi } from "../../tools/pulumi-cli/find";
import { satisfies } from "../../tools/pulumi-cli/version";
import type { StateResource } from "../support/engine";
import { type LocalClient, localClient } from "../support/localClient";
import { secretsIn } from "../support/secrets";
import { LocalGitHub, type StandIns, type Trigger, type WorkflowRun } from "../support/workflows/gitHub";
import { gitIn, makeRepository, type Repository } from "../support/workflows/repository";

const { ensureBuilt } = jest.requireActual<{ ensureBuilt: () => void }>("../../tools/build.cjs");

/** All stacks and every night, with ALL_WORKFLOWS=1; else the shortest way through: stack dev. */
const isComplete = process.env.ALL_WORKFLOWS === "1";
const whenComplete = isComplete ? test : test.skip;
const stacks = isComplete ? ["dev", "test", "prod"] : ["dev"];
const n = "keyvault-connector:";

if (findOnPath(["jq"], process.env.PATH) === undefined)
  console.warn("There is no jq, with which GitHub's command filters its answers: the workflows are not run here.");
const withJq = findOnPath(["jq"], process.env.PATH) === undefined ? describe.skip : describe;

/** What takes the place of the actions of others. An action, or an input, that is not here is an error. */
function standIns(cloud: Environment): StandIns {
  const only = (inputs: Record<string, unknown>, ...known: string[]) => {
    const unknown = Object.keys(inputs).filter((name) => !known.includes(name));
    if (unknown.length > 0) throw new Error(`Nothing is known of the input ${unknown.join(", ")}.`);
  };
  return {
    // A clone of the one commit, or of all, without the remote's credentials.
    "actions/checkout": ({ inputs, workspace, origin, trigger }) => {
      only(inputs, "persist-credentials", "fetch-depth", "ref");
      const depth = inputs["fetch-depth"] ?? 1;
      gitIn(workspace, "init", "--quiet");
      const wanted = typeof inputs.ref === "string" ? inputs.ref : trigger.sha;
      const refs = depth === 0 ? ["+refs/*:refs/remotes/origin/*"] : [wanted];
      gitIn(workspace, "fetch", "--quiet", ...(depth === 0 ? [] : [`--depth=${String(depth)}`]), `file://${origin}`, ...refs); // prettier-ignore
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
      const signIn = Object.entries(cloud).filter(([name]) => /^(AZURE_|ARM_CLIENT_SECRET$)/.test(name));
      setEnvironment(Object.fromEntries(signIn));
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

/** Does what somebody could do in the portal: changes what an operation of a connector is called. */
async function editConnector(client: LocalClient, connector: StateResource, summary: string): Promise<void> {
  const definition = structuredClone(connector.inputs?.definition) as {
    host: string;
    basePath: string;
    paths: Record<string, { get: { summary: string } }>;
  };
  for (const { get } of Object.values(definition.paths)) get.summary = summary;
  const environment = String(connector.inputs?.environmentId);
  const filter = encodeURIComponent(`environment eq '${environment}'`);
  const name = String(connector.outputs?.internalName);
  const url = `https://api.powerapps.com/providers/Microsoft.PowerApps/apis/${name}?api-version=2016-11-01&$filter=${filter}`;
  const { status, body } = await client.send("PATCH", url, {
    token: await client.token("https://service.powerapps.com"),
    body: {
      properties: {
        environment: { name: environment },
        backendService: { serviceUrl: `https://${definition.host}${definition.basePath}` },
        openApiDefinition: definition,
        connectionParameterSets: connector.inputs?.connectionParameterSets,
      },
    },
  });
  if (status !== 200) throw new Error(`The connector was not edited: ${status} ${body}`);
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
  /** With what was printed where it failed. */
  const outcome = ({ result, log }: WorkflowRun, expected = "success") => (result === expected ? result : log);

  beforeAll(async () => {
    ensureBuilt();
    home = fs.mkdtempSync(path.join(os.tmpdir(), "workflows-"));
    const cloudHome = path.join(home, "cloud");
    await startCloud(cloudHome);
    const cloud = await cloudEnvironment(cloudHome);
    const cli = await findPulumi();
    env = pulumiEnvironment({ home: cloudHome, cli, cloud });
    client = localClient(env);

    // What a team does once: its own ids in the settings, and stacks in the place of the state.
    repository = makeRepository(path.join(home, "repository"));
    const group = `https://management.azure.com/subscriptions/${seed.subscriptionId}/resourcegroups/rg-power-platform-prod`;
    await client.send("PUT", `${group}?api-version=2021-04-01`, {
      token: await client.token("https://management.azure.com"),
      body: { location: "westeurope" },
    });
    for (const stack of stacks) {
      repository.settings(stack, (settings) => {
        settings.setIn(["config", `${n}powerPlatformEnvironmentId`], seed.environment.id);
        settings.setIn(["config", `${n}connection`, "shareWith", 0, "principalId"], seed.makers.objectId);
        settings.setIn(["config", `${n}rotation`], { asOf: "2026-11-24" });
        // The titles of connectors are unique in an environment, of which the local cloud has one without Dataverse.
        settings.setIn(["config", `${n}connector`, "title"], `KeyVaultAccess ${stack}`);
        // The runner's address.
        if (stack !== "dev") settings.addIn(["config", `${n}vault`, "allowedIpRanges"], "127.0.0.1/32");
      });
      await pulumi("stack", "init", stack);
    }
    main = repository.commit("Our ids");

    // Variables of the repository's environments: docs/pull-requests.md.
    const variables = Object.fromEntries(
      stacks.flatMap((stack) =>
        [stack, `preview-${stack}`, `rotation-${stack}`].map((name) => [
          name,
          {
            AZURE_CLIENT_ID: seed.deployer.clientId,
            AZURE_TENANT_ID: seed.tenantId,
            AZURE_SUBSCRIPTION_ID: seed.subscriptionId,
            PULUMI_BACKEND_URL: env.PULUMI_BACKEND_URL ?? "",
          },
        ]),
      ),
    );
    // A runner knows the network, and a passphrase in the place of azurekeyvault://; nobody is signed in.
    const runner = Object.entries(env).filter(([name]) => !/^(ARM_|AZURE_|LOCAL_CLOUD_|PULUMI_BACKEND_URL)/.test(name));
    gitHub = new LocalGitHub({
      home: path.join(home, "github"),
      origin: repository.folder,
      env: Object.fromEntries(runner),
      variables,
      standIns: standIns(env),
    });
  }, 300_000);
  afterAll(async () => {
    await stopCloud(path.join(home, "cloud"));
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  test("what is merged is deployed, and then has nothing left to do", async () => {
    const made = await workflow("deploy.yml", onMain("push"), ["dev"]);
    expect(outcome(made)).toBe("success");
    console.log(made.log.slice(-3000));
  }, 600_000);
});
