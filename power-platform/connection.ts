import * as pulumi from "@pulumi/pulumi";
import type { CustomConnector } from "./customConnector";
import { uuidOf } from "./identity";
import { PowerPlatformResource } from "./resource";
import type { Share } from "./types";

export interface ConnectionArgs {
  /** The connector that it is a connection of. */
  connector: CustomConnector;
  /** What its id is made of: for a resource that was renamed (with an alias) its first name. @default - the name */
  identityName?: string;
  /** As makers see it. */
  displayName: pulumi.Input<string>;
  /** 32 hexadecimal digits. A change replaces the connection. @default - made from project, stack, name and environment */
  connectionName?: pulumi.Input<string>;
  /** Name of the connector's parameter set, such as "oAuthClientCredentials". @default - none: the connector has no sets */
  parameterSet?: pulumi.Input<string>;
  /** Values that may be seen, by parameter: `{ "token:clientId": … }`. @default - none */
  parameters?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Values that are only sent, by parameter: `{ "token:clientSecret": … }`. The state keeps a keyed hash. @default - none */
  secretParameters?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Who may use it: a connection that a service principal makes is invisible to everybody else. @default - nobody */
  shareWith?: pulumi.Input<pulumi.Input<Share>[]>;
  /** How long it may take to become Connected, in seconds: Entra needs a while to know a new secret. @default 300 */
  statusDeadlineSeconds?: pulumi.Input<number>;
}

/**
 * A connection of a custom connector. It is made only when its status is Connected: the service answers a wrong client
 * secret with success, and tells the truth in the status alone.
 */
export class Connection extends PowerPlatformResource {
  /** `/providers/Microsoft.PowerApps/apis/{connector}/connections/{name}`. */
  declare readonly connectionId: pulumi.Output<string>;
  /** 32 hexadecimal digits. */
  declare readonly connectionName: pulumi.Output<string>;
  declare readonly displayName: pulumi.Output<string>;
  /** "Connected". */
  declare readonly status: pulumi.Output<string>;
  /** Another one after every change of what the connection signs in with. */
  declare readonly secretParametersHash: pulumi.Output<string>;

  constructor(name: string, args: ConnectionArgs, opts: pulumi.CustomResourceOptions = {}) {
    const { connector } = args;
    const { cloud, environmentId, route, identity } = connector.asked;
    const project = pulumi.getProject();
    const stack = pulumi.getStack();
    super(
      "Connection",
      name,
      {
        cloud,
        environmentId,
        connectorName: connector.internalName,
        connectorIdentity: identity,
        connectorRoute: route,
        connectorChosenRoute: connector.chosenRoute,
        signInRevision: connector.signInRevision,
        connectionName:
          args.connectionName ??
          pulumi
            .output(environmentId)
            .apply((environment) => uuidOf(project, stack, args.identityName ?? name, environment).replaceAll("-", "")),
        displayName: args.displayName,
        parameterSet: args.parameterSet,
        parameters: args.parameters ?? {},
        secretParameters: pulumi.secret(args.secretParameters ?? {}),
        shareWith: args.shareWith ?? [],
        statusDeadlineSeconds: args.statusDeadlineSeconds ?? 300,
        connectionId: undefined,
        status: undefined,
        secretParametersHash: undefined,
      },
      {
        ...opts,
        additionalSecretOutputs: ["secretParametersHash", ...(opts.additionalSecretOutputs ?? [])],
      },
    );
  }
}
