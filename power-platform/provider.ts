// What the engine calls, through the stub in the state (index.ts). Thin: the lifecycles know nothing of Pulumi.
import type * as pulumi from "@pulumi/pulumi";
import type { Clients } from "./client/clients";
import type { Cloud } from "./client/clouds";
import { breakingChanges } from "./lifecycle/breakingChanges";
import * as acceptances from "./lifecycle/clientSecretAcceptance";
import * as connections from "./lifecycle/connection";
import { connectorProblems } from "./lifecycle/connectorCheck";
import { diffCustomConnector, readCustomConnector } from "./lifecycle/connectorDrift";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "./lifecycle/connectorInputs";
import * as connectors from "./lifecycle/customConnector";
import { IncompleteError } from "./lifecycle/failure";
import * as proofs from "./lifecycle/operationProof";
import { signInRevisionOf } from "./lifecycle/signInRevision";
import { spelledOut, terse } from "./lifecycle/stateForm";
import { endWithEngine } from "./engineAlive";

endWithEngine();

type Provider = Required<Pick<pulumi.dynamic.ResourceProvider, "diff" | "create" | "read" | "update" | "delete">>;

const made = new Map<Cloud, Promise<Clients>>();

/** One set of clients for the process and each cloud, loaded and made when the first request is to be sent: previews do without. */
function clientsOf({ cloud }: { cloud: Cloud }): Promise<Clients> {
  const known = made.get(cloud);
  if (known) return known;
  const clients = import("./client/clients.js").then(({ createClients }) => createClients(cloud));
  made.set(cloud, clients);
  return clients;
}

/** The engine's way to say that a resource is gone. */
const gone = { id: undefined, props: undefined } as unknown as pulumi.dynamic.ReadResult;

type Inputs<T> = T & { __provider: string };

/**
 * Runs a create or update. What it leaves unfinished is recorded with the provider's text, which the engine adds to results
 * and not to errors: without it, neither a refresh nor a delete could ever reach the resource again.
 * @param kept what the state keeps of the outputs
 */
async function recorded<T, Result extends { outs: object }>(
  inputs: Inputs<T>,
  work: (inputs: T) => Promise<Result>,
  kept = (outs: object) => outs,
): Promise<Result> {
  const { __provider, ...own } = inputs;
  try {
    const result = await work(own as T);
    return { ...result, outs: kept(result.outs) };
  } catch (error) {
    if (!(error instanceof IncompleteError)) throw error;
    throw new IncompleteError(error.id, { ...kept(error.properties), __provider }, error.cause);
  }
}

export const customConnector: Provider & Required<Pick<pulumi.dynamic.ResourceProvider, "check">> = {
  check: async (olds: Partial<CustomConnectorInputs>, news: Inputs<CustomConnectorInputs>) => ({
    inputs: terse({ ...news, signInRevision: signInRevisionOf(news) }),
    failures: await connectorProblems(olds, spelledOut(news)),
  }),
  diff: (_id, olds: CustomConnectorOutputs, news: Inputs<CustomConnectorInputs>) => {
    for (const change of breakingChanges(olds.definition, news.definition)) {
      console.error(`Flows and apps may break: ${change}`);
    }
    return Promise.resolve(diffCustomConnector(olds, news));
  },
  create: (inputs: Inputs<CustomConnectorInputs>) =>
    recorded(spelledOut(inputs), async (own) => connectors.createCustomConnector(await clientsOf(own), own), terse),
  update: (_id, olds: CustomConnectorOutputs, news: Inputs<CustomConnectorInputs>) =>
    recorded(
      spelledOut(news),
      async (own) => connectors.updateCustomConnector(await clientsOf(own), spelledOut(olds), own),
      terse,
    ),
  read: async (id, { __provider: _, ...props }: Inputs<CustomConnectorOutputs>) => {
    const found = await readCustomConnector(await clientsOf(props), spelledOut(props));
    if (!found) return gone;
    return { id, props: terse(found.props), ...(found.inputs ? { inputs: terse(found.inputs) } : {}) };
  },
  delete: async (_id, props: CustomConnectorOutputs) =>
    connectors.deleteCustomConnector(await clientsOf(props), spelledOut(props)),
};

export const connection: Provider = {
  diff: (_id, olds: connections.ConnectionOutputs, news: Inputs<connections.ConnectionInputs>) =>
    Promise.resolve(connections.diffConnection(olds, news)),
  create: (inputs: Inputs<connections.ConnectionInputs>) =>
    recorded(inputs, async (own) => connections.createConnection(await clientsOf(own), own)),
  update: (_id, olds: connections.ConnectionOutputs, news: Inputs<connections.ConnectionInputs>) =>
    recorded(news, async (own) => connections.updateConnection(await clientsOf(own), olds, own)),
  read: async (id, { __provider: _, ...props }: Inputs<connections.ConnectionOutputs>) => {
    const found = await connections.readConnection(await clientsOf(props), props);
    if (!found) return gone;
    const inputs = connections.seenInputs(found);
    return { id, props: found, ...(inputs ? { inputs } : {}) };
  },
  delete: async (_id, props: connections.ConnectionOutputs) =>
    connections.deleteConnection(await clientsOf(props), props),
};

export const operationProof: Provider = {
  diff: (_id, olds: proofs.OperationProofOutputs, news: Inputs<proofs.OperationProofInputs>) =>
    Promise.resolve(proofs.diffOperationProof(olds, news)),
  create: async ({ __provider: _, ...inputs }: Inputs<proofs.OperationProofInputs>) =>
    proofs.writeOperationProof(await clientsOf(inputs), inputs),
  update: async (
    _id,
    _olds: proofs.OperationProofOutputs,
    { __provider: _, ...news }: Inputs<proofs.OperationProofInputs>,
  ) => proofs.writeOperationProof(await clientsOf(news), news),
  // What was proven stays proven: there is nothing at the services to look at.
  read: (id, props: proofs.OperationProofOutputs) => Promise.resolve({ id, props }),
  delete: () => Promise.resolve(),
};

export const clientSecretAcceptance: Provider = {
  diff: (
    _id,
    olds: acceptances.ClientSecretAcceptanceOutputs,
    news: Inputs<acceptances.ClientSecretAcceptanceInputs>,
  ) => Promise.resolve(acceptances.diffClientSecretAcceptance(olds, news)),
  create: ({ __provider: _, ...inputs }: Inputs<acceptances.ClientSecretAcceptanceInputs>) =>
    acceptances.writeClientSecretAcceptance(inputs),
  update: (
    _id,
    _olds: acceptances.ClientSecretAcceptanceOutputs,
    { __provider: _, ...news }: Inputs<acceptances.ClientSecretAcceptanceInputs>,
  ) => acceptances.writeClientSecretAcceptance(news),
  // What Entra accepted once is not looked at again: a refused sign-in shows in the connection's status.
  read: (id, props: acceptances.ClientSecretAcceptanceOutputs) => Promise.resolve({ id, props }),
  delete: () => Promise.resolve(),
};
