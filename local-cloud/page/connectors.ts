import type { Directory } from "../graph/directory";
import { type Connection, connections } from "../power-platform/connectionModel";
import {
  type Connector,
  connectors,
  oAuthSettingsOf,
  type OAuthSettings,
  shortName,
} from "../power-platform/connectorModel";
import { type NamedOperation, operationsOf, parametersOf } from "../power-platform/definition";
import { isFederated } from "../power-platform/federatedIdentity";
import type { Cloud } from "../service";
import type { ConnectionView, ConnectorView, OperationView, ParameterView, SignInView } from "./view";

/** Text of a value of unknown type; "" for structures. */
const textOf = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";

function kindOf(settings: OAuthSettings): SignInView["kind"] {
  if (isFederated(settings)) return "managedIdentity";
  const custom = Object.entries(settings.customParameters ?? {});
  const grant = custom.find(([name]) => name.toLowerCase() === "granttype")?.[1].value;
  return grant === "client_credentials" ? "servicePrincipal" : "user";
}

/** The portal's names for sign-in settings. */
const settingNames: Record<string, string> = {
  loginuri: "Authorization URL",
  loginuriaad: "Authorization URL",
  tenantid: "Tenant ID",
  resourceuri: "Resource URL",
  enableonbehalfoflogin: "Enable on-behalf-of login",
  granttype: "Grant type",
};

const dots = "••••••••";

function fieldsOf(settings: OAuthSettings, hasSecret: boolean): SignInView["fields"] {
  const custom = Object.entries(settings.customParameters ?? {}).map(([name, { value }]) => ({
    name: settingNames[name.toLowerCase()] ?? name,
    value: textOf(value),
  }));
  return [
    {
      name: "Identity provider",
      value: settings.identityProvider === "aad" ? "Microsoft Entra ID" : settings.identityProvider,
    },
    ...(settings.clientId === undefined ? [] : [{ name: "Client ID", value: settings.clientId }]),
    ...(hasSecret ? [{ name: "Client secret", value: dots }] : []),
    ...custom,
  ].filter(({ value }) => value !== "");
}

function signInsOf(connector: Connector): SignInView[] {
  const alone = { name: "", uiDefinition: undefined, parameters: connector.connectionParameters };
  const sets = connector.connectionParameterSets?.values ?? [alone];
  return sets.flatMap((set) => {
    const settings = oAuthSettingsOf(set.parameters.token)?.[1];
    if (!settings) return [];
    const { displayName } = (set.uiDefinition ?? {}) as { displayName?: unknown };
    const asked = Object.entries(set.parameters)
      .filter(([, { type }]) => type === "securestring" || type === "string")
      .map(([name, { type }]) => ({
        name: name.replace(/^token:/, ""),
        value: type === "securestring" ? "asked of each connection, kept sealed" : "asked of each connection",
      }));
    return [
      {
        name: set.name,
        title: textOf(displayName) || set.name || "OAuth 2.0",
        kind: kindOf(settings),
        fields: [...fieldsOf(settings, `${set.name}/token` in connector.sealedSecrets), ...asked],
      },
    ];
  });
}

function parameterView(parameter: Record<string, unknown>): ParameterView {
  return {
    name: textOf(parameter.name),
    place: textOf(parameter.in),
    isRequired: parameter.required === true,
    type: textOf(parameter.type),
    defaultValue: textOf(parameter.default),
  };
}

function operationView(connector: Connector, named: NamedOperation): OperationView {
  const { path, verb, operation } = named;
  const { operationId = `${verb} ${path}`, summary = "", description = "", responses = {} } = operation;
  return {
    operationId,
    summary,
    description,
    visibility: textOf(operation["x-ms-visibility"]) || "none",
    verb: verb.toUpperCase(),
    path,
    parameters: parametersOf(connector.definition, named).map(parameterView),
    responses: Object.entries(responses).map(([status, response]) => ({
      status,
      description: textOf((response as { description?: unknown } | null)?.description),
    })),
  };
}

function connectionView(connection: Connection, directory: Directory): ConnectionView {
  const { name, displayName, parameterSet, values, sealedValues, createdBy, createdTime, lastModifiedTime } =
    connection;
  return {
    name,
    title: displayName,
    signIn: parameterSet ?? "",
    values: Object.entries(values).map(([key, value]) => ({ name: key, value })),
    sealedCount: Object.keys(sealedValues).length,
    createdBy: createdBy.displayName,
    created: createdTime,
    modified: lastModifiedTime,
    sharedWith: connection.permissions.map(({ principalId, principalType, roleName }) => ({
      principal: directory.principal(principalId)?.displayName ?? principalId,
      type: principalType,
      role: roleName,
    })),
  };
}

/** The connectors of the one tenant, with their connections. */
export function connectorViews(cloud: Cloud, directory: Directory): ConnectorView[] {
  return connectors(cloud.store)
    .values()
    .map((connector) => ({
      name: connector.name,
      title: connector.displayName,
      description: connector.description,
      iconBrandColor: connector.iconBrandColor,
      icon: /^data:image\/(png|jpeg|svg\+xml);base64,/.test(connector.iconUri) ? connector.iconUri : "",
      scheme: connector.definition.schemes?.[0] ?? "https",
      host: connector.definition.host,
      basePath: connector.definition.basePath ?? "/",
      environment: connector.environment,
      created: connector.createdTime,
      modified: connector.changedTime,
      redirectUrl: `https://global.consent.azure-apim.net/redirect/${shortName(connector.name)}`,
      signIns: signInsOf(connector),
      operations: operationsOf(connector.definition).map((operation) => operationView(connector, operation)),
      connections: connections(cloud.store)
        .values()
        .filter((connection) => connection.connector === connector.name)
        .map((connection) => connectionView(connection, directory)),
    }));
}
