import { isDeepStrictEqual } from "node:util";
import fs from "node:fs";
import path from "node:path";
import type { StoreSnapshot } from "../../local-cloud/store";
import { seed } from "../../local-cloud/seed";
import type { ConnectionInputs, ConnectionOutputs } from "../../power-platform/lifecycle/connection";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "../../power-platform/lifecycle/connectorInputs";
import { isPowerPlatform } from "../../tools/faults/calls";
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
  connector?: Kept<CustomConnectorInputs, CustomConnectorOutputs>;
  connection?: Kept<ConnectionInputs, ConnectionOutputs>;
}

export type Scenario = "up" | "update" | "refresh" | "destroy";
export const scenarios: readonly Scenario[] = ["up", "update", "refresh", "destroy"];

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
    private readonly route: CustomConnectorInputs["route"],
  ) {}

  static async start(route: CustomConnectorInputs["route"]): Promise<LifecycleRun> {
    const cloud = await startTestCloud();
    cloud.local.cloud.knobs.patch({ dataverseSyncDelaySeconds: 0 });
    const run = new LifecycleRun(cloud, startProvider(cloud.env), route);
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
    return this.route === "dataverse" ? seed.dataverseEnvironment.id : seed.environment.id;
  }

  /** Back to where a scenario begins. */
  restore(scenario: Scenario): void {
    const start = this.starts.get(scenario);
    if (!start) throw new Error(`${scenario} was never run.`);
    this.cloud.local.faults.clear();
    this.cloud.local.journal.clear();
    this.cloud.local.cloud.store.restore(start.cloud);
    this.state = { ...start.state };
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
    else await this.bring(scenario === "update");
  }

  private inputsOfConnector(changed: boolean): CustomConnectorInputs {
    const icon = path.join(this.cloud.home, "icon.png");
    if (!fs.existsSync(icon)) fs.writeFileSync(icon, Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]));
    const inputs = connectorInputs("KeyVaultAccess", {
      route: this.route,
      environmentId: this.environmentId,
      icon: { path: icon, sha256: "the icon's" },
      shareWith: [{ principalId: seed.makers.objectId, principalType: "Group", role: "CanView" }],
    });
    const { definition } = inputs;
    const description = "Reads secrets of a key vault as a service principal, as changed";
    if (changed) return { ...inputs, definition: { ...definition, info: { ...definition.info, description } } };
    return inputs;
  }

  private inputsOfConnection(changed: boolean): ConnectionInputs {
    const { internalName = "", chosenRoute = "powerApps" } = this.state.connector?.outs ?? {};
    const more: Partial<ConnectionInputs> = {
      environmentId: this.environmentId,
      connectorChosenRoute: chosenRoute,
      statusDeadlineSeconds: 2,
    };
    const inputs = connectionInputs(internalName, this.cloud.credentials.deployerSecret, more);
    return changed ? { ...inputs, displayName: "Changed" } : inputs;
  }

  private async bring(changed: boolean): Promise<void> {
    const { customConnector, connection } = this.provider;
    await this.apply(customConnector, "connector", this.inputsOfConnector(changed));
    await this.apply(connection, "connection", this.inputsOfConnection(changed));
  }

  private async apply<Inputs, Outputs>(
    methods: ProviderMethods<Inputs, Outputs>,
    slot: "connector" | "connection",
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
    // By Dataverse the connector is there twice: as a row, and as what the runtime knows.
    const connectors = this.route === "dataverse" ? ["connector", "connectorRow"] : ["connector"];
    const wanted = scenario === "destroy" ? [] : ["connection", ...connectors];
    const types = made.map(({ type }) => type).sort();
    const left = isDeepStrictEqual(types, wanted) ? [] : [`there are: ${types.join(", ") || "none"}`];
    if (scenario === "destroy") return left;
    const changed = scenario !== "up";
    const { connector, connection } = this.state;
    if (!connector || !connection) return [...left, "the state lacks a resource"];
    if (connector.outs.status !== "Ready") left.push(`the connector is ${connector.outs.status}`);
    if (connection.outs.status !== "Connected") left.push(`the connection is ${connection.outs.status}`);
    const seen = await this.provider.customConnector.read(connector.id, connector.outs);
    if (!isDeepStrictEqual(seen.props, connector.outs)) left.push("the connector is otherwise than the state says");
    // As texts: what came from another process has other prototypes than what was made in the test.
    if (JSON.stringify(connector.outs.definition) !== JSON.stringify(this.inputsOfConnector(changed).definition))
      left.push("the connector is not as wished");
    const connected = await this.provider.connection.read(connection.id, connection.outs);
    if (!isDeepStrictEqual(connected.props, connection.outs))
      left.push("the connection is otherwise than the state says");
    const inputs = this.inputsOfConnection(changed);
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
