import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { seed } from "../../local-cloud/seed";
import { projectRoot } from "../../local-cloud/project";
import type { CloudFinding } from "../../tools/check/finding";
import { run } from "../../tools/process";
import { startTestCloud, type TestCloud } from "../support/localCloud";

const arm = "https://management.azure.com";
const business = "https://api.bap.microsoft.com";
const governance = `${business}/providers/PowerPlatform.Governance`;
const vaultName = "kv-check-contoso";
const worker = path.join(projectRoot(), "dist/tools/check/worker.js");

describe("the check of what a stack would meet", () => {
  let cloud: TestCloud;
  let folder = "";
  beforeAll(async () => {
    cloud = await startTestCloud();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "check-"));
    fs.copyFileSync(path.join(projectRoot(), "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
  }, 60_000);
  afterAll(async () => {
    fs.rmSync(folder, { recursive: true, force: true });
    await cloud.stop();
  });

  const write = (settings: Record<string, unknown>) => {
    const config = {
      "azure-native:location": "westeurope",
      "keyvault-connector:powerPlatformEnvironmentId": seed.environment.id,
      "keyvault-connector:vault": { name: vaultName },
      ...settings,
    };
    fs.writeFileSync(path.join(folder, "Pulumi.dev.yaml"), JSON.stringify({ config }));
  };
  /** What is not as it should be: "area level what". */
  const findings = async (env: Record<string, string> = {}) => {
    const outcome = await run(process.execPath, [worker, folder, "dev"], {
      env: { ...process.env, ...cloud.env, ...env },
      timeoutMilliseconds: 60_000,
    });
    if (outcome.code !== 0) throw new Error(outcome.stderr);
    return JSON.parse(outcome.stdout) as CloudFinding[];
  };
  const troubles = async (env?: Record<string, string>) =>
    (await findings(env))
      .filter(({ level }) => level !== "ok")
      .map(({ area, level, what }) => `${area} ${level}: ${what}`);
  const must = async (method: string, url: string, as: "deployer" | "maker", body?: unknown) => {
    const resource = url.startsWith(business) ? "https://service.powerapps.com" : new URL(url).origin;
    const answer = await cloud.send(method, url, {
      token: await cloud.token(resource, as),
      ...(body === undefined ? {} : { body }),
    });
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.body}`);
    return (answer.body === "" ? {} : JSON.parse(answer.body)) as Record<string, unknown>;
  };

  test("finds nothing where nothing is wrong, and makes nothing", async () => {
    write({});
    const all = await findings();
    expect(all.filter(({ level }) => level !== "ok")).toEqual([]);
    expect(new Set(all.map(({ area }) => area))).toEqual(
      new Set(["Settings", "Sign-in", "Azure", "Entra", "Power Platform", "Data policies"]),
    );
    expect(all.map(({ what }) => what)).toContain(`The vault's name ${vaultName} is free.`);
    expect(cloud.local.resources()).toEqual([]);
  }, 60_000);

  test("asks no cloud when the stack's file is wrong", async () => {
    write({ "keyvault-connector:access": { deployerType: "Group" } });
    expect(await troubles({ HTTPS_PROXY: "http://127.0.0.1:1" })).toEqual([
      'Settings problem: Pulumi.dev.yaml, line 1: access.deployerType cannot be "Group".',
    ]);
  }, 60_000);

  test("says only that the deployer cannot sign in when it cannot", async () => {
    write({});
    const found = await findings({ ARM_CLIENT_SECRET: "wrong" });
    const problems = found.filter(({ level }) => level !== "ok");
    expect(problems).toHaveLength(1);
    expect(problems[0]?.what).toContain("AADSTS7000215");
    expect(JSON.stringify(found)).not.toContain(cloud.credentials.deployerSecret);
  }, 60_000);

  test("offers to recover a deleted vault that holds the name, or another name; tells it from a living one", async () => {
    const group = `${arm}/subscriptions/${seed.subscriptionId}/resourceGroups/rg-check`;
    const vault = `${group}/providers/Microsoft.KeyVault/vaults/${vaultName}?api-version=2024-11-01`;
    await must("PUT", `${group}?api-version=2024-03-01`, "deployer", { location: "westeurope" });
    const properties = {
      tenantId: seed.tenantId,
      sku: { family: "A", name: "standard" },
      softDeleteRetentionInDays: 7,
    };
    await must("PUT", vault, "deployer", { location: "westeurope", properties });
    write({});
    expect(await troubles()).toEqual([
      `Azure hint: The vault ${vaultName} exists in your resource group rg-check: fine when this stack made it, refused when it did not.`,
    ]);
    await must("DELETE", vault, "deployer");
    const [held] = (await findings()).filter(({ level }) => level === "problem");
    expect(held?.what).toMatch(
      new RegExp(
        `^The vault's name ${vaultName} is held by a deleted vault of yours in westeurope until \\d{4}-\\d\\d-\\d\\d\\.$`,
      ),
    );
    expect(held?.remedy).toContain(`az keyvault recover --name ${vaultName} --location westeurope`);
    expect(held?.remedy).toContain(`az keyvault purge --name ${vaultName} --location westeurope`);
    expect(held?.remedy).toMatch(/Choose another name, such as vault\.name: kv-check-contoso-[0-9a-f]{4}\.$/);
  }, 60_000);

  test("names what the deployer lacks, in Azure, in Entra and in the Power Platform, all at once", async () => {
    const fresh = await must("POST", "https://graph.microsoft.com/v1.0/applications", "maker", {
      displayName: "Pipeline",
    });
    const principal = await must("POST", "https://graph.microsoft.com/v1.0/servicePrincipals", "maker", {
      appId: fresh.appId,
    });
    const password = await must(
      "POST",
      `https://graph.microsoft.com/v1.0/applications/${String(fresh.id)}/addPassword`,
      "maker",
      {
        passwordCredential: { displayName: "check" },
      },
    );
    const contributor = `/subscriptions/${seed.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c`;
    const assignment = `${arm}/subscriptions/${seed.subscriptionId}/providers/Microsoft.Authorization/roleAssignments/6f9619ff-8b86-4011-b42d-00c04fc964ff`;
    await must("PUT", `${assignment}?api-version=2022-04-01`, "deployer", {
      properties: { roleDefinitionId: contributor, principalId: principal.id, principalType: "ServicePrincipal" },
    });
    write({ "keyvault-connector:vault": {} });
    const env = { ARM_CLIENT_ID: String(fresh.appId), ARM_CLIENT_SECRET: String(password.secretText) };
    const found = await findings(env);
    const problems = found.filter(({ level }) => level === "problem");
    expect(problems.map(({ area, what }) => `${area}: ${what}`)).toEqual([
      "Azure: The deployer lacks Microsoft.Authorization/roleAssignments/write on the subscription, to give roles on the vault (to whoever deploys and to applications).",
      "Azure: The deployer lacks Microsoft.Authorization/roleAssignments/delete on the subscription, to take roles away again.",
      "Entra: The deployer lacks the application permission Application.ReadWrite.OwnedBy of Microsoft Graph (it has none).",
      expect.stringMatching(
        /^Power Platform: .* does not have permission to access the path .* must register this service principal once/,
      ),
    ]);
    expect(problems[0]?.remedy).toBe("Give it a role that has it, such as Role Based Access Control Administrator.");
    // What it may not read is said to be unknown, not to be fine.
    expect(found.filter(({ level }) => level === "unknown").map(({ area }) => area)).toEqual(["Data policies"]);
  }, 60_000);

  test("sees that an environment, a resource group or a subscription is not there", async () => {
    const missing = "0f3c4c39-6d1b-4b0e-9d6c-0c1d2e3f4a5b";
    write({
      "keyvault-connector:powerPlatformEnvironmentId": missing,
      "keyvault-connector:vault": { resourceGroupName: "rg-nowhere" },
    });
    const found = await troubles();
    expect(found).toEqual([
      "Azure problem: There is no resource group rg-nowhere.",
      expect.stringContaining(`Power Platform problem: Could not read environment ${missing}: HTTP 404`),
    ]);
    write({ "keyvault-connector:connector": { route: "dataverse" }, "keyvault-connector:vault": {} });
    const others = await troubles({ ARM_SUBSCRIPTION_ID: missing });
    expect(others).toContainEqual(`Azure problem: The deployer sees no subscription ${missing}.`);
  }, 60_000);

  test("evaluates data policies in the order of their patterns", async () => {
    const rule = (order: number, customConnectorRuleClassification: string, pattern: string) => ({
      order,
      customConnectorRuleClassification,
      pattern,
    });
    const post = (displayName: string, environmentType: string, rules: unknown[], environments: unknown[] = []) =>
      must("POST", `${governance}/v2/policies`, "maker", {
        policyDefinition: {
          displayName,
          environmentType,
          environments,
          defaultConnectorsClassification: "General",
          connectorGroups: [],
        },
        customConnectorUrlPatternsDefinition: { rules },
      });
    const blocked = await post("Nothing custom", "AllEnvironments", [
      rule(2, "Blocked", "*"),
      rule(1, "General", "https://*.contoso.com*"),
    ]);
    await post("Elsewhere", "ExceptEnvironments", [rule(1, "Blocked", "*")], [{ name: seed.environment.id }]);
    write({ "keyvault-connector:vault": {} });
    const [block, ...none] = (await findings()).filter(({ level }) => level !== "ok");
    expect(none).toEqual([]);
    expect(block?.area).toBe("Data policies");
    expect(block?.what).toMatch(
      /^The data policy "Nothing custom" blocks custom connectors of https:\/\/kv-dev-0{8}\.vault\.azure\.net/,
    );
    expect(block?.remedy).toContain("https://kv-dev-00000000.vault.azure.net*");

    const { name } = (blocked as { policyDefinition: { name: string } }).policyDefinition;
    const { policyDefinition } = blocked;
    const rules = [rule(1, "Confidential", "https://*.vault.azure.net*"), rule(2, "Blocked", "*")];
    await must("PATCH", `${governance}/v2/policies/${name}`, "maker", {
      policyDefinition,
      customConnectorUrlPatternsDefinition: { rules },
    });
    const after = await findings();
    expect(after.filter(({ level }) => level !== "ok")).toEqual([]);
    expect(after.map(({ what }) => what)).toContainEqual(
      expect.stringMatching(/^The data policy "Nothing custom" puts the connector into the group Business/),
    );
  }, 60_000);
});
