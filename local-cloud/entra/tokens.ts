import "reflect-metadata";
import crypto from "node:crypto";
import fs from "node:fs";
import { errors, exportJWK, importPKCS8, type JWTPayload, jwtVerify, SignJWT } from "jose";
import * as x509 from "@peculiar/x509";
import type { Clock } from "../clock";
import { type Caller, TokenError, type Tokens } from "../service";

const algorithm = "RS256";
const defaultLifetimeSeconds = 3599;

const withoutSlash = (resource: string) => resource.replace(/\/+$/, "").toLowerCase();

function callerFrom(payload: JWTPayload): Caller {
  const text = (name: string) => (typeof payload[name] === "string" ? payload[name] : undefined);
  const oid = text("oid");
  const tid = text("tid");
  const appid = text("appid");
  if (oid === undefined || tid === undefined || appid === undefined) throw new TokenError("malformed");
  const upn = text("upn");
  const name = text("name");
  return {
    oid,
    tid,
    appid,
    aud: String(payload.aud),
    roles: Array.isArray(payload.roles) ? payload.roles.map(String) : [],
    idtyp: payload.idtyp === "app" ? "app" : "user",
    ...(upn === undefined ? {} : { upn }),
    ...(name === undefined ? {} : { name }),
  };
}

function reasonOf(error: unknown): TokenError {
  if (error instanceof TokenError) return error;
  if (error instanceof errors.JWTExpired) return new TokenError("expired");
  if (error instanceof errors.JWSSignatureVerificationFailed) return new TokenError("signature");
  return new TokenError("malformed");
}

/**
 * A certificate of the signing key, as the keys document shows it; DER. Everything in it is fixed, so that its thumbprint,
 * which names the key, is the same after every start.
 */
async function certificateOf(privateKey: CryptoKey, publicKey: crypto.KeyObject): Promise<Buffer> {
  const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const spki = publicKey.export({ type: "spki", format: "der" });
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=accounts.accesscontrol.windows.net",
    issuer: "CN=accounts.accesscontrol.windows.net",
    serialNumber: "01",
    notBefore: new Date("2026-01-01T00:00:00Z"),
    notAfter: new Date("2036-01-01T00:00:00Z"),
    signingAlgorithm: rsa,
    signingKey: privateKey,
    publicKey: await crypto.webcrypto.subtle.importKey("spki", spki, rsa, true, ["verify"]),
  });
  return Buffer.from(certificate.rawData);
}

/** The token signer of the one tenant. Its key is made once and kept in `keyFile`. */
export async function createTokens(options: { keyFile: string; clock: Clock; tenantId: string }): Promise<Tokens> {
  const { keyFile, clock, tenantId } = options;
  if (!fs.existsSync(keyFile)) {
    const { privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
    fs.writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  }
  const pem = fs.readFileSync(keyFile, "utf8");
  const privateKey = await importPKCS8(pem, algorithm);
  const publicKey = crypto.createPublicKey(pem);
  const certificate = await certificateOf(privateKey, publicKey);
  const kid = crypto.createHash("sha1").update(certificate).digest("base64url");

  const claims: Tokens["claims"] = async (token) => {
    try {
      const { payload } = await jwtVerify(token, publicKey, { currentDate: clock.now(), clockTolerance: 300 });
      return payload;
    } catch (error) {
      throw reasonOf(error);
    }
  };

  return {
    claims,
    sign: (said, lifetimeSeconds = defaultLifetimeSeconds) => {
      const now = clock.seconds();
      return new SignJWT({ iss: `https://sts.windows.net/${tenantId}/`, tid: tenantId, ...said })
        .setProtectedHeader({ typ: "JWT", alg: algorithm, kid, x5t: kid })
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + lifetimeSeconds)
        .sign(privateKey);
    },
    verify: async (authorization, audiences) => {
      const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1];
      if (token === undefined) throw new TokenError("missing");
      const payload = await claims(token);
      const audience = withoutSlash(String(payload.aud));
      if (!audiences.some((accepted) => withoutSlash(accepted) === audience)) {
        throw new TokenError("audience", String(payload.aud));
      }
      return callerFrom(payload);
    },
    jwks: async () => ({
      keys: [
        {
          ...(await exportJWK(publicKey)),
          kty: "RSA",
          use: "sig",
          kid,
          x5t: kid,
          x5c: [certificate.toString("base64")],
          cloud_instance_name: "microsoftonline.com",
          issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
        },
      ],
    }),
  };
}
