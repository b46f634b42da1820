import { seed } from "../../local-cloud/seed";
import type { ClientSecretAcceptanceInputs } from "../../power-platform/lifecycle/clientSecretAcceptance";
import { startTestCloud, type TestCloud } from "../support/localCloud";
import { type ProviderProcess, startProvider } from "../support/provider";

describe("a client secret that Entra is asked about", () => {
  let cloud: TestCloud;
  let provider: ProviderProcess;

  beforeEach(async () => {
    cloud = await startTestCloud();
    provider = startProvider({ ...cloud.env, KEYVAULT_CONNECTOR_ATTEMPT_SECONDS: "1" });
  });
  afterEach(async () => {
    provider.stop();
    await cloud.stop();
  });

  const inputs = (change: Partial<ClientSecretAcceptanceInputs> = {}): ClientSecretAcceptanceInputs => ({
    authority: "https://login.microsoftonline.com",
    tenantId: seed.tenantId,
    clientId: seed.deployer.clientId,
    resource: "https://vault.azure.net",
    clientSecret: cloud.credentials.deployerSecret,
    deadlineSeconds: 30,
    ...change,
  });
  const path = "/oauth2/v2.0/token";

  test.each([
    ["does not answer", { effect: "hang" }],
    ["fails", { effect: "status", status: 503 }],
    ["cuts the connection", { effect: "cutBefore" }],
    ["does not know it yet", { effect: "status", status: 401 }],
  ])("is asked about again when Entra %s", async (_what, fault) => {
    cloud.local.faults.add({ ...fault, path });
    const { outs } = await provider.clientSecretAcceptance.create(inputs());
    expect(outs).not.toHaveProperty("clientSecret");
    expect(cloud.local.faults.list()).toEqual([]);
    expect(await provider.clientSecretAcceptance.diff("x", outs, inputs())).toEqual({ changes: false, replaces: [] });
  });

  test("is refused in Entra's words once the deadline is over, and at once when time does not heal it", async () => {
    const wrong = provider.clientSecretAcceptance.create(inputs({ clientSecret: "wrong", deadlineSeconds: 1 }));
    await expect(wrong).rejects.toThrow(/did not accept the client secret .* within 1 seconds: .*AADSTS7000215/s);
    const nowhere = provider.clientSecretAcceptance.create(inputs({ tenantId: seed.maker.objectId }));
    await expect(nowhere).rejects.toThrow(/did not accept the client secret of the application [^ ]+: .*AADSTS90002/s);
  });
});
