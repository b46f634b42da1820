import { seed } from "../../../local-cloud/seed";
import { startTestCloud, type TestCloud } from "../../support/localCloud";
import { inClear, LeftBehindError, PluginProcess, secret, type State } from "./pluginProcess";

const kind = {
  application: "azuread:index/application:Application",
  principal: "azuread:index/servicePrincipal:ServicePrincipal",
  password: "azuread:index/applicationPassword:ApplicationPassword",
  redirectUris: "azuread:index/applicationRedirectUris:ApplicationRedirectUris",
  federated: "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
};
const graph = "https://graph.microsoft.com";

describe("the stand-in for the azuread plugin", () => {
  let cloud: TestCloud;
  let azuread: PluginProcess;

  beforeAll(async () => {
    cloud = await startTestCloud();
    azuread = await PluginProcess.start("azuread", cloud.env);
  }, 60_000);
  afterAll(async () => {
    await azuread.stop();
    await cloud.stop();
  });

  /** What somebody else does in the portal. */
  async function send(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await cloud.send(method, `${graph}/v1.0${path}`, { body, token: await cloud.token(graph) });
    return answer.body === "" ? {} : (JSON.parse(answer.body) as Record<string, unknown>);
  }
  const application = (inputs = {}) => azuread.make(kind.application, { displayName: "Vault reader", ...inputs });
  /** A refresh that must find the resource. */
  async function refreshed(type: string, state: State): Promise<State> {
    const found = await azuread.read(type, state);
    if (!found) throw new Error(`${state.id} is gone`);
    return found;
  }

  it("says who signs in", async () => {
    const { clientId, objectId } = seed.deployer;
    expect(await azuread.invoke("azuread:index/getClientConfig:getClientConfig")).toEqual({
      clientId,
      objectId,
      tenantId: seed.tenantId,
      id: `${seed.tenantId}-${clientId}-${objectId}`,
    });
  });

  describe("an application", () => {
    const inputs = {
      displayName: "Reader",
      signInAudience: "AzureADMyOrg",
      owners: [seed.deployer.objectId],
      notes: "made by a test",
      web: { redirectUris: ["https://example.com/a", "https://example.com/b"], homepageUrl: "https://example.com" },
      api: { oauth2PermissionScopes: [{ id: "7b4f25ee-a5f6-4b1f-8d6d-5f6f7c2e0a01", value: "read", enabled: true }] },
      requiredResourceAccesses: [
        {
          resourceAppId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
          resourceAccesses: [{ id: "f53da476-18e3-4152-8e01-aec403e6edc0", type: "Scope" }],
        },
      ],
    };

    it("is created with the outputs of the SDK and found again unchanged", async () => {
      const state = await application(inputs);
      const objectId = state.id.replace("/applications/", "");
      expect(state.outputs).toMatchObject({
        ...inputs,
        objectId,
        clientId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
        publisherDomain: seed.tenantDomain,
        oauth2PermissionScopeIds: { read: "7b4f25ee-a5f6-4b1f-8d6d-5f6f7c2e0a01" },
      });
      expect(await send("GET", `/applications/${objectId}`)).toMatchObject({
        web: { homePageUrl: "https://example.com" },
      });
      expect(await refreshed(kind.application, state)).toEqual(state);
      expect(await azuread.diff(kind.application, state, inputs)).toMatchObject({ changes: false });
      await azuread.delete(kind.application, state);
    });

    it("takes itself off the owners that the program does not name", async () => {
      const state = await application({ owners: [seed.maker.objectId] });
      expect(state.outputs.owners).toEqual([seed.maker.objectId]);
      const owners = [seed.maker.objectId, seed.deployer.objectId].sort();
      const updated = await azuread.update(kind.application, state, { ...state.inputs, owners });
      expect(updated.outputs.owners).toEqual(owners);
      await azuread.delete(kind.application, updated);
    });

    it("shows what somebody else changed, and changes it back", async () => {
      const state = await application(inputs);
      await send("PATCH", state.id, { notes: "changed", web: { homePageUrl: "https://example.org" } });
      const drifted = await refreshed(kind.application, state);
      const difference = await azuread.diff(kind.application, drifted, inputs);
      expect(difference).toMatchObject({ replaces: false, detailed: { notes: "UPDATE", "web.homepageUrl": "UPDATE" } });
      const updated = await azuread.update(kind.application, drifted, inputs);
      expect(updated.outputs).toEqual(state.outputs);
      await azuread.delete(kind.application, updated);
    });

    it("empties what the program takes away, and leaves the rest", async () => {
      const state = await application(inputs);
      const { notes: _notes, ...rest } = inputs;
      const updated = await azuread.update(kind.application, state, {
        ...rest,
        web: { redirectUris: inputs.web.redirectUris },
      });
      expect(updated.outputs).not.toHaveProperty("notes");
      expect(updated.outputs.web).not.toHaveProperty("homepageUrl");
      expect(updated.outputs.web).toMatchObject({ redirectUris: inputs.web.redirectUris });
      await azuread.delete(kind.application, updated);
    });

    it("does not mind the order of sets", async () => {
      const state = await application(inputs);
      const turned = { ...inputs, web: { ...inputs.web, redirectUris: inputs.web.redirectUris.toReversed() } };
      expect(await azuread.diff(kind.application, state, turned)).toMatchObject({ changes: false });
      await azuread.delete(kind.application, state);
    });

    it("is gone after its deletion, which can be repeated", async () => {
      const state = await application();
      await azuread.delete(kind.application, state);
      expect(await azuread.read(kind.application, state)).toBeUndefined();
      await azuread.delete(kind.application, state);
    });

    it("is imported by its id", async () => {
      const state = await application({ notes: "by hand" });
      const imported = await refreshed(kind.application, { id: state.id, inputs: {}, outputs: {} });
      expect(imported.inputs).toMatchObject({ displayName: "Vault reader", notes: "by hand" });
      expect(imported.outputs.clientId).toBe(state.outputs.clientId);
      await azuread.delete(kind.application, state);
    });

    it("is refused under a name that is taken, where the program asks for that", async () => {
      const first = await application();
      const twin = { displayName: "Vault reader", preventDuplicateNames: true };
      await expect(application(twin)).rejects.toThrow(`'Vault reader' already exists (${first.id})`);
      await expect(azuread.create(kind.application, twin)).rejects.toThrow("import it, or choose another name");
      await azuread.delete(kind.application, first);
    });

    it("is planned without a request", async () => {
      const { outputs } = await azuread.create(kind.application, inputs, true);
      expect(outputs).toEqual(inputs);
    });

    it("is kept in the state when what follows its creation fails", async () => {
      const owners = ["00000000-0000-4000-8000-000000000000"];
      await expect(application({ owners })).rejects.toThrow(
        /^Could not create application: unexpected status 404 \(404 Not Found\) with error: Request_ResourceNotFound: /,
      );
      cloud.local.faults.add({ method: "PATCH", path: "^/v1.0/applications/", effect: "status", status: 403 });
      const failure: unknown = await application().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(LeftBehindError);
      const { message, state } = failure as LeftBehindError;
      expect(message).toContain("Failed to patch application after creating: unexpected status 403");
      expect(state.outputs).toMatchObject({ displayName: "Vault reader", clientId: expect.any(String) as unknown });
      await azuread.delete(kind.application, state);
    });
  });

  it.each([
    [kind.application, {}, "displayName: Missing required property 'displayName'"],
    [kind.application, { displayName: "a", signInAudience: "Everybody" }, "expected one of AzureADMyOrg"],
    [kind.application, { displayName: "a", tags: ["b"], featureTags: [{ hide: true }] }, "conflicts with 'tags'"],
    [kind.application, { displayName: "a", logoImage: "b" }, "does not know 'logoImage'; use the real plugin"],
    [kind.principal, { clientId: "reader" }, "clientId: 'clientId': expected a GUID, got 'reader'"],
    [kind.password, { applicationId: seed.tenantId }, "expected the id of an application, '/applications/'"],
    [kind.password, { applicationId: `/applications/${seed.tenantId}`, endDate: "2027" }, "(RFC 3339), got '2027'"],
    [
      kind.redirectUris,
      { applicationId: `/applications/${seed.tenantId}`, type: "web" },
      "expected one of PublicClient",
    ],
  ])("refuses %s with %j", async (type, inputs, reason) => {
    expect((await azuread.check(type, inputs)).failures.join("; ")).toContain(reason);
  });

  describe("what belongs to an application", () => {
    let owner: State;
    let applicationId: string;
    beforeEach(async () => {
      owner = await application();
      applicationId = owner.id;
    });
    afterEach(async () => {
      await azuread.delete(kind.application, owner);
    });

    it("a service principal follows its application", async () => {
      const clientId = owner.outputs.clientId;
      const inputs = { clientId, featureTags: [{ enterprise: true }], owners: [seed.deployer.objectId] };
      const state = await azuread.make(kind.principal, inputs);
      expect(state.id).toBe(`/servicePrincipals/${String(state.outputs.objectId)}`);
      expect(state.outputs).toMatchObject({
        clientId,
        displayName: "Vault reader",
        type: "Application",
        accountEnabled: true,
        tags: ["WindowsAzureActiveDirectoryIntegratedApp"],
      });
      expect(await refreshed(kind.principal, state)).toEqual(state);
      expect(await azuread.diff(kind.principal, state, { ...inputs, clientId: seed.tenantId })).toMatchObject({
        replaces: true,
        detailed: { clientId: "UPDATE_REPLACE" },
      });
      const disabled = await azuread.update(kind.principal, state, { ...inputs, accountEnabled: false });
      expect(disabled.outputs).toMatchObject({
        accountEnabled: false,
        tags: ["WindowsAzureActiveDirectoryIntegratedApp"],
      });
      await expect(azuread.make(kind.principal, inputs)).rejects.toThrow(`already exists (${state.id})`);
      await azuread.delete(kind.principal, disabled);
      expect(await azuread.read(kind.principal, disabled)).toBeUndefined();
    });

    it("an existing service principal is taken over, and one of Microsoft's survives that", async () => {
      const vault = { clientId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", useExisting: true };
      const state = await azuread.make(kind.principal, vault);
      expect(state.outputs).toMatchObject({ displayName: "Azure Key Vault", useExisting: true });
      await azuread.delete(kind.principal, state);
      expect(await azuread.read(kind.principal, state)).toEqual(state);
    });

    it("a password is a secret that signs in, and never changes in place", async () => {
      const inputs = { applicationId, displayName: "slot A", endDate: "2027-01-31T12:00:00Z" };
      const made = await azuread.make(kind.password, inputs);
      const value = secret(made.outputs.value);
      expect(made.id).toBe(`${String(owner.outputs.objectId)}/password/${String(made.outputs.keyId)}`);
      expect(made.outputs).toMatchObject({
        ...inputs,
        startDate: expect.stringMatching(/T\d\d:\d\d:\d\dZ$/) as unknown,
      });
      const principal = await azuread.make(kind.principal, { clientId: owner.outputs.clientId });
      const answer = await cloud.send("POST", `https://login.microsoftonline.com/${seed.tenantId}/oauth2/v2.0/token`, {
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: String(owner.outputs.clientId),
          client_secret: String(value),
          scope: `${graph}/.default`,
        }).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
      expect(answer.body).toContain("access_token");
      await azuread.delete(kind.principal, principal);

      const state = inClear(made, "value");
      expect(await refreshed(kind.password, state)).toEqual(made);
      expect(await azuread.diff(kind.password, state, inputs)).toMatchObject({ changes: false });
      expect(await azuread.diff(kind.password, state, { ...inputs, displayName: "slot B" })).toMatchObject({
        replaces: true,
        deleteBeforeReplace: false,
      });
      await azuread.delete(kind.password, state);
      expect(await azuread.read(kind.password, state)).toBeUndefined();
      await azuread.delete(kind.password, state);
    });

    it("a password whose end is written with milliseconds would be replaced for ever, as by the real plugin", async () => {
      const inputs = { applicationId, endDate: "2027-01-31T12:00:00.000Z" };
      const state = inClear(await azuread.make(kind.password, inputs), "value");
      expect(state.outputs.endDate).toBe("2027-01-31T12:00:00Z");
      expect(await azuread.diff(kind.password, state, inputs)).toMatchObject({
        replaces: true,
        detailed: { endDate: "UPDATE_REPLACE" },
      });
    });

    it("a password cannot be imported, nor made for an application that is not there", async () => {
      const id = `${String(owner.outputs.objectId)}/password/${seed.tenantId}`;
      await expect(azuread.read(kind.password, { id, inputs: {}, outputs: {} })).rejects.toThrow("cannot be imported");
      await expect(azuread.make(kind.password, { applicationId: `/applications/${seed.tenantId}` })).rejects.toThrow(
        `Could not add password for application '${seed.tenantId}': there is no such application`,
      );
    });

    it("redirect URIs of one type are one resource", async () => {
      const inputs = { applicationId, type: "Web", redirectUris: ["https://example.com/a"] };
      const state = await azuread.make(kind.redirectUris, inputs);
      expect(state.id).toBe(`${applicationId}/redirectUris/Web`);
      await expect(azuread.make(kind.redirectUris, inputs)).rejects.toThrow(`import them as '${state.id}'`);
      const more = { ...inputs, redirectUris: ["https://example.com/b", "https://example.com/a"] };
      const updated = await azuread.update(kind.redirectUris, state, more);
      expect(await send("GET", applicationId)).toMatchObject({ web: { redirectUris: more.redirectUris } });
      expect(await azuread.diff(kind.redirectUris, updated, { ...more, type: "SPA" })).toMatchObject({
        replaces: true,
      });
      await send("PATCH", applicationId, { web: { redirectUris: ["https://example.com/c"] } });
      const drifted = await refreshed(kind.redirectUris, updated);
      expect(drifted.inputs.redirectUris).toEqual(["https://example.com/c"]);
      await azuread.delete(kind.redirectUris, drifted);
      expect(await azuread.read(kind.redirectUris, drifted)).toBeUndefined();
    });

    it("a federated credential is changed in place, save for its name", async () => {
      const inputs = {
        applicationId,
        displayName: "connector",
        issuer: "https://token.example.com",
        subject: "connector-1",
        audiences: ["api://AzureADTokenExchange"],
        description: "of a connector",
      };
      const state = await azuread.make(kind.federated, inputs);
      expect(state.id).toBe(
        `${String(owner.outputs.objectId)}/federatedIdentityCredential/${String(state.outputs.credentialId)}`,
      );
      expect(await refreshed(kind.federated, state)).toEqual(state);
      const updated = await azuread.update(kind.federated, state, { ...inputs, subject: "connector-2" });
      expect(updated.outputs).toMatchObject({ subject: "connector-2", description: "of a connector" });
      const { description: _none, ...undescribed } = { ...inputs, subject: "connector-2" };
      expect((await azuread.update(kind.federated, updated, undescribed)).outputs.description ?? "").toBe("");
      await expect(azuread.make(kind.federated, { ...undescribed, displayName: "twice" })).rejects.toThrow(
        "Another object with the same value for property issuer and subject already exists",
      );
      expect(await azuread.diff(kind.federated, state, { ...inputs, displayName: "other" })).toMatchObject({
        replaces: true,
      });
      await azuread.delete(kind.federated, updated);
      expect(await azuread.read(kind.federated, updated)).toBeUndefined();
    });
  });

  it("tells a wrong client secret in Entra's words", async () => {
    const wrong = await PluginProcess.start("azuread", cloud.env, { clientSecret: "wrong" });
    try {
      await expect(wrong.make(kind.application, { displayName: "a" })).rejects.toThrow("AADSTS7000215");
    } finally {
      await wrong.stop();
    }
  });

  it("does not start without a local cloud: it would reach the real Entra", async () => {
    await expect(PluginProcess.start("azuread", { ...cloud.env, HTTPS_PROXY: "" })).rejects.toThrow(
      "This is the local cloud's stand-in for the azuread plugin",
    );
  });
});
