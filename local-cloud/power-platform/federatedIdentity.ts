import { z } from "zod";
import { seed } from "../seed";
import type { Cloud } from "../service";
import { audiences } from "./hosts";

/** Whom a connector signs in as without a secret: what an application's federated identity credential must say. */
export interface FederatedIdentity {
  Issuer: string;
  Subject: string;
  Audience: string;
}

/** Facts of a connector that its identity depends on. */
interface Identified {
  name: string;
  environment: string;
  createdTime: string;
  /** When a sign-in parameter of the connector first asked for an identity. */
  federatedSince?: string | undefined;
}

/** As much of sign-in settings as says that the connector signs in with an assertion. */
interface AssertingSettings {
  clientAssertionType?: string | undefined;
  properties?: unknown;
}

/** What `grantType` says of connections that sign in as an application; a guess (docs/decisions/0035). */
export const federatedClientCredentials = "client_credentials_with_federated_identity_credentials";

const assertionType = "genericfederatedidentitycredential";
const assertionLifetimeSeconds = 600;

/** Whether sign-in settings ask for managed identity rather than a secret. */
export function isFederated({ clientAssertionType }: AssertingSettings): boolean {
  return clientAssertionType?.toLowerCase() === assertionType;
}

/** A GUID as Entra writes it into subjects: the bytes in the order of .NET, base64url. */
function encodedGuid(guid: string): string {
  const bytes = Buffer.from(guid.replaceAll("-", ""), "hex");
  const swapped = [bytes.subarray(0, 4), bytes.subarray(4, 6), bytes.subarray(6, 8)].map((part) => part.reverse());
  return Buffer.concat([...swapped, bytes.subarray(8)]).toString("base64url");
}

/** The identity of a connector; undefined while the service has not filled it in yet. */
export function federatedIdentity(cloud: Cloud, connector: Identified): FederatedIdentity | undefined {
  const since = new Date(connector.federatedSince ?? connector.createdTime).getTime();
  const delay = cloud.knobs.get().federatedSubjectDelaySeconds * 1000;
  if (cloud.clock.now().getTime() < since + delay) return undefined;
  const [, application] = audiences.runtime;
  const tenant = `/eid1/c/pub/t/${encodedGuid(seed.tenantId)}/a/${encodedGuid(application)}`;
  return {
    Issuer: `https://login.microsoftonline.com/${seed.tenantId}/v2.0`,
    Subject: `${tenant}/e/${connector.environment}/c/${connector.name}`,
    Audience: "api://AzureADTokenExchange",
  };
}

const membersOf = (value: unknown) => z.looseObject({}).safeParse(value).data ?? {};

/** Settings as a GET shows them: the service's identity in place of whatever was sent for it. */
export function withIdentity<T extends AssertingSettings>(settings: T, identity: FederatedIdentity | undefined): T {
  if (!isFederated(settings)) return settings;
  const properties = membersOf(settings.properties);
  const unfilled = { ...membersOf(properties.FederatedIdentityCredentials), Subject: "" };
  return { ...settings, properties: { ...properties, FederatedIdentityCredentials: identity ?? unfilled } };
}

/** An assertion of the identity. Its issuer is Entra itself, which signs it with the tenant's key. */
export function assertionOf(cloud: Cloud, { Issuer, Subject, Audience }: FederatedIdentity): Promise<string> {
  return cloud.tokens.sign({ iss: Issuer, sub: Subject, aud: Audience, ver: "2.0" }, assertionLifetimeSeconds);
}
