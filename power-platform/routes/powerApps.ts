import type { Clients } from "../client/clients";
import { RequestError } from "../client/errors";
import type { WireConnector } from "../client/wireTypes";
import { connectorBody } from "../lifecycle/connectorBody";
import { locationOf, uploadFiles } from "../lifecycle/connectorFiles";
import type { CustomConnectorInputs } from "../lifecycle/connectorInputs";
import { sharingChange, stillShared } from "../lifecycle/sharing";
import { waitFor } from "../lifecycle/waiting";
import { markerKey } from "../marker";
import type { Share } from "../types";
import type { ConnectorRoute, FileLocations, Place } from "./route";

const goneDeadlineSeconds = 120;
/** How long a connector may take to be listed whose creation was not answered. */
const lostAnswerDeadlineSeconds = 30;

const answerWasLost = (error: unknown) => error instanceof RequestError && (error.status === 0 || error.status >= 500);

export const placeOf = ({ name, id }: Pick<WireConnector, "name" | "id">): Place => ({
  id,
  internalName: name,
  dataverseId: "",
});

/**
 * The Power Apps resource provider, which the portal and paconn use. The service chooses a connector's name, so that a marker
 * inside the definition is the only thing by which it can be known again (docs/decisions/0012).
 */
export class PowerAppsRoute implements ConnectorRoute {
  constructor(private readonly clients: Clients) {}

  async make(inputs: CustomConnectorInputs) {
    const marked = await this.findMarked(inputs);
    return { place: placeOf(marked ?? (await this.create(inputs))), isNew: marked === undefined };
  }

  async write(inputs: CustomConnectorInputs, { internalName }: Place): Promise<void> {
    const body = connectorBody(inputs, await uploadFiles(this.clients, inputs), false);
    await this.clients.connectors.update(inputs.environmentId, internalName, body);
  }

  async settled({ environmentId }: CustomConnectorInputs, { internalName }: Place): Promise<WireConnector> {
    const connector = await this.clients.connectors.get(environmentId, internalName);
    if (connector) return connector;
    throw new Error(`The custom connector ${internalName} is gone right after it was written. Run the update again.`);
  }

  async content(inputs: CustomConnectorInputs & FileLocations, { internalName }: Place) {
    const { connectors, anonymous } = this.clients;
    const connector = await connectors.get(inputs.environmentId, internalName);
    if (!connector) return undefined;
    const { properties } = connector;
    return {
      connector,
      content: {
        // As it was sent; what the connector itself shows is rewritten.
        definition: await connectors.definition(connector, anonymous),
        connectionParameterSets: properties.connectionParameterSets,
        connectionParameters: properties.connectionParameters ?? {},
        iconBrandColor: properties.iconBrandColor,
        capabilities: properties.capabilities ?? [],
        policies: properties.policyTemplateInstances ?? [],
        scriptOperations: properties.scriptOperations ?? [],
        sameIcon: inputs.icon === undefined || locationOf(properties.iconUri) === inputs.iconLocation,
        sameScript: inputs.script === undefined || locationOf(properties.scriptDefinitionUrl) === inputs.scriptLocation,
      },
    };
  }

  async share(inputs: CustomConnectorInputs, { internalName }: Place, before: readonly Share[]): Promise<void> {
    const { environmentId, shareWith } = inputs;
    if (shareWith.length === 0 && before.length === 0) return;
    const { connectors } = this.clients;
    const change = sharingChange(await connectors.permissions(environmentId, internalName), shareWith, before);
    if (change.missing.length === 0 && change.removed.length === 0) return;
    await connectors.modifyPermissions(environmentId, internalName, change.missing, change.removed);
  }

  async stillShared({ environmentId, shareWith }: CustomConnectorInputs, { internalName }: Place): Promise<Share[]> {
    if (shareWith.length === 0) return [];
    return stillShared(await this.clients.connectors.permissions(environmentId, internalName), shareWith);
  }

  async remove(environmentId: string, { internalName }: Place): Promise<void> {
    const { connectors } = this.clients;
    await connectors.delete(environmentId, internalName);
    await waitFor(`${internalName} to be gone`, { deadlineSeconds: goneDeadlineSeconds }, async () =>
      (await connectors.get(environmentId, internalName)) ? { notYet: "it is still there" } : { found: true },
    );
  }

  /** The connector that carries our marker, made by an earlier attempt whose answer was lost. */
  private async findMarked(inputs: CustomConnectorInputs): Promise<WireConnector | undefined> {
    const { connectors, anonymous } = this.clients;
    const { environmentId, definition } = inputs;
    const sameTitle = (await connectors.list(environmentId)).filter(
      // One that Dataverse owns is another resource, even when it was made of the same definition.
      ({ properties }) => properties.displayName === definition.info.title && !properties.metadata?.xrmConnectorId,
    );
    for (const { name } of sameTitle) {
      const connector = await connectors.get(environmentId, name);
      const found = connector && (await connectors.definition(connector, anonymous));
      const info = found?.info as Record<string, unknown> | undefined;
      if (info?.[markerKey] === definition.info[markerKey]) return connector;
    }
    return undefined;
  }

  private async create(inputs: CustomConnectorInputs): Promise<WireConnector> {
    const { environmentId, definition } = inputs;
    const body = connectorBody(inputs, await uploadFiles(this.clients, inputs), true);
    try {
      return await this.clients.connectors.create(environmentId, definition.info.title, body);
    } catch (error) {
      if (!answerWasLost(error)) throw error;
      const patience = { deadlineSeconds: lostAnswerDeadlineSeconds };
      return await waitFor<WireConnector>(
        "the custom connector whose creation was not answered",
        patience,
        async () => {
          const found = await this.findMarked(inputs);
          return found ? { found } : { notYet: "it is not listed" };
        },
      ).catch(() => {
        throw error;
      });
    }
  }
}
