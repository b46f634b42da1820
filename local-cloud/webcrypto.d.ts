import type { webcrypto } from "node:crypto";

// The X.509 library's types name these as globals, which only the DOM's type library declares.
declare global {
  type Crypto = webcrypto.Crypto;
  type CryptoKey = webcrypto.CryptoKey;
  type CryptoKeyPair = webcrypto.CryptoKeyPair;
  type Algorithm = webcrypto.Algorithm;
  type BufferSource = webcrypto.BufferSource;
  type EcdsaParams = webcrypto.EcdsaParams;
  type EcKeyGenParams = webcrypto.EcKeyGenParams;
  type RsaHashedKeyGenParams = webcrypto.RsaHashedKeyGenParams;
}
