import crypto from "node:crypto";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { z } from "zod";
import type { Application, Directory, PasswordCredential, ServicePrincipal } from "../graph/directory";
import { sha256 } from "../graph/directory";
import type { Cloud } from "../service";
import { entraErrors } from "./errors";

/** An application that has proven who it is, and how (`appidacr`: 1 = secret, 2 = assertion). */
export interface AuthenticatedClient {
  application: Application;
  servicePrincipal: ServicePrincipal;
  appidacr: "1" | "2";
}

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function findClient(cloud: Cloud, directory: Directory, clientId: string, tenantId: string) {
  if (!guid.test(clientId)) throw entraErrors.malformedClientId(clientId);
  const application = directory.applicationByClientId(clientId.toLowerCase());
  const servicePrincipal = directory.servicePrincipalByClientId(clientId.toLowerCase());
  if (application && !servicePrincipal) throw entraErrors.missingServicePrincipal(clientId, tenantId);
  const knownFrom = (servicePrincipal?.createdAt ?? 0) + cloud.knobs.get().servicePrincipalDelaySeconds * 1000;
  if (!application || !servicePrincipal || cloud.clock.now().getTime() < knownFrom) {
    throw entraErrors.unknownApplication(clientId, tenantId);
  }
  if (servicePrincipal.properties.accountEnabled === false) throw entraErrors.disabledPrincipal(clientId);
  return { application, servicePrincipal };
}

function checkSecret(cloud: Cloud, passwords: PasswordCredential[], secret: string, clientId: string): void {
  const hash = sha256(secret);
  const now = cloud.clock.now().getTime();
  const delay = cloud.knobs.get().clientSecretDelaySeconds * 1000;
  const match = passwords.find((password) => password.sha256 === hash);
  if (!match || (match.createdAt > 0 && now < match.createdAt + delay)) throw entraErrors.wrongSecret(clientId);
  if (Date.parse(match.endDateTime) <= now || Date.parse(match.startDateTime) > now + 300_000) {
    throw entraErrors.expiredSecret(clientId);
  }
}

const assertionSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
  nbf: z.number().optional(),
});
const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const clockToleranceSeconds = 300;
/** Issuers whose keys are those of the tenant. */
const signedByEntra = /^https:\/\/(login\.microsoftonline\.com|sts\.windows\.net)\//;

function readAssertion(assertion: string) {
  try {
    return { header: decodeProtectedHeader(assertion), claims: assertionSchema.parse(decodeJwt(assertion)) };
  } catch {
    throw entraErrors.wrongAssertion();
  }
}

/** Looks for the application's federated identity credential for an assertion: letter by letter, as Entra does. */
function matchCredential({ federatedIdentityCredentials: all }: Application, iss: string, sub: string, aud: string[]) {
  const ofIssuer = all.filter(({ issuer }) => issuer === iss);
  if (ofIssuer.length === 0) throw entraErrors.noMatchingFederatedCredential("issuer", iss);
  const ofSubject = ofIssuer.filter(({ subject }) => subject === sub);
  if (ofSubject.length === 0) throw entraErrors.noMatchingFederatedCredential("subject", sub);
  const matches = ofSubject.some(({ audiences }) => audiences.some((audience) => aud.includes(audience)));
  if (!matches) throw entraErrors.noMatchingFederatedCredential("audience", aud.join(" "));
}

/**
 * Checks a federated assertion by time, issuer, subject and audience. Signatures are checked for tokens of this tenant
 * only: the keys of other issuers cannot be asked for from here. Certificates of applications are not kept.
 */
async function checkAssertion(cloud: Cloud, application: Application, form: Record<string, string>): Promise<void> {
  if (!form.client_assertion_type) throw entraErrors.missingParameter("client_assertion_type");
  if (form.client_assertion_type !== jwtBearer) throw entraErrors.malformedRequest();
  const assertion = form.client_assertion ?? "";
  const { header, claims } = readAssertion(assertion);
  const now = cloud.clock.seconds();
  if (claims.exp < now || (claims.nbf ?? 0) > now + clockToleranceSeconds) throw entraErrors.expiredAssertion();
  if (claims.iss.toLowerCase() === application.appId) throw entraErrors.unknownCertificate(header.x5t ?? "");
  matchCredential(application, claims.iss, claims.sub, [claims.aud].flat());
  if (!signedByEntra.test(claims.iss)) return;
  await cloud.tokens.claims(assertion).catch(() => {
    throw entraErrors.wrongSignature();
  });
}

/** Client id and secret from a Basic header, each form-encoded (RFC 6749, 2.3.1). */
function basicCredentials(authorization: string | undefined): string[] {
  const basic = /^Basic\s+(\S+)$/i.exec(authorization ?? "")?.[1];
  if (basic === undefined) return [];
  try {
    return Buffer.from(basic, "base64").toString("utf8").split(":").map(decodeURIComponent);
  } catch {
    throw entraErrors.malformedRequest();
  }
}

/** Who the client is, by secret (form or Basic) or by assertion. @throws EntraError */
export async function authenticateClient(
  cloud: Cloud,
  directory: Directory,
  form: Record<string, string>,
  authorization: string | undefined,
  tenantId: string,
): Promise<AuthenticatedClient> {
  const [basicId, basicSecret] = basicCredentials(authorization);
  const clientId = form.client_id ?? basicId;
  if (!clientId) throw entraErrors.missingParameter("client_id");
  const { application, servicePrincipal } = findClient(cloud, directory, clientId, tenantId);
  const secret = form.client_secret ?? basicSecret;
  if (secret) {
    checkSecret(cloud, [...application.passwords, ...servicePrincipal.passwords], secret, clientId);
    return { application, servicePrincipal, appidacr: "1" };
  }
  if (!form.client_assertion) throw entraErrors.missingSecret();
  await checkAssertion(cloud, application, form);
  return { application, servicePrincipal, appidacr: "2" };
}

/** A unique id for a token, as `uti` carries it. */
export const uniqueId = (): string => crypto.randomBytes(16).toString("base64url");
