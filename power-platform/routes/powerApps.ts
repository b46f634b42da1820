import type { Clients } from "../client/clients";
import { OddAnswerError } from "../client/answers";
import { RequestError } from "../client/errors";
import type { WireConnector } from "../client/wireTypes";
import { connectorBody } from "../lifecycle/connectorBody";
import { locationOf, uploadFiles } from "../lifecycle/connectorFiles";
import type { CustomConnectorInputs } from "../lifecycle/connectorInputs";
import { signInSettings } from "../lifecycle/connectorOutputs";
import { oncePrincipalsAreKnown, sharingChange, stillShared } from "../lifecycle/sharing";
import { sameTitle, titleTaken } from "../lifecycle/titleTaken";
import { DeadlineError, waitFor } from "../lifecycle/waiting";
import type { Share } from "../types";
import type { ConnectorRoute, FileLocations, Place } from "./route";

const goneDeadlineSeconds = 120;
/** How long a connector may take to be listed whose creation was not answered. */
const lostAnswerDeadlineSeconds = 30;

/** How long a connector that was written may be unknown to the server that is asked next. */
const knownDeadlineSeconds = 60;

const answerWasLost = (error: unknown) =>
  error instanceof OddAnswerError ||
  (error instanceof RequestError && (error.status === 0 || error.status === 408 || error.status >= 500));
/** Ours, perhaps, by an attempt that is not listed yet. */
const isThere = (error: unknown) =>
  error instanceof RequestError && (error.status === 409 || error.code === "ApiAlreadyExists");

/** Whether the answer to a creation says what the service has chosen; it is documented nowhere that it must. */
const isWhole = (connector: WireConnector) =>
  Boolean(connector.properties.primaryRuntimeUrl) &&
  signInSettings(connector).every(({ redirectUrl }) => Boolean(redirectUrl));

const isNotOfDataverse = ({ properties }: WireConnector) => !properties.metadata?.xrmConnectorId;

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
    const { own, others } = await sameTitle(this.clients, inputs);
    // One that Dataverse owns is another resource, even when it was made of the same definition.
    const marked = own.find(isNotOfDataverse);
    if (!marked && others.length > 0) throw titleTaken(inputs.definition.info.title, inputs.environmentId, others);
    if (marked) return { place: placeOf(marked), isNew: false };
    const connector = await this.create(inputs);
    return { place: placeOf(connector), isNew: true, ...(isWhole(connector) ? { connector } : {}) };
  }

  async write(inputs: CustomConnectorInputs, { internalName }: Place): Promise<void> {
    const body = connectorBody(inputs, await uploadFiles(this.clients, inputs), false);
    await this.clients.connectors.update(inputs.environmentId, internalName, body);
  }

  async settled({ environmentId }: CustomConnectorInputs, { internalName }: Place): Promise<WireConnector> {
    const patience = { deadlineSeconds: knownDeadlineSeconds };
    return waitFor<WireConnector>(`${internalName} to be known`, patience, async () => {
      const connector = await this.clients.connectors.get(environmentId, internalName);
      return connector ? { found: connector } : { notYet: "it was written, and is not found" };
    });
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
    await oncePrincipalsAreKnown(() =>
      connectors.modifyPermissions(environmentId, internalName, change.missing, change.removed),
    );
  }

  async stillShared({ environmentId, shareWith }: CustomConnectorInputs, { internalName }: Place): Promise<Share[]> {
    if (shareWith.length === 0) return [];
    return stillShared(await this.clients.connectors.permissions(environmentId, internalName), shareWith);
  }

  async remove({ environmentId }: CustomConnectorInputs, { internalName }: Place): Promise<void> {
    const { connectors } = this.clients;
    await waitFor(`${internalName} to be gone`, { deadlineSeconds: goneDeadlineSeconds }, async () => {
      // Each time, since a 404 is believed, and may have been said by a server that did not know of it yet.
      await connectors.delete(environmentId, internalName);
      return (await connectors.get(environmentId, internalName)) ? { notYet: "it is still there" } : { found: true };
    });
  }

  private async create(inputs: CustomConnectorInputs): Promise<WireConnector> {
    const { environmentId, definition } = inputs;
    if (inputs.oauthClientSecretVariable !== undefined) {
      throw new Error(
        "oauthClientSecretVariable needs an environment with Dataverse, whose variables it names: set oauthClientSecret instead, or route to dataverse.",
      );
    }
    const body = connectorBody(inputs, await uploadFiles(this.clients, inputs), true);
    try {
      return await this.clients.connectors.create(environmentId, definition.info.title, body);
    } catch (error) {
      if (!answerWasLost(error) && !isThere(error)) throw error;
      return this.afterLostAnswer(inputs, error as Error);
    }
  }

  /** The connector that was made all the same, once it is listed. @throws Error when it is not, or is somebody else's */
  private async afterLostAnswer(inputs: CustomConnectorInputs, error: Error): Promise<WireConnector> {
    const what = "the custom connector whose creation was not answered";
    const patience = { deadlineSeconds: lostAnswerDeadlineSeconds };
    const { environmentId, definition } = inputs;
    const taken = (others: readonly WireConnector[]) => titleTaken(definition.info.title, environmentId, others);
    const looked = waitFor<WireConnector>(what, patience, async () => {
      const { own, others } = await sameTitle(this.clients, inputs);
      const found = own.find(isNotOfDataverse);
      if (found) return { found };
      if (isThere(error) && others.length > 0) throw taken(others);
      return { notYet: "it is not listed" };
    });
    return looked.catch((reason: unknown) => {
      if (!isThere(error)) throw error;
      throw reason instanceof DeadlineError ? taken([]) : reason;
    });
  }
}
