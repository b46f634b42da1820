import { z } from "zod";
import { dataverseEndpoint } from "./endpoints";
import type { HttpClient } from "./http";
import { parseAnswer } from "./answers";

const text = z.string().nullish();

const rowSchema = z.looseObject({
  connectorid: z.string(),
  name: text,
  displayname: text,
  description: text,
  openapidefinition: text,
  connectionparameters: text,
  connectionparametersets: text,
  policytemplateinstances: text,
  scriptoperations: text,
  customcodeblobcontent: text,
  iconbrandcolor: text,
  capabilities: text,
  connectorinternalid: text,
});
/** A row of the table `connector`. */
export type ConnectorRow = z.infer<typeof rowSchema>;

/**
 * What is written of a row.
 * Source: https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/connector
 */
export interface ConnectorColumns {
  /** Given once. */
  name?: string;
  /** Given once: 1 is a custom connector. */
  connectortype?: 1;
  displayname?: string;
  description?: string;
  openapidefinition?: string;
  connectionparameters?: string;
  connectionparametersets?: string | null;
  policytemplateinstances?: string;
  scriptoperations?: string;
  customcodeblobcontent?: string | null;
  iconbrandcolor?: string;
  /** Numbers of choices, separated by commas. */
  capabilities?: string | null;
  /** base64. */
  iconblob?: string;
}

const columns = Object.keys(rowSchema.shape).join(",");
const found = z.looseObject({ value: z.array(z.record(z.string(), z.unknown())) });
const publisherSchema = z.looseObject({ customizationprefix: z.string() });
const sharedSchema = z.looseObject({
  PrincipalAccesses: z.array(
    z.looseObject({
      AccessMask: z.string(),
      Principal: z.looseObject({ systemuserid: text, teamid: text, ownerid: text }),
    }),
  ),
});
export type RowAccess = z.infer<typeof sharedSchema>["PrincipalAccesses"][number];

/** A user or team of Dataverse, as its actions take it. */
export type DataversePrincipal = { "@odata.type": string } & Record<string, string>;

const odata = { "odata-version": "4.0", "odata-maxversion": "4.0" };
/** A text in a filter. */
const quoted = (value: string) => `'${encodeURIComponent(value.replaceAll("'", "''")).replaceAll("'", "%27")}'`;

/**
 * Custom connectors as rows of Dataverse, in solutions.
 * Source: https://learn.microsoft.com/connectors/custom-connectors/use-custom-connector-solution
 */
export class DataverseConnectors {
  constructor(private readonly http: HttpClient) {}

  private async first(organizationUrl: string, below: string, action: string) {
    const answer = await this.http.send("GET", dataverseEndpoint(organizationUrl, below), { action, headers: odata });
    return parseAnswer(found, answer, action).value[0];
  }

  /** The prefix that the publisher of a solution gives the names of its rows. @throws Error when there is no such solution */
  async prefix(organizationUrl: string, solution: string): Promise<string> {
    const action = `find the solution ${solution}`;
    const below = `solutions?$select=uniquename,_publisherid_value&$filter=uniquename eq ${quoted(solution)}`;
    const publisher = (await this.first(organizationUrl, below, action))?._publisherid_value;
    if (typeof publisher !== "string") {
      throw new Error(
        `There is no solution with the unique name ${solution} in ${organizationUrl}: make it in the maker portal, or leave the setting out.`,
      );
    }
    const endpoint = dataverseEndpoint(organizationUrl, `publishers(${publisher})?$select=customizationprefix`);
    const answer = await this.http.send("GET", endpoint, { action, headers: odata });
    return parseAnswer(publisherSchema, answer, action).customizationprefix;
  }

  /** @returns undefined when there is none of that id */
  async get(organizationUrl: string, id: string): Promise<ConnectorRow | undefined> {
    const action = `read the custom connector ${id} in Dataverse`;
    const endpoint = dataverseEndpoint(organizationUrl, `connectors(${id})?$select=${columns}`);
    const answer = await this.http.send("GET", endpoint, { action, headers: odata, accepted: [404] });
    return answer.status === 404 ? undefined : parseAnswer(rowSchema, answer, action);
  }

  /** @returns false when there is one of that id already, which is then left as it is */
  async create(organizationUrl: string, id: string, row: ConnectorColumns, solution: string): Promise<boolean> {
    const { status } = await this.http.send("PATCH", dataverseEndpoint(organizationUrl, `connectors(${id})`), {
      action: `create the custom connector ${row.displayname ?? id} in Dataverse`,
      body: row,
      headers: { ...odata, "if-none-match": "*", "mscrm.solutionuniquename": solution },
      accepted: [412],
    });
    return status !== 412;
  }

  async update(organizationUrl: string, id: string, row: ConnectorColumns): Promise<void> {
    await this.http.send("PATCH", dataverseEndpoint(organizationUrl, `connectors(${id})`), {
      action: `update the custom connector ${row.displayname ?? id} in Dataverse`,
      body: row,
      headers: { ...odata, "if-match": "*" },
    });
  }

  /** Deleting what is gone is fine. */
  async delete(organizationUrl: string, id: string): Promise<void> {
    await this.http.send("DELETE", dataverseEndpoint(organizationUrl, `connectors(${id})`), {
      action: `delete the custom connector ${id} in Dataverse`,
      headers: odata,
      accepted: [404],
    });
  }

  /**
   * Makes an environment variable that names a secret in Key Vault, or brings it to that.
   * Source: https://learn.microsoft.com/power-apps/maker/data-platform/environmentvariables-azure-key-vault-secrets
   * @param ids of the variable and of its value, chosen by the caller
   */
  async putSecretVariable(
    organizationUrl: string,
    ids: { variable: string; value: string },
    { schemaName, secretId }: { schemaName: string; secretId: string },
    solution: string,
  ): Promise<void> {
    const action = `write the environment variable ${schemaName}`;
    const headers = { ...odata, "mscrm.solutionuniquename": solution };
    const definition = dataverseEndpoint(organizationUrl, `environmentvariabledefinitions(${ids.variable})`);
    await this.http.send("PATCH", definition, {
      action,
      headers,
      body: { schemaname: schemaName, displayname: schemaName, type: secretType, secretstore: keyVault },
    });
    const value = dataverseEndpoint(organizationUrl, `environmentvariablevalues(${ids.value})`);
    const bound = `/environmentvariabledefinitions(${ids.variable})`;
    await this.http.send("PATCH", value, {
      action,
      headers,
      body: { value: secretId, "EnvironmentVariableDefinitionId@odata.bind": bound },
    });
  }

  /** Deletes an environment variable and its value. Deleting what is gone is fine. */
  async deleteSecretVariable(organizationUrl: string, id: string): Promise<void> {
    await this.http.send("DELETE", dataverseEndpoint(organizationUrl, `environmentvariabledefinitions(${id})`), {
      action: `delete the environment variable ${id}`,
      headers: odata,
      accepted: [404],
    });
  }

  /** The user or team that a principal of Entra is in Dataverse. @throws Error when it is none */
  async principal(
    organizationUrl: string,
    principalId: string,
    type: "User" | "Group",
  ): Promise<DataversePrincipal & { id: string }> {
    const entity = type === "User" ? "systemuser" : "team";
    const key = `${entity}id`;
    const action = `find ${principalId} in Dataverse`;
    const below = `${entity}s?$select=${key}&$filter=azureactivedirectoryobjectid eq ${principalId}`;
    const id = (await this.first(organizationUrl, below, action))?.[key];
    if (typeof id === "string") return { "@odata.type": `Microsoft.Dynamics.CRM.${entity}`, [key]: id, id };
    throw new Error(
      `The ${type === "User" ? "user" : "group"} ${principalId} is not known to Dataverse (${organizationUrl}): add ` +
        `${type === "User" ? "the user to the environment" : "a team of this Entra group"}, or take it off shareWith.`,
    );
  }

  async access(organizationUrl: string, id: string): Promise<RowAccess[]> {
    const action = `read with whom the custom connector ${id} is shared`;
    const target = encodeURIComponent(JSON.stringify({ "@odata.id": `connectors(${id})` }));
    const endpoint = dataverseEndpoint(
      organizationUrl,
      `RetrieveSharedPrincipalsAndAccess(Target=@target)?@target=${target}`,
    );
    const answer = await this.http.send("GET", endpoint, { action, headers: odata });
    return parseAnswer(sharedSchema, answer, action).PrincipalAccesses;
  }

  /** Giving the same access twice does what once does. */
  async grant(organizationUrl: string, id: string, principal: DataversePrincipal, mask: string): Promise<void> {
    await this.http.send("POST", dataverseEndpoint(organizationUrl, "GrantAccess"), {
      action: `share the custom connector ${id}`,
      body: { Target: target(id), PrincipalAccess: { Principal: principal, AccessMask: mask } },
      headers: odata,
      repeatable: true,
    });
  }

  async revoke(organizationUrl: string, id: string, principal: DataversePrincipal): Promise<void> {
    await this.http.send("POST", dataverseEndpoint(organizationUrl, "RevokeAccess"), {
      action: `stop sharing the custom connector ${id}`,
      body: { Target: target(id), Revokee: principal },
      headers: odata,
      repeatable: true,
    });
  }
}

/** Type of an environment variable that names a secret. */
const secretType = 100_000_005;
/** Where it is: Azure Key Vault. */
const keyVault = 0;

const target = (id: string) => ({ "@odata.type": "Microsoft.Dynamics.CRM.connector", connectorid: id });
