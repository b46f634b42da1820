import { Application } from "@pulumi/azuread/application";
import { ApplicationFederatedIdentityCredential } from "@pulumi/azuread/applicationFederatedIdentityCredential";
import { ApplicationPassword } from "@pulumi/azuread/applicationPassword";
import { ApplicationRedirectUris } from "@pulumi/azuread/applicationRedirectUris";
import { ServicePrincipal } from "@pulumi/azuread/servicePrincipal";
import * as pulumi from "@pulumi/pulumi";
import { ClientSecretAcceptance } from "../power-platform";
import { graphTime, type RotationPlan, type SlotName } from "./rotation";

/** Azure Key Vault and its delegated permission `user_impersonation`: fixed ids of Microsoft's. */
const keyVaultApplicationId = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";
const userImpersonationId = "f53da476-18e3-4152-8e01-aec403e6edc0";

/** A client secret in use. */
export interface ClientSecret {
  /** Secret. */
  value: pulumi.Output<string>;
  /** Id, as Entra lists it. */
  keyId: pulumi.Output<string>;
  /** RFC 3339. */
  expires: pulumi.Output<string>;
  /** What uses the value depends on this. */
  acceptance: ClientSecretAcceptance;
}

export interface AppRegistrationArgs {
  /** Name in Entra ID. Another application of the same name is refused. */
  displayName: pulumi.Input<string>;
  /** Object ids of the owners: with them, a deployer without tenant-wide rights can go on managing what it made. */
  owners: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Id of the tenant, where it is known before the application is: previews then show it, and less waits for the service
   * principal. @default - as the service principal says
   */
  tenantId?: pulumi.Input<string>;
  /** When which client secret is made and used. @default - no client secret: a federated credential takes its place */
  rotation?: RotationPlan;
  /** A change of this text makes all client secrets anew at once, and takes the present ones away. @default - none was revoked */
  revokeNow?: string;
  /** How long Entra may take to accept a new client secret. */
  deadlineSeconds: number;
  /** Of Entra. */
  authority: string;
  /** Resource that connections sign in for: with it Entra is asked whether it accepts a new client secret. */
  resourceUrl: pulumi.Input<string>;
  /** Asks for the delegated permission to read vaults as the signed-in user. App-only sign-in needs none. @default false */
  userSignIn?: boolean;
}

/** An application of one tenant, its service principal and its client secrets: the identity that connections sign in as. */
export class AppRegistration extends pulumi.ComponentResource {
  readonly displayName: pulumi.Output<string>;
  /** Application (client) id. */
  readonly clientId: pulumi.Output<string>;
  /** Object id of the application. */
  readonly objectId: pulumi.Output<string>;
  /** Object id of the service principal, to which roles are given. */
  readonly servicePrincipalObjectId: pulumi.Output<string>;
  readonly tenantId: pulumi.Output<string>;
  /** The client secret that is in use, once Entra accepts it; absent without client secrets. */
  readonly clientSecret?: ClientSecret;
  private readonly application: Application;
  private readonly componentName: string;

  constructor(name: string, args: AppRegistrationArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("keyvault-connector:index:AppRegistration", name, {}, opts);
    this.componentName = name;
    const permissions = {
      resourceAppId: keyVaultApplicationId,
      resourceAccesses: [{ id: userImpersonationId, type: "Scope" }],
    };
    this.application = new Application(
      `${name}-application`,
      {
        displayName: args.displayName,
        signInAudience: "AzureADMyOrg",
        owners: args.owners,
        preventDuplicateNames: true,
        ...(args.userSignIn ? { requiredResourceAccesses: [permissions] } : {}),
      },
      // Redirect URIs are known only when the connector exists, and are added then (addRedirectUris).
      { parent: this, ignoreChanges: ["web"] },
    );
    const servicePrincipal = new ServicePrincipal(
      `${name}-service-principal`,
      { clientId: this.application.clientId, owners: args.owners },
      { parent: this },
    );
    this.displayName = this.application.displayName;
    this.clientId = this.application.clientId;
    this.objectId = this.application.objectId;
    this.servicePrincipalObjectId = servicePrincipal.objectId;
    this.tenantId = pulumi.output(args.tenantId ?? servicePrincipal.applicationTenantId);
    if (args.rotation) this.clientSecret = this.rotated(args.rotation, servicePrincipal, args);
    this.registerOutputs({
      displayName: this.displayName,
      clientId: this.clientId,
      objectId: this.objectId,
      servicePrincipalObjectId: this.servicePrincipalObjectId,
      tenantId: this.tenantId,
    });
  }

  /** Both client secrets, and the active one of them, which waits for Entra. */
  private rotated(plan: RotationPlan, servicePrincipal: ServicePrincipal, args: AppRegistrationArgs): ClientSecret {
    const { authority, resourceUrl, revokeNow, deadlineSeconds } = args;
    const passwordOf = (slot: SlotName) => {
      const { window, ends } = plan.slots[slot];
      return new ApplicationPassword(
        `${this.componentName}-client-secret-${slot}`,
        {
          applicationId: this.application.id,
          displayName: `Power Platform connections, slot ${slot}`,
          endDate: graphTime(ends),
          rotateWhenChanged: { window: String(window), ...(revokeNow === undefined ? {} : { revokeNow }) },
        },
        { parent: this },
      );
    };
    const { value, keyId, endDate } = { a: passwordOf("a"), b: passwordOf("b") }[plan.active];
    const clientSecret = pulumi.secret(value);
    const acceptance = new ClientSecretAcceptance(
      `${this.componentName}-client-secret-acceptance`,
      {
        authority,
        tenantId: this.tenantId,
        clientId: this.clientId,
        clientSecret,
        resource: resourceUrl,
        deadlineSeconds,
      },
      { parent: this, dependsOn: [servicePrincipal] },
    );
    return { value: clientSecret, keyId, expires: endDate, acceptance };
  }

  /** Lets whom the issuer calls by the subject sign in as this application, without a secret. */
  trust(name: string, identity: pulumi.Output<{ issuer: string; subject: string; audience: string }>): pulumi.Resource {
    return new ApplicationFederatedIdentityCredential(
      `${this.componentName}-${name}`,
      {
        applicationId: this.application.id,
        displayName: `power-platform-${name}`,
        description: "The managed identity of a custom connector",
        issuer: identity.issuer,
        subject: identity.subject,
        audiences: [identity.audience],
      },
      { parent: this },
    );
  }

  /** Lets users sign in through connectors: Entra sends them back to their redirect URLs only. */
  addRedirectUris(redirectUris: pulumi.Input<string>[]): ApplicationRedirectUris {
    return new ApplicationRedirectUris(
      `${this.componentName}-redirect-uris`,
      { applicationId: this.application.id, type: "Web", redirectUris },
      { parent: this },
    );
  }
}
