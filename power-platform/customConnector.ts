import * as pulumi from "@pulumi/pulumi";
import crypto from "node:crypto";
import fs from "node:fs";
import type { Cloud } from "./client/clouds";
import { uuidOf } from "./identity";
import { markerKey } from "./marker";
import { PowerPlatformResource } from "./resource";
import type { RouteName } from "./routes/route";
import type {
  ConnectionParameter,
  ConnectionParameterSets,
  LocalFile,
  OpenApiDocument,
  PolicyTemplateInstance,
  SecretVariable,
  Share,
} from "./types";

/** An OpenAPI 2.0 document, whose parts may be known at different times. */
export type DefinitionParts = { [Part in keyof OpenApiDocument]: pulumi.Input<OpenApiDocument[Part]> };

export interface CustomConnectorArgs {
  /** The national cloud: public, gcc, gccHigh, dod or china. A change replaces nothing: ids stay what they are. @default "public" */
  cloud?: pulumi.Input<Cloud>;
  /**
   * How it is written: "dataverse" (a row in a solution; documented for service principals), "powerApps" (the resource
   * provider of the portal and paconn), or "auto": Dataverse where the environment has it when the connector is made. Another
   * route than the one it was made by replaces the connector and its connections. @default "auto"
   */
  route?: pulumi.Input<"auto" | RouteName>;
  /** Unique name of the solution that it is put into, by the route dataverse. @default "Default" */
  solution?: pulumi.Input<string>;
  /** Id of the Power Platform environment: a GUID, or `Default-` and the tenant's id. A change replaces the connector. */
  environmentId: pulumi.Input<string>;
  /**
   * What the connector offers. `info.title` is its display name: a change of it replaces the connector, because the service
   * refuses to rename one, and with it the connections. A preview in which only a part of it is unknown shows the others.
   */
  definition: pulumi.Input<DefinitionParts>;
  /** The kinds of sign-in that connections choose from, without client secrets. @default - connections do not choose */
  connectionParameterSets?: pulumi.Input<ConnectionParameterSets>;
  /** What connections ask for when there are no sets. @default - nothing */
  connectionParameters?: pulumi.Input<Record<string, ConnectionParameter>>;
  /**
   * Secret of the application with which users sign in; only sent, and by the route powerApps alone: Dataverse keeps none.
   * @default - none; app-only connections need none here
   */
  oauthClientSecret?: pulumi.Input<string>;
  /**
   * The same for the route dataverse: an environment variable that names the secret in Azure Key Vault. A preview reads no
   * secret, and neither does the state. @default - none
   */
  oauthClientSecretVariable?: pulumi.Input<SecretVariable>;
  /** Colour behind the icon, `#rrggbb`. @default "#007ee5" */
  iconBrandColor?: pulumi.Input<string>;
  /** Path of a PNG or JPG of up to 1 MB. @default - the platform's own icon */
  icon?: string;
  /** Path of the C# code that operations run, up to 1 MB. @default - none */
  script?: string;
  /** Ids of the operations that run the script; all of them when there are none. @default - none */
  scriptOperations?: pulumi.Input<pulumi.Input<string>[]>;
  /** Policies, in their order. @default - none */
  policies?: pulumi.Input<pulumi.Input<PolicyTemplateInstance>[]>;
  /**
   * Such as "actions", or "gateway" for connecting via on-premises data gateway, which does not go together with OAuth 2.0.
   * @default - none
   */
  capabilities?: pulumi.Input<pulumi.Input<string>[]>;
  /** @default - the platform names whoever made it */
  publisher?: pulumi.Input<string>;
  /** Sent when it is made: the service refuses to change it. @default - none */
  stackOwner?: pulumi.Input<string>;
  /** Who may see it and make connections of it. @default - nobody else */
  shareWith?: pulumi.Input<pulumi.Input<Share>[]>;
  /**
   * Takes over an existing connector of this internal name, id or title instead of making one, as it is; the next preview
   * shows what the program would change. @default - makes one
   */
  adopt?: pulumi.Input<string>;
  /** What its identity is made of: for a resource that was renamed (with an alias) its first name. @default - the name */
  identityName?: string;
  /** Whether it is deleted even while connections of others use it. @default false */
  deleteWhileUsed?: pulumi.Input<boolean>;
}

/** A file as the state knows it. */
function localFile(path: string | undefined): LocalFile | undefined {
  if (path === undefined) return undefined;
  // What is not there is reported by the resource's check, with all other mistakes.
  const content = fs.existsSync(path) ? fs.readFileSync(path) : "";
  return { path, sha256: crypto.createHash("sha256").update(content).digest("hex") };
}

/**
 * A custom connector of a Power Platform environment.
 * Source: https://learn.microsoft.com/connectors/custom-connectors
 */
export class CustomConnector extends PowerPlatformResource {
  /** `/providers/Microsoft.PowerApps/apis/{internalName}`. */
  declare readonly connectorId: pulumi.Output<string>;
  /** `shared_…`, chosen by the service. */
  declare readonly internalName: pulumi.Output<string>;
  /** Where users are sent back to after signing in; chosen by the service. "" without a sign-in. */
  declare readonly redirectUrl: pulumi.Output<string>;
  /** Base of the URLs of its operations; a connection's name comes next. */
  declare readonly runtimeUrl: pulumi.Output<string>;
  /** What a federated credential of the application must say, for a managed identity; not there otherwise. */
  declare readonly federatedIdentity: pulumi.Output<{ issuer: string; subject: string; audience: string }>;
  /** "Ready"; "Adopted" until the first update of a connector that was taken over. */
  declare readonly status: pulumi.Output<string>;
  declare readonly environmentId: pulumi.Output<string>;
  declare readonly cloud: pulumi.Output<Cloud>;
  declare readonly route: pulumi.Output<"auto" | RouteName>;
  /** The route by which it was made. */
  declare readonly chosenRoute: pulumi.Output<RouteName>;
  /** Id of its row in Dataverse; "" without one. */
  declare readonly dataverseId: pulumi.Output<string>;
  /** Another one after a replacement; known in previews, unlike the name. */
  declare readonly identity: pulumi.Output<string>;
  /** Another one after a change of how connections sign in. */
  declare readonly signInRevision: pulumi.Output<string>;
  /**
   * What follows from the arguments alone: known before the connector is, so that the state need not say for each of them that
   * a connection depends on it.
   */
  readonly asked: Required<Pick<CustomConnectorArgs, "cloud" | "environmentId" | "route">> & {
    identity: pulumi.Output<string>;
  };

  constructor(name: string, args: CustomConnectorArgs, opts: pulumi.CustomResourceOptions = {}) {
    const { environmentId, oauthClientSecret } = args;
    const project = pulumi.getProject();
    const stack = pulumi.getStack();
    const asked = { cloud: args.cloud ?? "public", environmentId, route: args.route ?? "auto" } as const;
    const { definition } = args;
    const isOutput = pulumi.Output.isInstance(definition) || definition instanceof Promise;
    // Known even while another part of the definition is not, and without what only the other parts depend on.
    const info = isOutput ? pulumi.output(definition).info : pulumi.output(definition.info);
    const identity = pulumi
      .all([environmentId, info.title])
      .apply(([environment, title]) => uuidOf(project, stack, args.identityName ?? name, environment, title));
    const marked = pulumi.all([info, identity]).apply(([own, marker]) => ({ ...own, [markerKey]: marker }));
    super(
      "CustomConnector",
      name,
      {
        ...asked,
        solution: args.solution,
        definition: isOutput
          ? pulumi.all([definition, marked]).apply(([document, marker]) => ({ ...document, info: marker }))
          : { ...definition, info: marked },
        connectionParameterSets: args.connectionParameterSets,
        connectionParameters: args.connectionParameters,
        oauthClientSecret: oauthClientSecret && pulumi.secret(oauthClientSecret),
        oauthClientSecretVariable: args.oauthClientSecretVariable,
        iconBrandColor: args.iconBrandColor ?? "#007ee5",
        icon: localFile(args.icon),
        script: localFile(args.script),
        scriptOperations: args.scriptOperations,
        policies: args.policies,
        capabilities: args.capabilities,
        publisher: args.publisher,
        stackOwner: args.stackOwner,
        shareWith: args.shareWith,
        adopt: args.adopt,
        deleteWhileUsed: args.deleteWhileUsed,
        identity,
        signInRevision: undefined,
        connectorId: undefined,
        internalName: undefined,
        redirectUrl: undefined,
        runtimeUrl: undefined,
        status: undefined,
        chosenRoute: undefined,
        federatedIdentity: undefined,
        organizationUrl: undefined,
        dataverseId: undefined,
        iconLocation: undefined,
        scriptLocation: undefined,
      },
      opts,
    );
    this.asked = { ...asked, identity };
  }
}
