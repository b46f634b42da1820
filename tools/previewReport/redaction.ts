// The engine blinds secrets in previews. This does it once more, since a comment on a pull request is read by many: by the
// engine's marks, by names that hold secrets, by shapes that only secrets have, and then wherever a value found so recurs.
import { type Fields, isFields, isUnknown, itemsOf, textOf, textsOf } from "./values";

export const hidden = "[secret]";

/** Key and value with which the engine marks an encrypted or plain secret. Source: sdk/go/common/resource/sig */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Names of properties that hold a secret text, compared without case and punctuation. */
const secretTextName =
  /(clientsecret|secretvalue|password|passwd|passphrase|connectionstring|expectedvalue|sastoken|sharedaccesssignature|privatekey|privatekeypem|(primary|secondary|account|access|shared|storage|api|master|admin)key|(access|refresh|id|bearer|auth)token|plaintext|ciphertext|bcrypthash|(secret|secrets|secretparameters|clientsecret)hash)$/;
/** Names of properties that hold a structure of secrets. */
const secretStructureName = /^(secretparameters|secretvalues|protectedsettings|securesettings)$/;

/** Where a resource type keeps a secret under an innocent name. */
const secretPlaces: [type: RegExp, places: string[][]][] = [
  [/keyvault[^$]*:Secret$/i, [["value"], ["properties", "value"]]],
  [/:(Application|ServicePrincipal)Password$/, [["value"]]],
  [/:RandomPassword$/, [["result"], ["bcryptHash"]]],
  [/:dynamic\/powerPlatform:/, [["secretParameters"], ["oauthClientSecret"], ["clientSecret"], ["expectedValue"]]],
];

/** Texts that only a secret looks like. */
const secretShapes = [
  /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g, // a JSON web token
  /[\w~.-]{3}\dQ~[\w~.-]{31,34}/g, // a client secret of Entra ID
  /\b(gh[pousr]_\w{30,}|github_pat_\w{30,}|pul-[0-9a-f]{40})\b/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=\b(AccountKey|SharedAccessKey|SharedAccessSignature|sig|Password|Pwd|client_secret|clientSecret|access_token)["']?\s*[=:]\s*["']?)[^\s"',;&[\]]{4,}/gi,
  /(?<=\bBearer\s+)[\w~+/.=-]{8,}/gi,
  /(?<=:\/\/[^\s/:@]+:)[^\s/@]+(?=@)/g, // of a URL's user
  /\bv1:[A-Za-z0-9+/]{16}:[A-Za-z0-9+/=]{20,}/g, // what the engine has encrypted
];

/** Where the engine tells of properties by their names, beside the properties themselves. */
const bookkeeping = new Set([
  "detailedDiff",
  "propertyDependencies",
  "dependencies",
  "aliases",
  "additionalSecretOutputs",
  "stackTrace",
  "diffReasons",
  "replaceReasons",
]);

/** Shorter values are hidden where they stand, but not searched for elsewhere: every word would hold them. */
const shortest = 4;

const plainName = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** All texts and numbers in a value, JSON in texts included: a plain secret is kept as JSON. */
function leavesOf(value: unknown): string[] {
  if (typeof value === "number" || typeof value === "bigint") return [String(value)];
  if (typeof value === "string") {
    const inner = /^\s*["[{]/.test(value) ? parsedJson(value) : undefined;
    return inner === undefined ? [value] : [value, ...leavesOf(inner)];
  }
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return isFields(value) ? Object.values(value).flatMap(leavesOf) : [];
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where a property stands. */
interface Place {
  type: string;
  /** Properties that the resource lists as secret. */
  secretOutputs: Set<string>;
  isProperty: boolean;
}

/** What is secret in one document: what to hide where it stands, and the values to hide elsewhere too. */
export class Redaction {
  private readonly values = new Set<string>();
  private known: RegExp | undefined;

  /**
   * A copy without what is known as secret by its mark, its name or its type. Remembers the values.
   * @param type of the resource whose properties these are
   * @param isProperty whether this is a property, or part of one, and not what the engine tells of it
   */
  masked(value: unknown, type = "", isProperty = false): unknown {
    if (Array.isArray(value)) return value.map((item) => this.masked(item, type, isProperty));
    if (!isFields(value)) return value;
    const signature = value[signatureKey];
    if (signature === secretSignature || (signature === outputSignature && value.secret === true))
      return this.hide(Object.entries(value).filter(([key]) => key !== signatureKey).map(([, inner]) => inner)); // prettier-ignore
    const ownType = typeof value.type === "string" && "urn" in value ? value.type : type;
    const names = new Set(textsOf(value.additionalSecretOutputs));
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        !isProperty && bookkeeping.has(key)
          ? inner
          : this.maskedProperty(key, inner, { type: ownType, secretOutputs: names, isProperty }),
      ]),
    );
  }

  private maskedProperty(key: string, value: unknown, place: Place): unknown {
    const { type, secretOutputs, isProperty } = place;
    const name = plainName(key.split(":").at(-1) ?? key);
    if (secretStructureName.test(name) && value !== null && value !== undefined) return this.hide(value);
    if (secretTextName.test(name) && (typeof value === "string" || typeof value === "number")) return this.hide(value);
    const isProperties = !isProperty && (key === "inputs" || key === "outputs");
    if (!isProperties || !isFields(value))
      return this.masked(value, type, isProperty || isProperties || key === "config");
    const places = secretPlaces.flatMap(([pattern, paths]) => (pattern.test(type) ? paths : []));
    const all = [...places, ...[...secretOutputs].map((output) => [output])];
    return this.masked(
      all.reduce((fields, path) => this.hiddenAt(fields, path), value),
      type,
      true,
    );
  }

  private hiddenAt(value: Fields, [key = "", ...rest]: string[]): Fields {
    const inner = value[key];
    if (inner === undefined || inner === null) return value;
    if (rest.length === 0) return { ...value, [key]: this.hide(inner) };
    return isFields(inner) ? { ...value, [key]: this.hiddenAt(inner, rest) } : value;
  }

  private hide(value: unknown): unknown {
    if (isUnknown(value)) return value;
    this.known = undefined;
    for (const leaf of leavesOf(value)) {
      const trimmed = leaf.trim();
      for (const text of [leaf, trimmed]) {
        if (text.length >= shortest && text !== hidden && !isUnknown(text)) this.values.add(text);
      }
    }
    return hidden;
  }

  /** A text without values that are known as secret, however they are written, and without what looks like one. */
  clean(text: string): string {
    this.known ??= this.knownPattern();
    return secretShapes.reduce((cleaned, shape) => cleaned.replace(shape, hidden), text.replace(this.known, hidden));
  }

  /** Known values, the longest first, so that none is left half hidden; and what is hidden already, so that it stays. */
  private knownPattern(): RegExp {
    const spelled = [...this.values].flatMap((value) => [
      value,
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(Buffer.from(value).toString()),
      Buffer.from(value).toString("base64"),
    ]);
    const longestFirst = [...new Set(spelled)].sort((one, other) => other.length - one.length);
    const escaped = longestFirst.map((value) => value.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&"));
    return new RegExp(["\\[secret\\]", ...escaped].join("|"), "g");
  }
}

/** Whether a value was hidden, or holds something that was. */
export function holdsHidden(value: unknown): boolean {
  if (typeof value === "string") return value.includes(hidden);
  if (Array.isArray(value)) return itemsOf(value).some(holdsHidden);
  return isFields(value) && Object.values(value).some(holdsHidden);
}

export const isHidden = (value: unknown): boolean => textOf(value) === hidden;
