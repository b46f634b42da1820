import fs from "node:fs";
import path from "node:path";
import { seed } from "../../local-cloud/seed";
import { includesSettings } from "../../power-platform/lifecycle/sameSettings";
import { terse } from "../../power-platform/lifecycle/stateForm";
import { connectorInputs } from "../support/connectors";
import { startTestCloud, type TestCloud } from "../support/localCloud";
import { ensurePaconn } from "../support/paconn";
import { startProvider } from "../support/provider";
import { run } from "../support/runNode";

const paconn = ensurePaconn();
const secret = "connector-s3cret-of-paconn";

const definition = {
  swagger: "2.0",
  info: {
    title: "KeyVaultAccess",
    description: "Reads secrets of a key vault; more than thirty characters.",
    version: "1.0",
  },
  host: "contoso.vault.azure.net",
  basePath: "/",
  schemes: ["https"],
  paths: {
    "/secrets/one": {
      get: { operationId: "GetSecret", summary: "GetSecret", responses: { default: { description: "default" } } },
    },
  },
};

const properties = {
  properties: {
    iconBrandColor: "#007ee5",
    capabilities: [],
    connectionParameters: {
      token: {
        type: "oauthSetting",
        oAuthSettings: {
          identityProvider: "aad",
          clientId: seed.deployer.clientId,
          scopes: [],
          redirectMode: "GlobalPerConnector",
          customParameters: { ResourceUri: { value: "https://vault.azure.net" } },
        },
      },
    },
  },
};

/** https://pypi.org/project/paconn: it was written against the real service, and knows nothing of the local cloud. */
(paconn === undefined ? describe.skip : describe)("paconn", () => {
  let cloud: TestCloud;
  let folder: string;

  beforeAll(async () => {
    cloud = await startTestCloud();
    folder = path.join(cloud.home, "paconn");
    fs.mkdirSync(path.join(folder, ".paconn"), { recursive: true });
    const tokens = { token_type: "Bearer", access_token: await cloud.token("https://service.powerapps.com") };
    fs.writeFileSync(
      path.join(folder, ".paconn", "accessTokens.json"),
      JSON.stringify({ ...tokens, oid: seed.deployer.objectId, tenant_id: seed.tenantId }),
    );
    fs.writeFileSync(path.join(folder, "definition.json"), JSON.stringify(definition));
    fs.writeFileSync(path.join(folder, "properties.json"), JSON.stringify(properties));
    fs.writeFileSync(path.join(folder, "icon.png"), Buffer.from("89504e470d0a1a0a", "hex"));
  });
  afterAll(() => cloud.stop());

  const call = (...args: string[]) =>
    run(paconn ?? "", args, { cwd: folder, env: { ...cloud.env, HOME: folder }, timeoutMilliseconds: 120_000 });
  const connectorName = () =>
    cloud.local
      .resources()
      .find(({ type }) => type === "connector")
      ?.id.split("/")
      .at(-1);

  test("creates, validates, updates and downloads a connector", async () => {
    const files = ["--api-def", "definition.json", "--api-prop", "properties.json"];
    const environment = ["--env", seed.environment.id];
    const created = await call("create", ...environment, ...files, "--icon", "icon.png", "--secret", secret, "-w");
    expect(created).toMatchObject({ code: 0 });
    const cid = connectorName() ?? "";
    expect(created.stdout + created.stderr).toContain(cid);

    expect(await call("validate", "--api-def", "definition.json")).toMatchObject({ code: 0 });

    const changed = { ...definition, info: { ...definition.info, version: "1.1" } };
    fs.writeFileSync(path.join(folder, "definition.json"), JSON.stringify(changed));
    expect(await call("update", ...environment, "--cid", cid, ...files, "--icon", "icon.png")).toMatchObject({
      code: 0,
    });

    expect(await call("download", ...environment, "--cid", cid, "--dest", "downloaded")).toMatchObject({ code: 0 });
    const downloaded = path.join(folder, "downloaded");
    const read = (file: string) => JSON.parse(fs.readFileSync(path.join(downloaded, file), "utf8")) as unknown;
    expect(read("apiDefinition.swagger.json")).toEqual(changed);
    expect(fs.existsSync(path.join(downloaded, "icon.png"))).toBe(true);
    expect(JSON.stringify(cloud.local.journal.list())).not.toContain(secret);
  }, 300_000);

  test("what it created is adopted without a change, and what we created is downloaded as it was sent", async () => {
    const provider = startProvider(cloud.env);
    try {
      const cid = connectorName() ?? "";
      const read = (file: string) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as unknown;
      const { oauthClientSecret: _none, connectionParameterSets: _noSets, ...base } = connectorInputs();
      const theirs = {
        ...base,
        definition: read("definition.json") as typeof base.definition,
        connectionParameters: properties.properties.connectionParameters as typeof base.connectionParameters,
        adopt: cid,
      };
      const { outs } = await provider.customConnector.create(theirs);
      const { connectorId: _id, status, ...kept } = outs;
      expect(status).toBe("Adopted");
      expect(kept).toMatchObject(terse(theirs));

      const ours = connectorInputs("Ours");
      const made = (await provider.customConnector.create(ours)).outs.internalName;
      const environment = ["--env", seed.environment.id, "--cid", made];
      fs.mkdirSync(path.join(folder, "ours"));
      expect(await call("download", ...environment, "--dest", "ours", "-w")).toMatchObject({ code: 0 });
      expect(read("ours/apiDefinition.swagger.json")).toEqual(ours.definition);
      const { properties: downloaded } = read("ours/apiProperties.json") as { properties: Record<string, unknown> };
      expect(includesSettings(downloaded.connectionParameterSets, ours.connectionParameterSets)).toBe(true);
      expect(downloaded).toMatchObject({ iconBrandColor: ours.iconBrandColor, capabilities: [] });
      expect(JSON.stringify(downloaded)).not.toContain(ours.oauthClientSecret);
    } finally {
      provider.stop();
    }
  }, 180_000);

  test("is told what is wrong with a definition", async () => {
    fs.writeFileSync(path.join(folder, "bad.json"), JSON.stringify({ ...definition, host: "https://has.a/path" }));
    const { stdout, stderr } = await call("validate", "--api-def", "bad.json");
    expect(stdout + stderr).toContain("must be a host name without scheme or path");
  }, 120_000);
});
