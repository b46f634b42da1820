import { applicationCredential } from "../client/credential";
import type { Difference } from "./connectorDrift";
import { hashOf, matchesHash } from "./hashing";
import { explainSignIn, isHopeless, isSignInError } from "./signInErrors";
import { containsUnknown } from "./unknown";
import { DeadlineError, type Look, waitFor } from "./waiting";

/** What the engine hands over: the resource's arguments, defaults filled in. */
export interface ClientSecretAcceptanceInputs {
  authority: string;
  tenantId: string;
  clientId: string;
  /** Resource that the token is asked for, such as `https://vault.azure.net`. */
  resource: string;
  /** Only used. */
  clientSecret: string;
  deadlineSeconds: number;
}

/** What the state keeps; for the secret a keyed hash. */
export interface ClientSecretAcceptanceOutputs extends Omit<ClientSecretAcceptanceInputs, "clientSecret"> {
  clientSecretHash: string;
  acceptedAfterSeconds: number;
}

/** Entra has many front ends, which do not learn of a new client secret at the same moment. */
const acceptancesInARow = 3;
const pauseMilliseconds = 400;

async function ask(inputs: ClientSecretAcceptanceInputs): Promise<string | undefined> {
  const { authority, tenantId, clientId, clientSecret, resource } = inputs;
  // A new credential each time: it would remember its token, and not ask again.
  const credential = await applicationCredential(authority, tenantId, clientId, clientSecret);
  try {
    await credential.getToken(`${resource.replace(/\/+$/, "")}/.default`);
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    // What is not Entra's refusal (a lost connection, a 503) may be better the next time.
    if (isSignInError(said) && isHopeless(said)) throw new DeadlineError(0, said);
    return said;
  }
}

/** Waits until Entra accepts the client secret, by asking. @throws Error with Entra's reason and what to do */
export async function writeClientSecretAcceptance(
  inputs: ClientSecretAcceptanceInputs,
): Promise<{ id: string; outs: ClientSecretAcceptanceOutputs }> {
  const { clientId, deadlineSeconds, clientSecret, ...kept } = inputs;
  const startedAt = Date.now();
  let inARow = 0;
  const look = async (): Promise<Look<true>> => {
    const refusal = await ask(inputs);
    inARow = refusal === undefined ? inARow + 1 : 0;
    if (inARow >= acceptancesInARow) return { found: true };
    return { notYet: refusal ?? "accepted, but not yet by all of Entra" };
  };
  const patience = { deadlineSeconds, firstPauseMilliseconds: pauseMilliseconds, longestPauseMilliseconds: 5000 };
  try {
    await waitFor(`Entra to accept the client secret of ${clientId}`, patience, look);
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    const waited = error.seconds > 0 ? ` within ${error.seconds} seconds` : "";
    throw new Error(
      `Entra did not accept the client secret of the application ${clientId}${waited}: ${error.last} ${explainSignIn(error.last)}`,
      { cause: error },
    );
  }
  const acceptedAfterSeconds = Math.round((Date.now() - startedAt) / 1000);
  const outs = { ...kept, clientId, deadlineSeconds, clientSecretHash: hashOf({ clientSecret }), acceptedAfterSeconds };
  return { id: clientId, outs };
}

const asked = ["authority", "tenantId", "clientId", "resource"] as const;

/** Asked again when what was asked for is another; never replaced. */
export function diffClientSecretAcceptance(
  olds: ClientSecretAcceptanceOutputs,
  news: ClientSecretAcceptanceInputs,
): Difference {
  const secret = { clientSecret: news.clientSecret };
  const isSame =
    asked.every((key) => olds[key] === news[key]) &&
    !containsUnknown(secret) &&
    matchesHash(secret, olds.clientSecretHash);
  return { changes: !isSame, replaces: [] };
}
