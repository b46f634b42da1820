import crypto from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Clients } from "../client/clients";
import type { Cloud } from "../client/clouds";
import { applicationCredential } from "../client/credential";
import { runtimeScope } from "../client/endpoints";
import { RequestError } from "../client/errors";
import type { Difference } from "./connectorDrift";
import { hashOf, matchesHash } from "./hashing";
import { explainSignIn, isHopeless, isSignInError } from "./signInErrors";
import { containsUnknown } from "./unknown";
import { DeadlineError, type Look, waitFor } from "./waiting";

/** What the engine hands over: the resource's arguments, defaults filled in. */
export interface OperationProofInputs {
  cloud: Cloud;
  mode: "direct" | "runtime";
  connectionName: string;
  runtimeUrl: string;
  backendUrl: string;
  operationPath: string;
  authority: string;
  tenantId: string;
  clientId: string;
  resource: string;
  /** Only used. */
  clientSecret: string;
  /** Only compared; "" when any value will do. */
  expectedValue: string;
  valueProperty: string;
  connectionRevision: string;
  deadlineSeconds: number;
}

/** What came of the proof. */
export interface ProofResult {
  result: "proven" | "notProven";
  /** "" when proven. */
  reason: string;
  httpStatus: number;
}

/** What the state keeps; for the secrets a keyed hash. */
export interface OperationProofOutputs
  extends Omit<OperationProofInputs, "clientSecret" | "expectedValue">, ProofResult {
  secretsHash: string;
}

/** Codes with which a backend refuses for good what it would otherwise refuse for want of a role. */
const finalRefusals: Record<string, string> = {
  ForbiddenByFirewall:
    "The backend's firewall does not let this machine in: allow its address, run from inside, or set proof to none.",
  ForbiddenByConnection:
    "The backend takes no calls from public networks: run from inside its network, or set proof to none.",
  SecretDisabled: "The secret's version is disabled: enable it, or set another version.",
};

const digest = (text: string) => crypto.createHash("sha256").update(text).digest();

/** A failed step of the proof, with what to do. */
function failure(step: string, detail: string, remedy: string): Error {
  return new Error(`The proof failed at ${step}: ${detail}${remedy === "" ? "" : ` ${remedy}`}`);
}

function checkValue(body: string, { valueProperty, expectedValue }: OperationProofInputs): ProofResult {
  const value: unknown = (JSON.parse(body) as Record<string, unknown>)[valueProperty];
  if (expectedValue === "" && typeof value === "string") return { result: "proven", reason: "", httpStatus: 200 };
  // Hashes, so that neither value can end up in a message.
  if (typeof value === "string" && crypto.timingSafeEqual(digest(value), digest(expectedValue))) {
    return { result: "proven", reason: "", httpStatus: 200 };
  }
  throw failure(
    "comparing the value",
    `the operation answers, but its '${valueProperty}' is not the value that this stack put there.`,
    "Check which version the operation reads, and whether somebody else wrote the secret.",
  );
}

/** What a refused call means: wait for it to change, or fail with the step and the remedy. */
function judge(error: RequestError, inputs: OperationProofInputs): Look<ProofResult> {
  const { status, code, message } = error;
  if (isSignInError(message)) {
    if (!isHopeless(message)) return { notYet: message };
    throw failure("signing in", message, explainSignIn(message));
  }
  const refusal = finalRefusals[code];
  if (refusal !== undefined) throw failure("calling the operation", message, refusal);
  // A role takes minutes to spread, a new host name too.
  if (status === 401 || status === 403 || status === 0 || status === 429 || status >= 500) return { notYet: message };
  const where = status === 404 ? `${inputs.operationPath} was not found: ` : "";
  throw failure(
    "calling the operation",
    `${where}${message}`,
    "Check the secret's name and version, and the connector's definition.",
  );
}

function explain(last: string, inputs: OperationProofInputs): string {
  if (isSignInError(last)) return explainSignIn(last);
  return (
    `Check that the application ${inputs.clientId} has a role that reads ${inputs.operationPath.split("?")[0] ?? ""}, ` +
    "and give a new role assignment up to ten minutes."
  );
}

/** Signs in as the application and calls the backend, as the connector's runtime does. */
async function lookDirectly({ signedIn }: Clients, inputs: OperationProofInputs): Promise<Look<ProofResult>> {
  const { authority, tenantId, clientId, clientSecret, resource, backendUrl, operationPath } = inputs;
  // A new client each time: a token from before the role was given would be refused again.
  const http = signedIn(() => applicationCredential(authority, tenantId, clientId, clientSecret));
  const endpoint = {
    url: `${backendUrl.replace(/\/+$/, "")}${operationPath}`,
    scope: `${resource.replace(/\/+$/, "")}/.default`,
  };
  const { body } = await http.send("GET", endpoint, {
    action: `call ${operationPath.split("?")[0] ?? ""} as the application`,
  });
  return { found: checkValue(body, inputs) };
}

const refusedWithoutUser = (text: string) =>
  /missing connection ACL/i.test(text) || /AADSTS(65001|500011|501051)/.test(text);

/** Calls the operation through the connection, as the identity that runs Pulumi. */
async function lookThroughConnection({ http }: Clients, inputs: OperationProofInputs): Promise<Look<ProofResult>> {
  const { runtimeUrl, connectionName, operationPath } = inputs;
  const endpoint = { url: `${runtimeUrl}/${connectionName}${operationPath}`, scope: runtimeScope };
  try {
    const { body } = await http.send("GET", endpoint, { action: "call the operation through the connection" });
    return { found: checkValue(body, inputs) };
  } catch (error) {
    if (!(error instanceof RequestError) || !refusedWithoutUser(error.message)) throw error;
    const reason = `The platform refuses callers without a user here, so nothing was proven: ${error.message}`;
    return { found: { result: "notProven", reason, httpStatus: error.status } };
  }
}

/** Calls the operation until it answers with the value. @throws Error naming the step that failed and what to do */
export async function prove(clients: Clients, inputs: OperationProofInputs): Promise<ProofResult> {
  const look = () =>
    inputs.mode === "direct" ? lookDirectly(clients, inputs) : lookThroughConnection(clients, inputs);
  try {
    return await waitFor("the operation to answer", { deadlineSeconds: inputs.deadlineSeconds }, () =>
      look().catch((error: unknown) => {
        if (error instanceof RequestError) return judge(error, inputs);
        throw error;
      }),
    );
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    const step = isSignInError(error.last) ? "signing in" : "calling the operation";
    throw failure(step, `${error.last} (for ${error.seconds} seconds)`, explain(error.last, inputs));
  }
}

const secretsOf = ({ clientSecret, expectedValue }: OperationProofInputs) => ({ clientSecret, expectedValue });

export async function writeOperationProof(clients: Clients, inputs: OperationProofInputs) {
  const { clientSecret, expectedValue, ...kept } = inputs;
  const proof = await prove(clients, inputs);
  const outs: OperationProofOutputs = { ...kept, ...proof, secretsHash: hashOf({ clientSecret, expectedValue }) };
  return { id: `${inputs.connectionName}${inputs.operationPath.split("?")[0] ?? ""}`, outs };
}

/** Not part of what is proven: how long it may take, and addresses that follow from the others. */
const ignored = new Set(["deadlineSeconds", "runtimeUrl", "clientSecret", "expectedValue"]);

/** A proof is repeated when anything that it proves is another, never replaced. */
export function diffOperationProof(olds: OperationProofOutputs, news: OperationProofInputs): Difference {
  const keys = (Object.keys(news) as (keyof OperationProofInputs)[]).filter(
    (key) => !ignored.has(key) && !key.startsWith("__"),
  );
  const before = olds as unknown as OperationProofInputs;
  const secrets = secretsOf(news);
  const isSame =
    keys.every((key) => isDeepStrictEqual(before[key], news[key])) &&
    !containsUnknown(secrets) &&
    matchesHash(secrets, olds.secretsHash);
  return { ...(isSame ? { changes: false } : {}), replaces: [] };
}
