import { isDeepStrictEqual } from "node:util";
import fs from "node:fs";
import path from "node:path";
import type { StoreSnapshot } from "../../local-cloud/store";
import { environmentIdFor, seed } from "../../local-cloud/seed";
import type {
  ClientSecretAcceptanceInputs,
  ClientSecretAcceptanceOutputs,
} from "../../power-platform/lifecycle/clientSecretAcceptance";
import type { ConnectionInputs, ConnectionOutputs } from "../../power-platform/lifecycle/connection";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "../../power-platform/lifecycle/connectorInputs";
import type { RouteName } from "../../power-platform/routes/route";
import { isPowerPlatform } from "../../tools/faults/calls";
import { Reader } from "../../tools/faults/reader";
import { wishedFor } from "../../tools/faults/wished";
import { connectionInputs, connectorInputs } from "../support/connectors";
import { startTestCloud, type TestCloud } from "../support/localCloud";
import { ProviderError, type ProviderMethods, type ProviderProcess, startProvider } from "../support/provider";

/** What a state keeps of one resource. */
interface Kept<Inputs, Outputs> {
  id: string;
  inputs: Inputs;
  outs: Outputs;
}

interface State {
  acceptance?: Kept<ClientSecretAcceptanceInputs, ClientSecretAcceptanceOutputs>;
  connector?: Kept<CustomConnectorInputs, CustomConnectorOutputs>;
  connection?: Kept<ConnectionInputs, ConnectionOutputs>;
}

export type Scenario = "up" | "update" | "rotation" | "refresh" | "destroy";
export const scenarios: readonly Scenario[] = ["up", "update", "rotation", "refresh", "destroy"];

/** A client secret of the application that connections sign in as. */
interface Slot {
  keyId: string;
  secretText: string;
}

/** What is wished for after a scenario. */
interface Wish {
  /** Another description of the connector and another name of the connection. */
  changed: boolean;
  /** Which client secret is in use. */
  slot: "a" | "b";
}

const wishAfter = (scenario: Scenario): Wish => ({
  changed: scenario !== "up",
  slot: scenario === "up" || scenario === "update" ? "a" : "b",
});

/** No wait of the provider's may be long here: what is not healed soon is left to the next run. */
const shortDeadlines = {
  KEYVAULT_CONNECTOR_ATTEMPT_SECONDS: "3",
  KEYVAULT_CONNECTOR_REQUEST_SECONDS: "8",
  KEYVAULT_CONNECTOR_WAIT_SECONDS: "4",
};

/**
 * A local cloud, a provider, and what the engine does with a resource: create what is not in the state, record what a
 * failure says that exists, ask for the differences, update. The real engine is in `npm run faults`.
 */
export class LifecycleRun {
  state: State = {};
  private readonly starts = new Map<Scenario, { cloud: StoreSnapshot; state: State }>();

  private constructor(
    readonly cloud: TestCloud,
    private provider: ProviderProcess,
    private readonly route: RouteName,
    private readonly slots: Record<Wish["slot"], Slot>,
  ) {}

  static async start(route: RouteName): Promise<LifecycleRun> {
    const cloud = await startTestCloud();
    cloud.local.cloud.knobs.patch({ dataverseSyncDelaySeconds: 0 });
    await makeVault(cloud);
    const slots = { a: await addClientSecret(cloud), b: await addClientSecret(cloud) };
    const run = new LifecycleRun(cloud, startProvider(cloud.env), route, slots);
    for (const scenario of scenarios) {
      run.starts.set(scenario, { cloud: cloud.local.cloud.store.snapshot(), state: run.state });
      await run.perform(scenario);
    }
    await run.kill();
    return run;
  }

  async stop(): Promise<void> {
    this.provider.stop();
    await this.cloud.stop();
  }

  private get environmentId(): string {
    return environmentIdFor(this.route);
  }

  /** Back to where a scenario begins. */
  restore(scenario: Scenario): void {
    const start = this.starts.get(scenario);
    if (!start) throw new Error(`${scenario} was never run.`);
    this.cloud.local.faults.clear();
    this.cloud.local.journal.clear();
    this.cloud.local.cloud.store.restore(start.cloud);
    this.state = { ...start.state };
    // With none, no order of things could be wrong.
    if (scenario === "rotation") this.cloud.local.cloud.knobs.patch({ clientSecretDelaySeconds: 1 });
  }

  /** A maker who calls the connection's operation without end. */
  reader(): Reader {
    const { connector, connection } = this.state;
    const url = `${connector?.outs.runtimeUrl ?? ""}/${connection?.outs.connectionName ?? ""}/secrets/one?api-version=7.4`;
    return new Reader(this.cloud.local.cloud, url, this.cloud.credentials.makerPassword);
  }

  /** Takes away the client secret that a rotation left, as the window after it does. */
  async forgetSlotA(): Promise<void> {
    await graph(this.cloud, "removePassword", { keyId: this.slots.a.keyId });
  }

  /** Ends the provider as `kill -9` does, and starts another one. */
  async kill(): Promise<void> {
    this.provider.stop("SIGKILL");
    this.provider = startProvider({ ...this.cloud.env, ...shortDeadlines });
    this.cloud.local.faults.clear();
    // Signed in before it is measured: the deadlines are short, and a start is not.
    const { connection } = this.starts.get("update")?.state ?? {};
    if (connection) await this.provider.connection.read(connection.id, connection.outs).catch(() => undefined);
  }

  /** @throws ProviderError at the first step that fails */
  async perform(scenario: Scenario): Promise<void> {
    if (scenario === "destroy") await this.destroy();
    else if (scenario === "refresh") await this.refresh();
    else await this.bring(wishAfter(scenario));
  }

  /** Brings what a scenario left to what is wished for after it: a refresh repairs nothing. */
  async repair(scenario: Scenario): Promise<void> {
    if (scenario === "refresh") await this.bring(wishAfter(scenario));
    else await this.perform(scenario);
  }

  private inputsOfAcceptance({ slot }: Wish): ClientSecretAcceptanceInputs {
    return {
      authority: "https://login.microsoftonline.com",
      tenantId: seed.tenantId,
      clientId: seed.deployer.clientId,
      resource: "https://vault.azure.net",
      clientSecret: this.slots[slot].secretText,
      deadlineSeconds: 5,
    };
  }

  private inputsOfConnector({ changed, slot }: Wish): CustomConnectorInputs {
    const icon = path.join(this.cloud.home, "icon.png");
    if (!fs.existsSync(icon)) fs.writeFileSync(icon, Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]));
    const inputs = connectorInputs("KeyVaultAccess", {
      route: this.route,
      environmentId: this.environmentId,
      icon: { path: icon, sha256: "the icon's" },
      shareWith: [{ principalId: seed.makers.objectId, principalType: "Group", role: "CanView" }],
      oauthClientSecret: this.slots[slot].secretText,
    });
    const { definition } = inputs;
    const description = "Reads secrets of a key vault as a service principal, as changed";
    if (changed) return { ...inputs, definition: { ...definition, info: { ...definition.info, description } } };
    return inputs;
  }

  private inputsOfConnection({ changed, slot }: Wish): ConnectionInputs {
    const { internalName = "", chosenRoute = "powerApps" } = this.state.connector?.outs ?? {};
    const more: Partial<ConnectionInputs> = {
      environmentId: this.environmentId,
      connectorChosenRoute: chosenRoute,
      statusDeadlineSeconds: 2,
    };
    const inputs = connectionInputs(internalName, this.slots[slot].secretText, more);
    return changed ? { ...inputs, displayName: "Changed" } : inputs;
  }

  /** In the order of the program's dependencies. */
  private async bring(wish: Wish): Promise<void> {
    const { clientSecretAcceptance, customConnector, connection } = this.provider;
    await this.apply(clientSecretAcceptance, "acceptance", this.inputsOfAcceptance(wish));
    await this.apply(customConnector, "connector", this.inputsOfConnector(wish));
    await this.apply(connection, "connection", this.inputsOfConnection(wish));
  }

  private async apply<Inputs, Outputs>(
    methods: ProviderMethods<Inputs, Outputs>,
    slot: keyof State,
    inputs: Inputs,
  ): Promise<void> {
    const kept = this.state[slot] as Kept<Inputs, Outputs> | undefined;
    const keep = (id: string, outs: Outputs) => {
      this.state = { ...this.state, [slot]: { id, inputs, outs } };
    };
    try {
      if (!kept) {
        const { id, outs } = await methods.create(inputs);
        keep(id, outs);
        return;
      }
      const { changes, replaces } = await methods.diff(kept.id, kept.outs, inputs);
      if (replaces.length > 0) throw new Error(`${slot} would be replaced: ${replaces.join(", ")}`);
      if (!(changes ?? !isDeepStrictEqual(kept.inputs, inputs))) return;
      const { outs } = await methods.update(kept.id, kept.outs, inputs);
      keep(kept.id, outs);
    } catch (error) {
      if (error instanceof ProviderError && error.id !== undefined) keep(error.id, error.properties as Outputs);
      throw error;
    }
  }

  private async refresh(): Promise<void> {
    const { connector, connection } = this.state;
    if (connector) {
      const { id, props } = await this.provider.customConnector.read(connector.id, connector.outs);
      this.state =
        id === undefined || !props
          ? without(this.state, "connector")
          : { ...this.state, connector: { ...connector, outs: props } };
    }
    if (connection) {
      const { id, props } = await this.provider.connection.read(connection.id, connection.outs);
      this.state =
        id === undefined || !props
          ? without(this.state, "connection")
          : { ...this.state, connection: { ...connection, outs: props } };
    }
  }

  private async destroy(): Promise<void> {
    const { connector, connection } = this.state;
    if (connection) await this.provider.connection.delete(connection.id, connection.outs);
    this.state = without(this.state, "connection");
    if (connector) await this.provider.customConnector.delete(connector.id, connector.outs);
    this.state = without(this.state, "connector");
  }

  /** What is not as it should be after a scenario and at most one more run; empty when all is well. */
  async faultsLeft(scenario: Scenario): Promise<string[]> {
    const made = this.cloud.local
      .resources()
      .filter(({ service, softDeleted }) => isPowerPlatform(service) && softDeleted !== true);
    const wanted = scenario === "destroy" ? [] : wishedFor(this.route);
    const types = made.map(({ type }) => type).sort();
    const left = isDeepStrictEqual(types, wanted) ? [] : [`there are: ${types.join(", ") || "none"}`];
    if (scenario === "destroy") return left;
    const wish = wishAfter(scenario);
    const { connector, connection } = this.state;
    if (!connector || !connection) return [...left, "the state lacks a resource"];
    if (connector.outs.status !== "Ready") left.push(`the connector is ${connector.outs.status}`);
    if (connection.outs.status !== "Connected") left.push(`the connection is ${connection.outs.status}`);
    const seen = await this.provider.customConnector.read(connector.id, connector.outs);
    if (!isDeepStrictEqual(seen.props, connector.outs)) left.push("the connector is otherwise than the state says");
    // As texts: what came from another process has other prototypes than what was made in the test.
    if (JSON.stringify(connector.outs.definition) !== JSON.stringify(this.inputsOfConnector(wish).definition))
      left.push("the connector is not as wished");
    const connected = await this.provider.connection.read(connection.id, connection.outs);
    if (!isDeepStrictEqual(connected.props, connection.outs))
      left.push("the connection is otherwise than the state says");
    const inputs = this.inputsOfConnection(wish);
    if (connection.outs.displayName !== inputs.displayName) left.push("the connection is not as wished");
    const again = await this.provider.connection.diff(connection.id, connection.outs, inputs);
    if (again.changes === true || again.replaces.length > 0) left.push("the next preview would change the connection");
    return left;
  }
}

function without(state: State, slot: keyof State): State {
  const { [slot]: _gone, ...kept } = state;
  return kept;
}

const group = `/subscriptions/${seed.subscriptionId}/resourceGroups/rg-faults`;
const vault = `${group}/providers/Microsoft.KeyVault/vaults/contoso`;
const secretsUser = "4633458b-17de-408a-b874-0445c86b69e6";

/** The vault of the definition, with the secret that its operation reads, and the role to read it. */
async function makeVault(cloud: TestCloud): Promise<void> {
  const token = await cloud.token("https://management.azure.com");
  const roleDefinitionId = `/subscriptions/${seed.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${secretsUser}`;
  const properties = { tenantId: seed.tenantId, sku: { family: "A", name: "standard" }, enableRbacAuthorization: true };
  const role = { roleDefinitionId, principalId: seed.deployer.objectId, principalType: "ServicePrincipal" };
  const parts = [
    [group, "2024-03-01", { location: "westeurope" }],
    [vault, "2024-11-01", { location: "westeurope", properties }],
    [`${vault}/secrets/one`, "2024-11-01", { properties: { value: "the secret's value" } }],
    [
      `${vault}/providers/Microsoft.Authorization/roleAssignments/${seed.environment.id}`,
      "2022-04-01",
      { properties: role },
    ],
  ] as const;
  for (const [id, version, body] of parts) {
    const answer = await cloud.send("PUT", `https://management.azure.com${id}?api-version=${version}`, { token, body });
    if (answer.status >= 300) throw new Error(`${id}: ${answer.body}`);
  }
}

async function graph(cloud: TestCloud, action: string, body: object): Promise<string> {
  const url = `https://graph.microsoft.com/v1.0/applications/${seed.deployer.applicationObjectId}/${action}`;
  const answer = await cloud.send("POST", url, { token: await cloud.token("https://graph.microsoft.com"), body });
  if (answer.status >= 300) throw new Error(`${action}: ${answer.body}`);
  return answer.body;
}

const addClientSecret = async (cloud: TestCloud): Promise<Slot> =>
  JSON.parse(await graph(cloud, "addPassword", {})) as Slot;
