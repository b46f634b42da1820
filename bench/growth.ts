import type { Cost } from "./processes";
import { type Calls, type Environment, ownSettings, type Place, Stack } from "./stacks";

export type Step = "up" | "preview" | "upUnchanged" | "refresh" | "destroy";

/**
 * Whether the engine writes the whole state after each step, as it does to every backend but Pulumi Cloud, or once at the end
 * (`PULUMI_SKIP_CHECKPOINTS`): its own time grows with the square of the resources otherwise, and nothing else can be seen.
 */
export type Checkpoints = "eachStep" | "atTheEnd";

const environmentOf: Record<Checkpoints, Environment> = {
  eachStep: {},
  atTheEnd: { PULUMI_SKIP_CHECKPOINTS: "true" },
};

/** What a stack of so many connectors, each with a connection, a secret and a proof, costs. */
export interface Growth {
  connectors: number;
  checkpoints: Checkpoints;
  /** Resources of the stack, components among them. */
  resources: number;
  steps: Record<Step, Cost & { calls: Calls }>;
  /** Bytes of the exported state after `up`. */
  stateBytes: number;
  /** Bytes of the resources of connectors and connections in it. */
  connectorBytes: number;
  /** Bytes of a provider's text; it stands in the inputs and the outputs of each dynamic resource. */
  stubBytes: number;
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

interface StateResource {
  type: string;
  inputs?: { __provider?: string };
}

export async function measureGrowth(place: Place, connectors: number, checkpoints: Checkpoints): Promise<Growth> {
  const settings = ownSettings({
    // One application for all: what is to be seen is what a connector costs.
    application: { perConnector: false },
    secrets: numbered(connectors).map((number) => ({ name: `secret${number}`, length: 16 })),
    connectors: numbered(connectors).map((number) => ({
      name: `team${number}`,
      title: `Team ${number}`,
      secrets: [`secret${number}`],
    })),
  });
  const stack = await Stack.make(place, ".", `grown${connectors}-${checkpoints}`, settings);
  const env = environmentOf[checkpoints];
  const up = await stack.counted("up", env);
  const state = await stack.state();
  const preview = await stack.counted("preview", env);
  const upUnchanged = await stack.counted("up", env);
  const refresh = await stack.counted("refresh", env);
  const destroy = await stack.counted("destroy", env);
  const { deployment } = JSON.parse(state) as { deployment: { resources: StateResource[] } };
  const ofConnectors = deployment.resources.filter(({ type }) => /:(CustomConnector|Connection)$/.test(type));
  return {
    connectors,
    checkpoints,
    resources: deployment.resources.length,
    steps: { up, preview, upUnchanged, refresh, destroy },
    stateBytes: Buffer.byteLength(JSON.stringify(deployment)),
    connectorBytes: Buffer.byteLength(JSON.stringify(ofConnectors)) / connectors,
    stubBytes: Buffer.byteLength(ofConnectors[0]?.inputs?.__provider ?? ""),
  };
}

/** `pulumi up` of as many dynamic resources that do nothing. */
export async function measureEmptyDynamic(place: Place, count: number, checkpoints: Checkpoints): Promise<Cost> {
  const config = { "empty-dynamic:count": count };
  const stack = await Stack.make(place, "empty-dynamic", `empty${count}-${checkpoints}`, config);
  const up = await stack.run("up", environmentOf[checkpoints]);
  await stack.run("destroy", environmentOf[checkpoints]);
  return up;
}
