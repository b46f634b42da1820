import crypto from "node:crypto";
import type { StackOutputs } from "../../outputs";
import { roleDefinitionId } from "../../components/roles";
import { Endpoints } from "../../power-platform/client/endpoints";
import { seed } from "../../local-cloud/seed";
import type { Wire } from "./wire";

const graph = "https://graph.microsoft.com";
const arm = "https://management.azure.com";
const day = 24 * 60 * 60 * 1000;

/** How long the one secret is used, and how long it lasts. */
export interface NaiveRhythm {
  periodDays: number;
  lifeDays: number;
}

/**
 * What people do without two slots: an application with one client secret, which is replaced in place when it is due. As
 * resources with "replace when changed" do it, the present one goes first; the connection is told the new one at once.
 */
export class NaiveApplication {
  /** The operation's URL through its own connection of the same connector. */
  readonly url: string;
  private madeAt = 0;
  private keyId = "";
  private readonly connection: { url: string; scope: string };
  private readonly sharing: { url: string; scope: string };

  private constructor(
    private readonly wire: Wire,
    private readonly outputs: StackOutputs,
    private readonly rhythm: NaiveRhythm,
    private readonly ids: { objectId: string; clientId: string },
  ) {
    const { environmentId, connectorName } = outputs;
    const address = { environmentId, connectorName, connectionName: crypto.randomUUID().replaceAll("-", "") };
    const endpoints = new Endpoints("public");
    this.connection = endpoints.connection(address);
    this.sharing = endpoints.connection(address, "modifyPermissions");
    this.url = (outputs.operations[0]?.url ?? "").replace(outputs.connectionName, address.connectionName);
  }

  /** Makes application, role, secret and connection beside those of a stack. @param now time of the local cloud */
  static async make(wire: Wire, outputs: StackOutputs, rhythm: NaiveRhythm, now: Date): Promise<NaiveApplication> {
    const token = await wire.deployerToken(graph);
    const application = await wire.must<{ id: string; appId: string }>("POST", `${graph}/v1.0/applications`, {
      token,
      json: { displayName: "One secret, replaced in place" },
    });
    const principal = await wire.must<{ id: string }>("POST", `${graph}/v1.0/servicePrincipals`, {
      token,
      json: { appId: application.appId },
    });
    const scope = Object.values(outputs.secrets)[0]?.id ?? "";
    const assignment = `${arm}${scope}/providers/Microsoft.Authorization/roleAssignments/${crypto.randomUUID()}`;
    await wire.must("PUT", `${assignment}?api-version=2022-04-01`, {
      token: await wire.deployerToken(arm),
      json: {
        properties: {
          roleDefinitionId: roleDefinitionId(scope, "Key Vault Secrets User"),
          principalId: principal.id,
          principalType: "ServicePrincipal",
        },
      },
    });
    const made = new NaiveApplication(wire, outputs, rhythm, { objectId: application.id, clientId: application.appId });
    await made.replace(now);
    await made.share();
    return made;
  }

  /** Whether a run at this time replaces the secret. */
  isDue(now: Date): boolean {
    return now.getTime() - this.madeAt >= this.rhythm.periodDays * day;
  }

  /** Replaces the secret in place. */
  async replace(now: Date): Promise<void> {
    const { wire, ids } = this;
    const token = await wire.deployerToken(graph);
    const application = `${graph}/v1.0/applications/${ids.objectId}`;
    if (this.keyId !== "")
      await wire.must("POST", `${application}/removePassword`, { token, json: { keyId: this.keyId } });
    const endDateTime = new Date(now.getTime() + this.rhythm.lifeDays * day).toISOString();
    const made = await wire.must<{ keyId: string; secretText: string }>("POST", `${application}/addPassword`, {
      token,
      json: { passwordCredential: { displayName: "the only one", endDateTime } },
    });
    this.keyId = made.keyId;
    this.madeAt = now.getTime();
    const values = {
      "token:clientId": { value: ids.clientId },
      "token:clientSecret": { value: made.secretText },
      "token:TenantId": { value: this.outputs.tenantId },
    };
    await wire.must("PUT", this.connection.url, {
      token: await this.powerPlatformToken(),
      json: {
        properties: {
          displayName: "One secret, replaced in place",
          connectionParametersSet: { name: "oAuthClientCredentials", values },
        },
      },
    });
  }

  private powerPlatformToken(): Promise<string> {
    return this.wire.deployerToken(this.connection.scope.replace("/.default", ""));
  }

  private async share(): Promise<void> {
    const principal = { id: seed.makers.objectId, type: "Group", tenantId: null };
    await this.wire.must("POST", this.sharing.url, {
      token: await this.powerPlatformToken(),
      json: { put: [{ properties: { roleName: "CanView", capabilities: [], principal } }] },
    });
  }
}
