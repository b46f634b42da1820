import { Application } from "@pulumi/azuread/application";
import { ApplicationPassword } from "@pulumi/azuread/applicationPassword";
import { ApplicationRedirectUris } from "@pulumi/azuread/applicationRedirectUris";
import { ServicePrincipal } from "@pulumi/azuread/servicePrincipal";
import * as pulumi from "@pulumi/pulumi";

/** Azure Key Vault and its delegated permission `user_impersonation`: fixed ids of Microsoft's. */
const keyVaultApplicationId = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";
const userImpersonationId = "f53da476-18e3-4152-8e01-aec403e6edc0";

export interface AppRegistrationArgs {
  /** Name in Entra ID. Another application of the same name is refused. */
  displayName: pulumi.Input<string>;
  /** Object ids of the owners: with them, a deployer without tenant-wide rights can go on managing what it made. */
  owners: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * When the client secret stops working, RFC 3339 in UTC without fractions of a second, as Graph gives it back.
   * @default - two years after it is made, Graph's own default
   */
  clientSecretExpires?: pulumi.Input<string>;
  /** Asks for the delegated permission to read vaults as the signed-in user. App-only sign-in needs none. @default false */
  userSignIn?: boolean;
}

/** An application of one tenant, its service principal and a client secret: the identity that connections sign in as. */
export class AppRegistration extends pulumi.ComponentResource {
  readonly displayName: pulumi.Output<string>;
  /** Application (client) id. */
  readonly clientId: pulumi.Output<string>;
  /** Object id of the application. */
  readonly objectId: pulumi.Output<string>;
  /** Object id of the service principal, to which roles are given. */
  readonly servicePrincipalObjectId: pulumi.Output<string>;
  readonly tenantId: pulumi.Output<string>;
  /** Secret. */
  readonly clientSecret: pulumi.Output<string>;
  /** Id of the client secret, as Entra lists it. */
  readonly clientSecretKeyId: pulumi.Output<string>;
  readonly clientSecretExpires: pulumi.Output<string>;
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
      // Redirect URIs are known only when the connector exists, and are added then (addRedirectUri).
      { parent: this, ignoreChanges: ["web"] },
    );
    const servicePrincipal = new ServicePrincipal(
      `${name}-service-principal`,
      { clientId: this.application.clientId, owners: args.owners },
      { parent: this },
    );
    const password = new ApplicationPassword(
      `${name}-client-secret`,
      {
        applicationId: this.application.id,
        displayName: "Power Platform connections",
        ...(args.clientSecretExpires === undefined ? {} : { endDate: args.clientSecretExpires }),
      },
      { parent: this },
    );
    this.displayName = this.application.displayName;
    this.clientId = this.application.clientId;
    this.objectId = this.application.objectId;
    this.servicePrincipalObjectId = servicePrincipal.objectId;
    this.tenantId = servicePrincipal.applicationTenantId;
    this.clientSecret = pulumi.secret(password.value);
    this.clientSecretKeyId = password.keyId;
    this.clientSecretExpires = password.endDate;
    this.registerOutputs({
      displayName: this.displayName,
      clientId: this.clientId,
      objectId: this.objectId,
      servicePrincipalObjectId: this.servicePrincipalObjectId,
      tenantId: this.tenantId,
    });
  }

  /** Lets users sign in through a connector: Entra sends them back to its redirect URL only. */
  addRedirectUri(redirectUri: pulumi.Input<string>): ApplicationRedirectUris {
    return new ApplicationRedirectUris(
      `${this.componentName}-redirect-uris`,
      { applicationId: this.application.id, type: "Web", redirectUris: [redirectUri] },
      { parent: this },
    );
  }
}
