/** Entra's codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const remedies: Record<string, string> = {
  AADSTS7000215:
    "The client secret is not one of the application's, or Entra does not know it yet: check that the secret's value, not its id, was given.",
  AADSTS7000222: "The client secret has expired: make a new one and run the update again.",
  AADSTS700016:
    "Entra does not know the application in this tenant, or not yet: check client id and tenant, and that it has a service principal.",
  AADSTS90002: "Entra does not know the tenant: check the tenant id.",
  AADSTS900023: "The tenant is neither an id nor a domain: check the tenant id.",
  AADSTS500011: "The tenant does not know the resource: check the resource URL, such as https://vault.azure.net.",
  AADSTS500014: "The service principal is disabled: enable it in Entra.",
  AADSTS700213:
    "No federated credential of the application has the subject of the token, or Entra does not know it yet: compare issuer, subject and audience with the connector's federatedIdentity, or run the update with a refresh.",
  AADSTS700211:
    "No federated credential of the application has the issuer of the token: compare it with the connector's federatedIdentity.",
  AADSTS7000112: "The application is disabled: enable it in Entra.",
};
/** What a fresh application or secret is answered with until it has spread. */
const healedByTime = new Set(["AADSTS7000215", "AADSTS700016", "AADSTS700213"]);

const codeIn = (text: string) => /AADSTS\d+/.exec(text)?.[0];

/** Whether Entra refused for a reason that waiting does not change. */
export function isHopeless(reason: string): boolean {
  const code = codeIn(reason);
  return code !== undefined && !healedByTime.has(code);
}

/** Whether a text is a refusal of Entra. */
export const isSignInError = (reason: string): boolean => codeIn(reason) !== undefined;

/** What to do about a refusal of Entra; "" where nothing is known. */
export function explainSignIn(reason: string): string {
  return remedies[codeIn(reason) ?? ""] ?? "";
}
