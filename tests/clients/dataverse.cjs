// Runs dynamics-web-api, as it comes from npm, against an organization; prints what it was answered as JSON. Whoever starts it
// gives it the way in the environment: HTTPS_PROXY, NODE_EXTRA_CA_CERTS, DATAVERSE_URL, and a client secret in AZURE_*.
"use strict";

const { DynamicsWebApi } = require("dynamics-web-api");
const { ClientSecretCredential } = require("@azure/identity");
const { setTimeout } = require("node:timers/promises");

const { env } = process;
const credential = new ClientSecretCredential(env.AZURE_TENANT_ID, env.AZURE_CLIENT_ID, env.AZURE_CLIENT_SECRET);

const client = new DynamicsWebApi({
  serverUrl: env.DATAVERSE_URL,
  dataApi: { version: "9.2" },
  proxy: { url: env.HTTPS_PROXY },
  useEntityNames: true,
  onTokenRefresh: async () => (await credential.getToken(`${env.DATAVERSE_URL}/.default`)).token,
});

/** What a call came to, or how it was refused. */
async function attempt(call) {
  try {
    return { value: await call() };
  } catch (error) {
    return { status: error.status, code: error.code, message: error.message };
  }
}

const definition = (title) => ({
  swagger: "2.0",
  info: { title, description: "Reads secrets; more than thirty characters.", version: "1.0" },
  host: "contoso.vault.azure.net",
  basePath: "/",
  schemes: ["https"],
  paths: { "/secrets/one": { get: { operationId: "GetSecret", responses: { 200: { description: "OK" } } } } },
});

const row = (name, more = {}) => ({
  name,
  displayname: name,
  connectortype: 1,
  openapidefinition: JSON.stringify(definition(name)),
  connectionparameters: "{}",
  ...more,
});

const id = "10ca1c10-1111-4111-8111-111111111111";
const sets = JSON.stringify({
  values: [
    {
      name: "oauth2-auth",
      parameters: {
        token: {
          type: "oauthSetting",
          oAuthSettings: { identityProvider: "aad", clientId: "x", clientSecret: "not-kept" },
        },
      },
    },
  ],
});

async function main() {
  const who = await client.callFunction("WhoAmI");

  const publisherid = await client.create({
    collection: "publishers",
    data: {
      uniquename: "contoso",
      friendlyname: "Contoso",
      customizationprefix: "cts",
      customizationoptionvalueprefix: 12345,
    },
  });
  await client.create({
    collection: "solutions",
    data: {
      uniquename: "KeyVaultAccess",
      friendlyname: "Key Vault",
      version: "1.0.0.0",
      "publisherid@odata.bind": `/publishers(${publisherid})`,
    },
  });
  const solution = await client.retrieveMultiple({
    collection: "solutions",
    select: ["uniquename", "_publisherid_value"],
    filter: "uniquename eq 'KEYVAULTACCESS' and publisherid/customizationprefix eq 'cts'",
    expand: [{ property: "publisherid", select: ["customizationprefix"] }],
  });

  // Upsert preconditions: only new, only existing.
  const upsert = (more) =>
    attempt(() =>
      client.upsert({
        collection: "connectors",
        key: id,
        data: row("cts_one", { connectionparametersets: sets }),
        ...more,
      }),
    );
  const absent = await upsert({ ifmatch: "*" });
  const made = await upsert({
    ifnonematch: "*",
    solutionUniqueName: "KeyVaultAccess",
    headers: { "MSCRM.SolutionUniqueName": "KeyVaultAccess" },
  });
  const again = await client.upsert({ collection: "connectors", key: id, data: row("cts_one"), ifnonematch: "*" });
  const first = await client.retrieve({
    collection: "connectors",
    key: id,
    select: ["name", "displayname", "connectorinternalid", "connectionparametersets", "connectortype"],
    includeAnnotations: "*",
  });
  const components = await client.retrieveMultiple({
    collection: "solutioncomponents",
    filter: `objectid eq ${id}`,
    expand: [{ property: "solutionid", select: ["uniquename"] }],
  });

  // Optimistic concurrency.
  const etag = first["@odata.etag"];
  const updated = await attempt(() =>
    client.update({ collection: "connectors", key: id, data: { displayname: "One" }, ifmatch: etag }),
  );
  const stale = await client.update({ collection: "connectors", key: id, data: { displayname: "Two" }, ifmatch: etag });
  const returned = await client.update({
    collection: "connectors",
    key: id,
    data: { description: "changed" },
    returnRepresentation: true,
    select: ["displayname", "description"],
  });
  const single = await client.retrieve({
    collection: "connectors",
    key: id,
    navigationProperty: "createdby",
    select: ["fullname"],
  });

  const more = [];
  for (const name of ["cts_two", "cts_three"]) {
    more.push(
      await client.create({ collection: "connectors", data: row(name), returnRepresentation: true, select: ["name"] }),
    );
  }
  const pages = [];
  for (
    let page = await client.retrieveMultiple({
      collection: "connectors",
      select: ["name"],
      orderBy: ["name desc"],
      maxPageSize: 2,
      count: true,
    });
    ;
  ) {
    pages.push({ names: page.value.map(({ name }) => name), count: page["@odata.count"] });
    if (!page.oDataNextLink) break;
    page = await client.retrieveMultiple(
      { collection: "connectors", select: ["name"], maxPageSize: 2 },
      page.oDataNextLink,
    );
  }
  const all = await client.retrieveAll({
    collection: "connectors",
    select: ["name"],
    filter: "contains(name, 'T') or name eq 'o''clock'",
    orderBy: ["name"],
  });
  const top = await client.retrieveMultiple({
    collection: "connectors",
    select: ["name"],
    top: 1,
    orderBy: ["createdon"],
  });
  const count = await client.count({ collection: "connectors" });

  // Metadata.
  const entity = await client.retrieveEntity({
    key: "LogicalName='connector'",
    select: ["EntitySetName", "PrimaryIdAttribute"],
    expand: [{ property: "Keys" }],
  });
  const attributes = await client.retrieveAttributes({
    entityKey: "LogicalName='connector'",
    select: ["LogicalName", "AttributeType"],
  });
  const choice = await client.retrieveAttribute({
    entityKey: "LogicalName='connector'",
    attributeKey: "LogicalName='connectortype'",
    castType: "Microsoft.Dynamics.CRM.PicklistAttributeMetadata",
    expand: [{ property: "OptionSet" }],
  });

  // A batch with a changeset, of which all is taken back.
  client.startBatch();
  client.retrieveMultiple({ collection: "connectors", select: ["name"] });
  client.update({ collection: "connectors", key: id, data: { description: "in a batch" } });
  const batch = await client.executeBatch();
  const afterBatch = await client.retrieve({ collection: "connectors", key: id, select: ["description"] });
  client.startBatch();
  client.update({ collection: "connectors", key: id, data: { description: "taken back" } });
  client.create({ collection: "connectors", data: { name: "cts_bad" } });
  const failedBatch = await attempt(() => client.executeBatch());
  const afterFailed = await client.retrieve({ collection: "connectors", key: id, select: ["description"] });

  // An application user with a role.
  const roles = await client.retrieveMultiple({
    collection: "roles",
    select: ["name"],
    filter: "name eq 'System Customizer'",
  });
  const unit = await client.retrieveMultiple({ collection: "businessunits", select: ["name"], top: 1 });
  const userId = await client.create({
    collection: "systemusers",
    data: {
      applicationid: env.OTHER_CLIENT_ID,
      "businessunitid@odata.bind": `/businessunits(${unit.value[0].businessunitid})`,
    },
  });
  await client.associate({
    collection: "systemusers",
    primaryKey: userId,
    relationshipName: "systemuserroles_association",
    relatedCollection: "roles",
    relatedKey: roles.value[0].roleid,
  });
  const user = await client.retrieve({
    collection: "systemusers",
    key: userId,
    select: ["fullname", "azureactivedirectoryobjectid"],
    expand: [{ property: "systemuserroles_association", select: ["name"] }],
  });

  // Sharing.
  await client.callAction({
    actionName: "GrantAccess",
    action: {
      Target: { connectorid: id, "@odata.type": "Microsoft.Dynamics.CRM.connector" },
      PrincipalAccess: {
        Principal: { systemuserid: userId, "@odata.type": "Microsoft.Dynamics.CRM.systemuser" },
        AccessMask: "ReadAccess,WriteAccess",
      },
    },
  });
  const shared = await client.callFunction({
    name: "RetrieveSharedPrincipalsAndAccess",
    parameters: { Target: { "@odata.id": `connectors(${id})` } },
  });

  // Environment variables.
  const variableId = await client.create({
    collection: "environmentvariabledefinitions",
    data: { schemaname: "cts_secret", displayname: "Secret", type: 100000005, secretstore: 0 },
  });
  const variable = (value) => ({
    value,
    "EnvironmentVariableDefinitionId@odata.bind": `/environmentvariabledefinitions(${variableId})`,
  });
  const badValue = await attempt(() =>
    client.create({ collection: "environmentvariablevalues", data: variable("a secret in clear") }),
  );
  await client.create({
    collection: "environmentvariablevalues",
    data: variable("/subscriptions/1/resourceGroups/2/providers/Microsoft.KeyVault/vaults/3/secrets/4"),
  });
  const variables = await client.retrieveMultiple({
    collection: "environmentvariabledefinitions",
    select: ["schemaname"],
    filter: "startswith(schemaname, 'cts_')",
    expand: [{ property: "environmentvariabledefinition_environmentvariablevalue", select: ["value"] }],
  });

  const refused = {
    property: await attempt(() => client.retrieve({ collection: "connectors", key: id, select: ["nonsense"] })),
    collection: await attempt(() => client.retrieveMultiple({ collection: "nonsenses" })),
    payload: await attempt(() => client.create({ collection: "connectors", data: row("cts_four", { nonsense: 1 }) })),
    length: await attempt(() =>
      client.create({ collection: "connectors", data: row("cts_four", { displayname: "x".repeat(201) }) }),
    ),
    definition: await attempt(() =>
      client.create({ collection: "connectors", data: row("cts_four", { openapidefinition: "{}" }) }),
    ),
    missing: await attempt(() =>
      client.deleteRecord({ collection: "connectors", key: "10ca1c10-1111-4111-8111-222222222222" }),
    ),
    filter: await attempt(() => client.retrieveMultiple({ collection: "connectors", filter: "name eq" })),
  };

  await setTimeout(Number(env.SYNC_MILLISECONDS));
  const late = await client.retrieve({ collection: "connectors", key: id, select: ["connectorinternalid"] });
  const deleted = [];
  for (const one of [id, ...more.map(({ connectorid }) => connectorid)])
    deleted.push(await client.deleteRecord({ collection: "connectors", key: one }));
  const left = await client.count({ collection: "connectors" });

  process.stdout.write(
    JSON.stringify({
      who,
      solution,
      absent,
      made,
      again,
      first,
      components,
      updated,
      stale,
      returned,
      single,
      more,
      pages,
      all,
      top,
      count,
      entity,
      attributes,
      choice,
      batch,
      afterBatch,
      failedBatch,
      afterFailed,
      user,
      shared,
      badValue,
      variables,
      refused,
      late,
      deleted,
      left,
    }),
  );
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n${JSON.stringify(error)}\n`);
  process.exitCode = 1;
});
