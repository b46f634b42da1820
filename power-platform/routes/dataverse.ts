import fs from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Clients } from "../client/clients";
import type { RowAccess } from "../client/dataverseConnectors";
import { RequestError } from "../client/errors";
import type { WireConnector } from "../client/wireTypes";
import { uuidOf } from "../identity";
import type { CustomConnectorInputs } from "../lifecycle/connectorInputs";
import { includesSettings } from "../lifecycle/sameSettings";
import { sameTitle, titleTaken } from "../lifecycle/titleTaken";
import { type Look, waitFor } from "../lifecycle/waiting";
import type { Share } from "../types";
import { contentOf, rowName, rowOf } from "./connectorRow";
import type { ConnectorRoute, Place } from "./route";

/** Dataverse hands a row on to the Power Apps resource provider when it gets to it: a minute and a half is common. */
const syncDeadlineSeconds = 600;
/** The solution that takes what is put into no other. */
const defaultSolution = "Default";

/** Source: https://learn.microsoft.com/power-apps/developer/data-platform/security-sharing-assigning */
const accessOf: Record<Share["role"], string[]> = {
  CanView: ["ReadAccess"],
  CanViewWithShare: ["ReadAccess", "ShareAccess"],
  CanEdit: ["ReadAccess", "WriteAccess"],
};

/** Ids of the variable and its value, so that a write can be repeated. */
const variableIds = ({ identity }: CustomConnectorInputs) => ({
  variable: uuidOf(identity, "secret variable"),
  value: uuidOf(identity, "value of the secret variable"),
});

const isOf = ({ Principal }: RowAccess, id: string) =>
  [Principal.systemuserid, Principal.teamid, Principal.ownerid].includes(id);

/** The table `connector` of Dataverse: documented for service principals, part of solutions, with ids of the caller's. */
export class DataverseRoute implements ConnectorRoute {
  constructor(
    private readonly clients: Clients,
    private readonly organizationUrl: string,
  ) {}

  async make(inputs: CustomConnectorInputs) {
    const { dataverse } = this.clients;
    const dataverseId = uuidOf(inputs.identity, "dataverse");
    const solution = inputs.solution ?? defaultSolution;
    const name = rowName(
      await dataverse.prefix(this.organizationUrl, solution),
      inputs.definition.info.title,
      dataverseId,
    );
    const row = { ...rowOf(inputs), name, connectortype: 1 } as const;
    // Dataverse would take a second one of the same title, and makers could not tell the two apart.
    const isThere = (await dataverse.get(this.organizationUrl, dataverseId)) !== undefined;
    const { others } = isThere ? { others: [] } : await sameTitle(this.clients, inputs);
    if (others.length > 0) throw titleTaken(inputs.definition.info.title, inputs.environmentId, others);
    await this.writeVariable(inputs);
    const isNew = await dataverse.create(this.organizationUrl, dataverseId, row, solution);
    const id = `${new URL(this.organizationUrl).origin}/connectors(${dataverseId})`;
    if (isNew) await this.writeIcon(inputs, dataverseId);
    return { place: { id, internalName: "", dataverseId }, isNew };
  }

  async write(inputs: CustomConnectorInputs, { dataverseId }: Place): Promise<void> {
    await this.writeVariable(inputs);
    await this.clients.dataverse.update(this.organizationUrl, dataverseId, rowOf(inputs));
    await this.writeIcon(inputs, dataverseId);
  }

  async settled(inputs: CustomConnectorInputs, { dataverseId }: Place): Promise<WireConnector> {
    const title = inputs.definition.info.title;
    const patience = { deadlineSeconds: syncDeadlineSeconds };
    return waitFor<WireConnector>(`Dataverse to hand ${title} on to Power Apps`, patience, () =>
      this.lookForSynced(inputs, dataverseId),
    );
  }

  async content(inputs: CustomConnectorInputs, { dataverseId }: Place) {
    const row = await this.clients.dataverse.get(this.organizationUrl, dataverseId);
    if (!row) return undefined;
    const name = row.connectorinternalid;
    const connector = name ? await this.clients.connectors.get(inputs.environmentId, name) : undefined;
    return { ...(connector ? { connector } : {}), content: contentOf(row, inputs) };
  }

  async share({ shareWith }: CustomConnectorInputs, { dataverseId }: Place, before: readonly Share[]): Promise<void> {
    const { dataverse } = this.clients;
    const wanted = new Set(shareWith.map(({ principalId }) => principalId));
    for (const { principalId, principalType } of before.filter((share) => !wanted.has(share.principalId))) {
      const { id: _id, ...principal } = await dataverse.principal(this.organizationUrl, principalId, principalType);
      await dataverse.revoke(this.organizationUrl, dataverseId, principal);
    }
    for (const { principalId, principalType, role } of shareWith) {
      const { id: _id, ...principal } = await dataverse.principal(this.organizationUrl, principalId, principalType);
      await dataverse.grant(this.organizationUrl, dataverseId, principal, accessOf[role].join(", "));
    }
  }

  async stillShared({ shareWith }: CustomConnectorInputs, { dataverseId }: Place): Promise<Share[]> {
    if (shareWith.length === 0) return [];
    const { dataverse } = this.clients;
    const accesses = await dataverse.access(this.organizationUrl, dataverseId);
    const still: Share[] = [];
    for (const share of shareWith) {
      const { id } = await dataverse.principal(this.organizationUrl, share.principalId, share.principalType);
      const access = accesses.find((one) => isOf(one, id))?.AccessMask ?? "";
      if (accessOf[share.role].every((right) => access.includes(right))) still.push(share);
    }
    return still;
  }

  async remove(olds: CustomConnectorInputs, { dataverseId, internalName }: Place): Promise<void> {
    const { environmentId } = olds;
    const { connectors, dataverse } = this.clients;
    const patience = { deadlineSeconds: syncDeadlineSeconds };
    await waitFor(`${internalName || dataverseId} to be gone`, patience, async () => {
      // Each time, since a 404 is believed, and may have been said by a server that did not know of it yet.
      await dataverse.delete(this.organizationUrl, dataverseId);
      if (await dataverse.get(this.organizationUrl, dataverseId)) return { notYet: "its row is still there" };
      if (internalName === "" || !(await connectors.get(environmentId, internalName))) return { found: true };
      return { notYet: "it is still there" };
    });
    if (olds.oauthClientSecretVariable?.secretId !== undefined)
      await dataverse.deleteSecretVariable(this.organizationUrl, variableIds(olds).variable);
  }

  /** The environment variable with the client secret of the user's sign-in, where the connector is to bring its own. */
  private async writeVariable(inputs: CustomConnectorInputs): Promise<void> {
    const { oauthClientSecretVariable: variable, oauthClientSecret, definition, solution } = inputs;
    if (variable === undefined && oauthClientSecret) {
      console.error(
        `Dataverse keeps no client secret: users of ${definition.info.title} cannot sign in until it has oauthClientSecretVariable, ` +
          `or somebody types the secret in the maker portal.`,
      );
    }
    if (variable?.secretId === undefined) return;
    const { schemaName, secretId } = variable;
    await this.clients.dataverse.putSecretVariable(
      this.organizationUrl,
      variableIds(inputs),
      { schemaName, secretId },
      solution ?? defaultSolution,
    );
  }

  /** The connector at the Power Apps resource provider, once it has the row's definition and ways of signing in. */
  private async lookForSynced(inputs: CustomConnectorInputs, dataverseId: string): Promise<Look<WireConnector>> {
    const { connectors, dataverse, anonymous } = this.clients;
    const name = (await dataverse.get(this.organizationUrl, dataverseId))?.connectorinternalid;
    if (!name) return { notYet: "the row has no connectorinternalid yet" };
    const connector = await connectors.get(inputs.environmentId, name);
    if (!connector) return { notYet: `${name} is not there yet` };
    const sameSets = includesSettings(connector.properties.connectionParameterSets, inputs.connectionParameterSets);
    const isSame = sameSets && isDeepStrictEqual(await connectors.definition(connector, anonymous), inputs.definition);
    return isSame ? { found: connector } : { notYet: `${name} has not got what was written last` };
  }

  /** Documented as impossible through the Web API, and done by solutions all the same: tried, and its failure said. */
  private async writeIcon({ icon }: CustomConnectorInputs, dataverseId: string): Promise<void> {
    if (icon === undefined) return;
    const iconblob = (await fs.promises.readFile(icon.path)).toString("base64");
    try {
      await this.clients.dataverse.update(this.organizationUrl, dataverseId, { iconblob });
    } catch (error) {
      if (!(error instanceof RequestError) || error.status !== 400) throw error;
      console.error(`Dataverse does not take the icon ${icon.path}; set it in the maker portal. ${error.message}`);
    }
  }
}
