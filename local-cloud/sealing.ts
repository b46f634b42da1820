import crypto from "node:crypto";
import fs from "node:fs";

/** A secret value as the store keeps it: AES-256-GCM, base64 of nonce, tag and ciphertext. */
export type Sealed = string & { readonly sealed: unique symbol };

const nonceBytes = 12;
const tagBytes = 16;

/** Keeps secret values out of the state's files in clear. */
export class Sealer {
  private readonly key: Buffer;

  /** @param keyFile 32 random bytes, made when absent. */
  constructor(keyFile: string) {
    if (!fs.existsSync(keyFile)) fs.writeFileSync(keyFile, crypto.randomBytes(32), { mode: 0o600 });
    this.key = fs.readFileSync(keyFile);
  }

  seal(text: string): Sealed {
    const nonce = crypto.randomBytes(nonceBytes);
    const cipher = crypto.createCipheriv("aes-256-gcm", this.key, nonce);
    const ciphertext = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString("base64") as Sealed;
  }

  open(sealed: Sealed): string {
    const bytes = Buffer.from(sealed, "base64");
    const decipher = crypto.createDecipheriv("aes-256-gcm", this.key, bytes.subarray(0, nonceBytes));
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, "utf8") + decipher.final("utf8");
  }
}
