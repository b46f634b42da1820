import { htmlPage } from "./answers";

/** A request that a service refused, or that no answer came to. Its message is written for people. */
export class RequestError extends Error {
  constructor(
    /** What was being done: "create the custom connector KeyVaultAccess". */
    readonly action: string,
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    /** The service's error code, the innermost one; "" when it gave none. */
    readonly code: string,
    reason: string,
    /** The ids of the request, to name in a support case, as a sentence; "" for none. */
    ids = "",
  ) {
    const answered = status === 0 ? "no answer" : `HTTP ${status}${code === "" ? "" : ` ${code}`}`;
    const remedy = remedyFor(status, code, reason);
    const id = ids === "" ? "" : ` ${ids}`;
    super(`Could not ${action}: ${answered}. ${withFullStop(reason)}${remedy === "" ? "" : ` ${remedy}`}${id}`);
    this.name = "RequestError";
  }
}

const withFullStop = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** What to do next, for the refusals that people meet. */
function remedyFor(status: number, code: string, reason: string): string {
  if (/does not have permission to access the path/i.test(reason)) {
    return (
      "A Power Platform administrator must register this service principal once: " +
      "New-PowerAppManagementApp -ApplicationId <client id>, or PUT .../adminApplications/<client id> with a user's token."
    );
  }
  switch (code) {
    case "ServiceToServiceEnvironmentNotFound":
    case "EnvironmentNotFound":
      return "Check the environment id (Power Platform admin center > Environments); a new environment takes minutes to appear here.";
    case "ApiAlreadyExists":
      return "Choose another title, or delete the connector that has it.";
    case "PrincipalNotFound":
      return "Check the object id and the kind (User or Group) of those with whom the connection is shared.";
    case "10006":
      return "The environment does not let service principals make connections of connectors whose sharing is disabled.";
  }
  if (status === 401) return "Check the identity that runs Pulumi (ARM_TENANT_ID, ARM_CLIENT_ID and its credential).";
  if (status === 403)
    return "The identity that runs Pulumi needs to be an administrator application of the Power Platform, or a maker of the environment.";
  if (status === 408 || status === 429 || status >= 500 || status === 0)
    return "This is often temporary: run the update again.";
  return "";
}

interface ErrorBody {
  code: string;
  message: string;
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/**
 * Code and message of an error answer. The services nest them: `{"error":{"code","message","details":[…]}}`, where the
 * details of MultipleErrorsOccurred or ApiHubsRequestFailed say more than the outer words; some give a JSON text again.
 */
export function errorOf(body: string): ErrorBody {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { code: "", message: htmlPage(body) ?? (body.slice(0, 500) || "The answer had no body") };
  }
  return innermost(parsed) ?? { code: "", message: body.slice(0, 500) };
}

function innermost(value: unknown): ErrorBody | undefined {
  const object = asObject(value);
  if (!object) return undefined;
  const error = asObject(object.error) ?? object;
  const inner = asObject(error.innererror)?.code;
  const code = [inner, error.code, object.error].find((one) => typeof one === "string") ?? "";
  const text = [error.message, object.error_description].find((one) => typeof one === "string");
  const details = Array.isArray(error.details) ? error.details.map(innermost).filter((one) => one !== undefined) : [];
  if (details.length > 0) {
    const detailed = details.find((one) => one.code !== "");
    return { code: detailed?.code ?? code, message: details.map(({ message }) => message).join(" ") };
  }
  if (typeof text !== "string") return code === "" ? undefined : { code, message: code };
  const nested = text.startsWith("{") ? innermost(tryParse(text)) : undefined;
  return nested ?? { code, message: text };
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
