import "reflect-metadata";
import crypto from "node:crypto";
import fs from "node:fs";
import tls from "node:tls";
import * as x509 from "@peculiar/x509";

const { webcrypto } = crypto;
x509.cryptoProvider.set(webcrypto);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 24 * 60 * 60 * 1000;

async function pem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

function serialNumber(): string {
  // A positive number: the first bit is 0 (RFC 5280, 4.1.2.2).
  return `0${crypto.randomBytes(16).toString("hex").slice(1)}`;
}

/**
 * Makes the authority that signs the local cloud's certificates, unless it is there. It is trusted only by processes
 * that are told to trust it; nothing is installed in the system.
 */
export async function ensureAuthority(files: { caCertificate: string; caKey: string }): Promise<void> {
  if (fs.existsSync(files.caCertificate) && fs.existsSync(files.caKey)) return;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=keyvault-connector local cloud",
    serialNumber: serialNumber(),
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 3650 * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
    ],
  });
  fs.writeFileSync(files.caKey, await pem(keys.privateKey), { mode: 0o600 });
  fs.writeFileSync(files.caCertificate, `${certificate.toString("pem")}\n`, { mode: 0o600 });
}

/**
 * Certificates by host name, made when a client first asks for one: the hosts of Power Platform environments have two
 * changing labels, which no wildcard covers.
 */
export class Certificates {
  private readonly contexts = new Map<string, Promise<tls.SecureContext>>();
  private readonly authority: x509.X509Certificate;
  private readonly authorityKey: Promise<CryptoKey>;

  constructor(files: { caCertificate: string; caKey: string }) {
    this.authority = new x509.X509Certificate(fs.readFileSync(files.caCertificate, "utf8"));
    const [der] = x509.PemConverter.decode(fs.readFileSync(files.caKey, "utf8"));
    if (!der) throw new Error(`${files.caKey} holds no key. Delete the folder of the local cloud and start it anew.`);
    this.authorityKey = webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  }

  contextFor(host: string): Promise<tls.SecureContext> {
    let context = this.contexts.get(host);
    if (!context) this.contexts.set(host, (context = this.make(host)));
    return context;
  }

  private async make(host: string): Promise<tls.SecureContext> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: "CN=local cloud",
      issuer: this.authority.subject,
      serialNumber: serialNumber(),
      notBefore: new Date(Date.now() - day),
      notAfter: new Date(Date.now() + 365 * day),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: await this.authorityKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: "dns", value: host }]),
        await x509.AuthorityKeyIdentifierExtension.create(this.authority, false, webcrypto),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    });
    const chain = `${certificate.toString("pem")}\n${this.authority.toString("pem")}\n`;
    return tls.createSecureContext({ key: await pem(keys.privateKey), cert: chain });
  }
}
