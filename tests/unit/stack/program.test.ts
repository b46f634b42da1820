import { generatedValue, inClear, isSecret, subscription } from "./services";
import { type ProgramRun, type Registered, runProgram } from "./program";

const makers = { principalId: "0f3c4c39-6d1b-4b0e-9d6c-0000000009a4", principalType: "Group" };
const onCall = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/actionGroups/on-call";
const operations = [{ kind: "pinned" }, { kind: "latest", operationId: "GetGiven", secret: "given" }];
const config = {
  connector: { operations },
  secrets: [{ name: "ppsecret1" }, { name: "given" }],
  secretValues: { given: "given-Hush" },
  application: { userSignIn: true },
  connection: { shareWith: [makers] },
  vault: { lock: true },
  monitoring: { enabled: true, emails: ["team@contoso.com"], actionGroupIds: [onCall] },
};

const vaultId = `${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-dev-0badcafe`;

/** Everything marked as secret in a resource's inputs, in clear. */
function secretsIn(value: unknown): string[] {
  if (isSecret(value)) return [JSON.stringify(inClear(value))];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(secretsIn);
}

/** Inputs without what is marked as secret. */
function openPart(value: unknown): unknown {
  if (isSecret(value)) return "[secret]";
  if (Array.isArray(value)) return value.map(openPart);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, openPart(inside)]));
}

describe("the program", () => {
  let program: ProgramRun;
  let components: Registered[];

  beforeAll(async () => {
    program = await runProgram(config);
    components = program.resources.filter(({ isComponent }) => isComponent);
  });

  it("is made of the components that the walk-through names, each with a type of ours", () => {
    expect(components.map(({ name, type }) => [name, type])).toEqual([
      ["kv", "keyvault-connector:index:KeyVault"],
      ["monitoring", "keyvault-connector:index:VaultMonitoring"],
      ["deployer", "keyvault-connector:index:VaultAccess"],
      ["secret-ppsecret1", "keyvault-connector:index:VaultSecret"],
      ["secret-given", "keyvault-connector:index:VaultSecret"],
      ["app", "keyvault-connector:index:AppRegistration"],
      ["reader", "keyvault-connector:index:VaultAccess"],
      ["connector", "keyvault-connector:index:KeyVaultConnector"],
      ["connection", "keyvault-connector:index:ServicePrincipalConnection"],
      ["proof", "keyvault-connector:index:SecretProof"],
      ["lock", "keyvault-connector:index:VaultLock"],
    ]);
  });

  it("gives every resource a component as its parent, and a name that starts with the parent's", () => {
    const children = program.resources.filter(({ isComponent }) => !isComponent);
    expect(children.length).toBeGreaterThan(12);
    const strays = children.filter(({ name, parent }) => parent === "" || !name.startsWith(`${parent}-`));
    expect(strays.map(({ name, parent }) => `${name} below ${parent}`)).toEqual([]);
  });

  it("has components that register what they are, with no inputs of theirs in the state", () => {
    for (const { name, inputs } of components) {
      expect([name, Object.keys(program.componentOutputs.get(name) ?? {})]).not.toEqual([name, []]);
      expect([name, inputs]).toEqual([name, {}]);
    }
  });

  it("hands secrets on with their marks only", () => {
    const open = JSON.stringify(program.resources.map(({ name, inputs }) => [name, openPart(inputs)]));
    expect(open).not.toMatch(/Hush/);
    const marked = program.resources.filter(({ inputs }) => secretsIn(inputs).length > 0).map(({ name }) => name);
    expect(marked).toEqual(
      expect.arrayContaining(["secret-ppsecret1-secret", "secret-given-secret", "connection-connection"]),
    );
    expect(secretsIn(program.named("secret-ppsecret1-secret").inputs).join()).toContain(generatedValue);
    expect(secretsIn(program.named("secret-given-secret").inputs).join()).toContain("given-Hush");
  });

  it("says every default of the SDK that would open the vault", () => {
    expect(inClear(program.named("kv-vault").inputs.properties)).toMatchObject({
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      publicNetworkAccess: "Enabled",
      networkAcls: { bypass: "None" },
      enabledForDeployment: false,
      enabledForDiskEncryption: false,
      enabledForTemplateDeployment: false,
    });
  });

  it("sends the vault's audit log to a workspace, and every alert to everybody who is to get it", () => {
    expect(program.named("monitoring-log").inputs).toMatchObject({
      resourceUri: vaultId,
      workspaceId: "monitoring-workspace-id",
      logs: [{ categoryGroup: "audit", enabled: true }],
    });
    const receivers = ["monitoring-receivers-id", onCall];
    expect(
      program.ofType("ScheduledQueryRule").map(({ name, inputs }) => [name, inputs.scopes, inputs.actions]),
    ).toEqual(
      ["monitoring-refused", "monitoring-expiring"].map((name) => [name, [vaultId], { actionGroups: receivers }]),
    );
    expect(program.named("monitoring-expiry").inputs).toMatchObject({
      scope: vaultId,
      destination: { endpointType: "MonitorAlert", actionGroups: receivers },
    });
  });

  it("locks the vault against deletion", () => {
    expect(program.named("lock-vault").inputs).toMatchObject({ scope: vaultId, level: "CanNotDelete" });
  });

  it("names the type of every principal that is given a role, and no role twice", () => {
    const assignments = program.ofType("RoleAssignment").map(({ inputs }) => inputs);
    expect(assignments).toHaveLength(3);
    expect(assignments.map(({ principalType }) => principalType)).toEqual(Array(3).fill("ServicePrincipal"));
    expect(new Set(assignments.map(({ roleAssignmentName }) => roleAssignmentName)).size).toBe(3);
  });

  it("exports secret outputs as secrets, and names of things as they are", () => {
    expect(program.secretOutputs).toEqual(["clientSecret"]);
    const { clientSecret, ...open } = program.outputs;
    expect(clientSecret).toBe("client-Hush");
    expect(JSON.stringify(open)).not.toMatch(/Hush/);
  });
});
