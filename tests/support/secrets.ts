/** A secret in the ways in which programs write it down. */
function variants(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // Base64 of a longer text that holds the secret depends on where in the text it stands.
  const inside = [0, 1, 2].map((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset, "x"), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    // The first and the last group mix in neighbours.
    return whole.slice(offset === 0 ? 0 : 4, -2);
  });
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("hex"),
    ...inside,
    ...inside.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}

/** Names of the secrets that a text contains in clear, URL-encoded, escaped, in hexadecimal or in base64. */
export function secretsIn(text: string, secrets: Record<string, string>): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => variants(secret).some((variant) => text.includes(variant)))
    .map(([name]) => name);
}
