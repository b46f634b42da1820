import { spawn } from "node:child_process";
import net from "node:net";
import path from "node:path";
import { seed } from "../../local-cloud/seed";
import type { CustomConnectorOutputs } from "../../power-platform/lifecycle/connectorInputs";
import { connectionInputs, connectorInputs } from "../support/connectors";
import { startTestCloud, type TestCloud } from "../support/localCloud";
import { type ProviderError, type ProviderProcess, startProvider } from "../support/provider";

describe("failures of calls", () => {
  let cloud: TestCloud;
  let provider: ProviderProcess;

  beforeEach(async () => {
    cloud = await startTestCloud();
    provider = startProvider(cloud.env);
  }, 60_000);
  afterEach(async () => {
    provider.stop();
    await cloud.stop();
  });

  const failureOf = async (work: Promise<unknown>) =>
    (await work.then(
      () => undefined,
      (error: unknown) => error,
    )) as ProviderError;
  const signIns = () =>
    cloud.local.journal.list().filter(({ service, path: asked }) => service === "entra" && asked.includes("/token"));

  test("a refused token is replaced by a new one, once", async () => {
    await provider.customConnector.create(connectorInputs());
    const before = signIns().length;
    cloud.local.faults.add({ host: "api.powerapps.com", method: "GET", effect: "status", status: 401 });
    await provider.customConnector.create(connectorInputs());
    expect(signIns()).toHaveLength(before + 1);
    cloud.local.faults.add({ host: "api.powerapps.com", method: "GET", effect: "status", status: 401, times: 9 });
    const { message } = await failureOf(provider.customConnector.create(connectorInputs()));
    expect(message).toContain("HTTP 401");
    expect(cloud.local.faults.list()[0]?.left).toBe(7);
  }, 90_000);

  test("an error names the service's ids of the request", async () => {
    cloud.local.faults.add({ host: "api.powerapps.com", method: "GET", effect: "status", status: 403 });
    const { message } = await failureOf(provider.customConnector.create(connectorInputs()));
    expect(message).toMatch(/equest id: [0-9a-f-]{36}/);
  }, 90_000);

  test("a page of something in between is an error that says so, and what was made is found again", async () => {
    cloud.local.faults.add({ method: "POST", path: "/apis\\?", effect: "truncate" });
    const { outs } = await provider.customConnector.create(connectorInputs());
    expect(outs.status).toBe("Ready");
    cloud.local.faults.add({ method: "PATCH", path: "/apis/", effect: "html", status: 502, times: 99 });
    const env = { ...cloud.env, KEYVAULT_CONNECTOR_REQUEST_SECONDS: "10" };
    const hasty = startProvider(env);
    const { message } = await failureOf(hasty.customConnector.update("x", outs, connectorInputs()));
    hasty.stop();
    expect(message).toContain('HTTP 502. an HTML page ("Our services aren\'t available right now")');
    expect(cloud.local.resources().filter(({ type }) => type === "connector")).toHaveLength(1);
  }, 90_000);

  test("a hanging attempt is given up and repeated", async () => {
    const env = { ...cloud.env, KEYVAULT_CONNECTOR_ATTEMPT_SECONDS: "2" };
    const hasty = startProvider(env);
    cloud.local.faults.add({ host: "api.powerapps.com", method: "GET", effect: "hang" });
    const { outs } = await hasty.customConnector.create(connectorInputs());
    hasty.stop();
    expect(outs.status).toBe("Ready");
  }, 90_000);

  test("a connector that connections of others use is not deleted, with the list, unless told to", async () => {
    const inputs = connectorInputs("KeyVaultAccess", {
      shareWith: [{ principalId: seed.maker.objectId, principalType: "User", role: "CanView" }],
    });
    const { id, outs } = await provider.customConnector.create(inputs);
    const { connectorName, connectionName, environmentId } = connectionInputs(outs.internalName, "");
    const filter = encodeURIComponent(`environment eq '${environmentId}'`);
    const made = await cloud.send(
      "PUT",
      `https://api.powerapps.com/providers/Microsoft.PowerApps/apis/${connectorName}/connections/${connectionName}?api-version=2016-11-01&$filter=${filter}`,
      {
        token: await cloud.token("https://service.powerapps.com", "maker"),
        body: {
          properties: {
            displayName: "Mona's",
            connectionParametersSet: {
              name: "oAuthClientCredentials",
              values: {
                "token:clientId": { value: seed.deployer.clientId },
                "token:TenantId": { value: seed.tenantId },
              },
            },
          },
        },
      },
    );
    expect(made.status).toBe(201);
    const { message } = await failureOf(provider.customConnector.delete(id, outs));
    expect(message).toContain(`Mona's (${connectionName}) of Mona Maker`);
    const told: CustomConnectorOutputs = { ...outs, deleteWhileUsed: true };
    await provider.customConnector.delete(id, told);
    expect(cloud.local.resources().filter(({ type }) => type === "connector")).toEqual([]);
  }, 90_000);
});

test("the provider ends with its engine", async () => {
  const engine = net.createServer((socket) => socket.destroy());
  const port = await new Promise<number>((done) => {
    engine.listen(0, "127.0.0.1", () => {
      done((engine.address() as net.AddressInfo).port);
    });
  });
  const provider = path.join(__dirname, "../../power-platform/provider.cjs");
  const script = `require(${JSON.stringify(provider)}); setInterval(() => undefined, 1000); console.log("up");`;
  const child = spawn(process.execPath, ["-e", script, "--", "provider", `127.0.0.1:${port}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((done) => child.once("exit", done));
  await new Promise((done) => child.stdout.once("data", done));
  await expect(Promise.race([ended, new Promise((done) => setTimeout(done, 2500, "lives"))])).resolves.toBe("lives");
  engine.close();
  expect(await ended).toBe(1);
}, 60_000);
