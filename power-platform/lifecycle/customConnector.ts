import type { Clients } from "../client/clients";
import { RequestError } from "../client/errors";
import type { WireConnector } from "../client/wireTypes";
import { markerKey } from "../marker";
import { connectorBody } from "./connectorBody";
import { uploadFiles } from "./connectorFiles";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "./connectorInputs";
import { adoptConnector } from "./connectorAdoption";
import { outputsOf } from "./connectorOutputs";
import { IncompleteError } from "./failure";
import { sharingChange } from "./sharing";
import { waitFor } from "./waiting";

const goneDeadlineSeconds = 120;
/** How long a connector may take to be listed whose creation was not answered. */
const lostAnswerDeadlineSeconds = 30;

/** The connector that carries our marker, made by an earlier attempt whose answer was lost. */
async function findMarked(
  { connectors, anonymous }: Clients,
  inputs: CustomConnectorInputs,
): Promise<WireConnector | undefined> {
  const { environmentId, definition } = inputs;
  const sameTitle = (await connectors.list(environmentId)).filter(
    ({ properties }) => properties.displayName === definition.info.title,
  );
  for (const { name } of sameTitle) {
    const connector = await connectors.get(environmentId, name);
    const found = connector && (await connectors.definition(connector, anonymous));
    const info = found?.info as Record<string, unknown> | undefined;
    if (info?.[markerKey] === definition.info[markerKey]) return connector;
  }
  return undefined;
}

const answerWasLost = (error: unknown) => error instanceof RequestError && (error.status === 0 || error.status >= 500);

async function make(clients: Clients, inputs: CustomConnectorInputs): Promise<WireConnector> {
  const { environmentId, definition } = inputs;
  const body = connectorBody(inputs, await uploadFiles(clients, inputs), true);
  try {
    return await clients.connectors.create(environmentId, definition.info.title, body);
  } catch (error) {
    if (!answerWasLost(error)) throw error;
    const patience = { deadlineSeconds: lostAnswerDeadlineSeconds };
    return await waitFor<WireConnector>("the custom connector whose creation was not answered", patience, async () => {
      const found = await findMarked(clients, inputs);
      return found ? { found } : { notYet: "it is not listed" };
    }).catch(() => {
      throw error;
    });
  }
}

/** Shares it as wished, and reads what the service made of it. */
async function finish(
  { connectors }: Clients,
  inputs: CustomConnectorInputs,
  name: string,
  sharedBefore: CustomConnectorInputs["shareWith"],
): Promise<CustomConnectorOutputs> {
  const { environmentId, shareWith } = inputs;
  if (shareWith.length > 0 || sharedBefore.length > 0) {
    const change = sharingChange(await connectors.permissions(environmentId, name), shareWith, sharedBefore);
    if (change.missing.length > 0 || change.removed.length > 0) {
      await connectors.modifyPermissions(environmentId, name, change.missing, change.removed);
    }
  }
  const connector = await connectors.get(environmentId, name);
  if (connector) return outputsOf(inputs, connector);
  throw new Error(`The custom connector ${name} is gone right after it was written. Run the update again.`);
}

async function write(clients: Clients, inputs: CustomConnectorInputs, name: string): Promise<void> {
  const files = await uploadFiles(clients, inputs);
  await clients.connectors.update(inputs.environmentId, name, connectorBody(inputs, files, false));
}

/**
 * Makes the connector, or takes up the one that an earlier, unanswered attempt made: the service chooses the name, so that
 * a marker inside the definition is the only thing by which it can be known again (docs/decisions/0012).
 */
export async function createCustomConnector(
  clients: Clients,
  inputs: CustomConnectorInputs,
): Promise<{ id: string; outs: CustomConnectorOutputs }> {
  if (inputs.adopt !== undefined) return adoptConnector(clients, inputs, inputs.adopt);
  const marked = await findMarked(clients, inputs);
  const { name, id } = marked ?? (await make(clients, inputs));
  try {
    if (marked) await write(clients, inputs, name);
    return { id, outs: await finish(clients, inputs, name, []) };
  } catch (error) {
    const known = outputsOf(inputs, { name, id, properties: { displayName: inputs.definition.info.title } });
    throw new IncompleteError(id, { ...known, status: "Incomplete" }, error);
  }
}

/** Brings the connector to the inputs. */
export async function updateCustomConnector(
  clients: Clients,
  olds: CustomConnectorOutputs,
  inputs: CustomConnectorInputs,
): Promise<{ outs: CustomConnectorOutputs }> {
  await write(clients, inputs, olds.internalName);
  return { outs: await finish(clients, inputs, olds.internalName, olds.shareWith) };
}

/** @throws Error naming the connections of others, who would be left without their connector */
async function refuseWhileUsed({ connectors, callerId }: Clients, olds: CustomConnectorOutputs): Promise<void> {
  const { environmentId, internalName, definition } = olds;
  const used = (await connectors.connectionsOf(environmentId, internalName)) ?? [];
  if (used.length === 0) return;
  const caller = await callerId();
  const ofOthers = used.filter(({ properties }) => properties.createdBy?.id !== caller);
  if (ofOthers.length === 0) return;
  const listed = ofOthers.map(
    ({ name, properties }) =>
      `${properties.displayName ?? name} (${name}) of ${properties.createdBy?.displayName ?? "somebody"}`,
  );
  throw new Error(
    `The custom connector ${definition.info.title} (${internalName}) is not deleted, because connections of others use it: ` +
      `${listed.join(", ")}. Have them removed, or set deleteWhileUsed and run an update before the destroy.`,
  );
}

/** Deletes the connector and waits until it is gone. */
export async function deleteCustomConnector(clients: Clients, olds: CustomConnectorOutputs): Promise<void> {
  const { environmentId, internalName } = olds;
  if (!olds.deleteWhileUsed) await refuseWhileUsed(clients, olds);
  await clients.connectors.delete(environmentId, internalName);
  await waitFor(`${internalName} to be gone`, { deadlineSeconds: goneDeadlineSeconds }, async () =>
    (await clients.connectors.get(environmentId, internalName)) ? { notYet: "it is still there" } : { found: true },
  );
}
