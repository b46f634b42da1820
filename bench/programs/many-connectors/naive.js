// A provider as it is written first: for each call it makes a client of its own, signs in anew and opens connections anew. What it
// sends is what ours sends; it checks nothing, and would make a second connector after a lost answer.
"use strict";

const { ClientSecretCredential } = require("@azure/identity");
const rest = require("@azure/core-rest-pipeline");

const base = "https://api.powerapps.com/providers/Microsoft.PowerApps/apis";
const scope = "https://service.powerapps.com/.default";

async function send(method, environmentId, name, properties) {
  const { ARM_TENANT_ID: tenant, ARM_CLIENT_ID: id, ARM_CLIENT_SECRET: secret } = process.env;
  const { token } = await new ClientSecretCredential(tenant, id, secret).getToken(scope);
  const filter = encodeURIComponent(`environment eq '${environmentId}'`);
  const request = rest.createPipelineRequest({
    method,
    url: `${base}${name}?api-version=2016-11-01&$filter=${filter}`,
    headers: rest.createHttpHeaders({ authorization: `Bearer ${token}`, "content-type": "application/json" }),
    ...(properties ? { body: JSON.stringify({ properties }) } : {}),
  });
  const answer = await rest.createPipelineFromOptions({}).sendRequest(rest.createDefaultHttpClient(), request);
  if (answer.status >= 300) throw new Error(`${method} ${name}: HTTP ${answer.status}: ${answer.bodyAsText ?? ""}`);
  return answer.bodyAsText ? JSON.parse(answer.bodyAsText) : undefined;
}

function propertiesOf({ definition, connectionParameters, oauthClientSecret, environmentId, ...inputs }) {
  const { token } = connectionParameters;
  const oAuthSettings = { ...token.oAuthSettings, clientSecret: oauthClientSecret };
  return {
    description: definition.info.description,
    iconBrandColor: inputs.iconBrandColor,
    environment: { name: environmentId },
    backendService: { serviceUrl: `https://${definition.host}${definition.basePath}` },
    openApiDefinition: definition,
    capabilities: inputs.capabilities,
    policyTemplateInstances: inputs.policies,
    connectionParameters: { token: { ...token, oAuthSettings } },
  };
}

const nameOf = (id) => `/${id.split("/").at(-1)}`;

module.exports = {
  create: async (inputs) => {
    const properties = { ...propertiesOf(inputs), displayName: inputs.definition.info.title };
    const { id } = await send("POST", inputs.environmentId, "", properties);
    return { id, outs: inputs };
  },
  read: async (id, props) => {
    const { properties } = await send("GET", props.environmentId, nameOf(id));
    return { id, props: { ...props, iconBrandColor: properties.iconBrandColor } };
  },
  update: async (id, _olds, news) => {
    await send("PATCH", news.environmentId, nameOf(id), propertiesOf(news));
    return { outs: news };
  },
  delete: async (id, props) => {
    await send("DELETE", props.environmentId, nameOf(id));
  },
};
