// The stack's resources as a tutorial would write them: packages by their root, types checked when it runs, and a dynamic
// provider whose functions hold what they need in closures.
import * as azure from "@pulumi/azure-native";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const environmentId = new pulumi.Config().require("environmentId");
const location = new pulumi.Config("azure-native").require("location");
const base = `https://api.powerapps.com/providers/Microsoft.PowerApps/apis`;

/** Sends a request with a token of its own, and waits a little before it says what came back. */
async function call(method: string, url: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  return (await answer.json()) as Record<string, unknown>;
}

const providerOf = (kind: string): pulumi.dynamic.ResourceProvider => ({
  async create(inputs: Record<string, unknown>) {
    const made = await call("POST", `${base}?environment=${environmentId}`, { kind, ...inputs });
    return { id: String(made.name), outs: { ...inputs, internalName: made.name } };
  },
  async update(id: string, _olds: unknown, news: Record<string, unknown>) {
    await call("PATCH", `${base}/${id}?environment=${environmentId}`, { kind, ...news });
    return { outs: news };
  },
  async delete(id: string) {
    await call("DELETE", `${base}/${id}?environment=${environmentId}`);
  },
});

class PowerPlatform extends pulumi.dynamic.Resource {
  declare readonly internalName: pulumi.Output<string>;

  constructor(kind: string, name: string, props: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super(providerOf(kind), name, { ...props, internalName: undefined }, opts);
  }
}

const deployer = azure.authorization.getClientConfigOutput();
const group = new azure.resources.ResourceGroup("rg", { location });
const suffix = new random.RandomId("suffix", { byteLength: 4 });
const vault = new azure.keyvault.Vault("vault", {
  resourceGroupName: group.name,
  vaultName: pulumi.interpolate`kv-tutorial-${suffix.hex}`,
  location,
  properties: {
    tenantId: deployer.tenantId,
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
  },
});
const role = (id: string) => pulumi.interpolate`${vault.id}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
const deployerRole = new azure.authorization.RoleAssignment("deployer", {
  scope: vault.id,
  principalId: deployer.objectId,
  principalType: "ServicePrincipal",
  roleDefinitionId: role("00482a5a-887f-4fb3-b363-3b7fe8e74483"),
});
const value = new random.RandomPassword("value", { length: 32, special: false });
const secret = new azure.keyvault.Secret(
  "secret",
  {
    resourceGroupName: group.name,
    vaultName: vault.name,
    secretName: "ppsecret1",
    properties: { value: value.result },
  },
  { dependsOn: [deployerRole] },
);
const application = new azuread.Application("application", { displayName: "Key Vault connector (tutorial)" });
const servicePrincipal = new azuread.ServicePrincipal("service-principal", { clientId: application.clientId });
const passwords = ["a", "b"].map(
  (slot) => new azuread.ApplicationPassword(`client-secret-${slot}`, { applicationId: application.id }),
);
const clientSecret = passwords[0]?.value ?? "";
const acceptance = new PowerPlatform("acceptance", "acceptance", { clientId: application.clientId, clientSecret });
const reader = new azure.authorization.RoleAssignment("reader", {
  scope: secret.id,
  principalId: servicePrincipal.objectId,
  principalType: "ServicePrincipal",
  roleDefinitionId: role("4633458b-17de-408a-b874-0445c86b69e6"),
});
const definition = {
  swagger: "2.0",
  info: {
    title: "KeyVaultTutorial",
    description: "Reads a secret of a key vault as a service principal",
    version: "1.0",
  },
  host: vault.properties.apply(({ vaultUri }) => (vaultUri ?? "").replace(/^https:\/\/|\/$/g, "")),
  basePath: "/",
  schemes: ["https"],
  paths: { "/secrets/ppsecret1": { get: { operationId: "GetSecret", responses: { default: { description: "it" } } } } },
};
const connector = new PowerPlatform(
  "connector",
  "connector",
  { definition, clientId: application.clientId, clientSecret },
  { dependsOn: [acceptance] },
);
const connection = new PowerPlatform("connection", "connection", { connector: connector.internalName, clientSecret });
new PowerPlatform(
  "proof",
  "proof",
  { connection: connection.internalName, clientSecret, expected: value.result },
  { dependsOn: [reader] },
);

export const vaultId = vault.id;
export const connectorName = connector.internalName;
