import { isDeepStrictEqual } from "node:util";
import type { Clients } from "../client/clients";
import type { Cloud } from "../client/clouds";
import type { ConnectionAddress } from "../client/endpoints";
import { RequestError } from "../client/errors";
import type { WireConnection } from "../client/wireTypes";
import type { RouteName } from "../routes/route";
import type { Share } from "../types";
import type { Difference } from "./connectorDrift";
import type { CustomConnectorInputs } from "./connectorInputs";
import { onceEnvironmentIsKnown } from "./environmentKnown";
import { IncompleteError } from "./failure";
import { hashOf, matchesHash } from "./hashing";
import { includesSettings } from "./sameSettings";
import { oncePrincipalsAreKnown, sharingChange, stillShared } from "./sharing";
import { explainSignIn, isHopeless } from "./signInErrors";
import { containsUnknown, isUnknown } from "./unknown";
import { DeadlineError, onceAccepted, unlessGone, waitFor } from "./waiting";

/** What the engine hands over: the resource's arguments, defaults filled in. */
export interface ConnectionInputs extends ConnectionAddress {
  cloud: Cloud;
  /** By which route the connector is wished for, and by which it was made: another one makes another connector. */
  connectorRoute: CustomConnectorInputs["route"];
  connectorChosenRoute: RouteName;
  connectorIdentity: string;
  signInRevision: string;
  displayName: string;
  /** Name of the connector's parameter set; absent for connectors without sets. */
  parameterSet?: string;
  parameters: Record<string, string>;
  /** Only sent. */
  secretParameters: Record<string, string>;
  shareWith: Share[];
  statusDeadlineSeconds: number;
}

/** What the state keeps; for the secret values a keyed hash. */
export interface ConnectionOutputs extends Omit<ConnectionInputs, "secretParameters"> {
  secretParametersHash: string;
  connectionId: string;
  status: string;
}

const goneDeadlineSeconds = 120;
const connectorPatience = { deadlineSeconds: 60 };

/** The statuses in one word, and in the service's own words when it is not Connected. */
export function statusOf({ properties: { statuses } }: WireConnection): { status: string; reason: string } {
  const bad = statuses.find(({ status }) => status !== "Connected");
  if (!bad && statuses.length > 0) return { status: "Connected", reason: "" };
  const { code, message } = bad?.error ?? {};
  return { status: bad?.status ?? "Unknown", reason: [code, message].filter(Boolean).join(": ") || "no reason given" };
}

function outputsOf(inputs: ConnectionInputs, connectionId: string, status: string): ConnectionOutputs {
  const { secretParameters, ...kept } = inputs;
  return { ...kept, secretParametersHash: hashOf(secretParameters), connectionId, status };
}

const idOf = ({ connectorName, connectionName }: ConnectionAddress) =>
  `/providers/Microsoft.PowerApps/apis/${connectorName}/connections/${connectionName}`;

/**
 * Waits until the statuses say Connected: the status code of the write says nothing. A fresh secret or service principal
 * takes Entra a while, so that only refusals which time does not heal end the wait early. The write is repeated, since the
 * service is not known to try again by itself.
 */
async function waitUntilConnected(
  { connections }: Clients,
  inputs: ConnectionInputs,
  first: WireConnection,
): Promise<void> {
  const { displayName, connectionName, parameters, secretParameters, parameterSet } = inputs;
  const body = { displayName, parameterSet, values: { ...parameters, ...secretParameters } };
  let latest: WireConnection | undefined = first;
  const patience = { deadlineSeconds: inputs.statusDeadlineSeconds };
  try {
    await waitFor(`connection ${displayName} to be Connected`, patience, async () => {
      const seen = latest ?? (await connections.get(inputs)) ?? (await connections.put(inputs, body));
      const { status, reason } = statusOf(seen);
      if (status === "Connected") return { found: true };
      if (isHopeless(reason)) throw new DeadlineError(0, reason);
      latest = reason.includes("AADSTS") ? await connections.put(inputs, body) : undefined;
      return { notYet: `${status}: ${reason}` };
    });
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    const waited = error.seconds > 0 ? ` within ${error.seconds} seconds` : "";
    throw new Error(
      `The connection ${displayName} (${connectionName}) did not become Connected${waited}. The service says: ${error.last} ${explainSignIn(error.last)}`,
      { cause: error },
    );
  }
}

/** Gives the wanted roles and takes those away that an earlier update gave. */
async function share({ connections }: Clients, inputs: ConnectionInputs, before: readonly Share[]): Promise<void> {
  const change = sharingChange(await connections.permissions(inputs), inputs.shareWith, before);
  if (change.missing.length === 0 && change.removed.length === 0) return;
  await oncePrincipalsAreKnown(
    () => connections.modifyPermissions(inputs, change.missing, change.removed),
    inputs.statusDeadlineSeconds,
  );
}

/** Calls may have failed from the moment at which the new secret was written until the connection was Connected with it. */
function sayGap({ displayName, connectionName }: ConnectionInputs, milliseconds: number): void {
  // Rounded up: it was never longer than what is said.
  const seconds = (Math.ceil(milliseconds / 100) / 10).toFixed(1);
  console.error(
    `The connection ${displayName} (${connectionName}) signs in anew; from writing it to Connected it took ${seconds} s.`,
  );
}

/** A connector that was made a moment ago may be unknown to the server that is asked next. */
function onceConnectorIsKnown<T>(clients: Clients, inputs: ConnectionInputs, work: () => Promise<T>): Promise<T> {
  const { connectorName, environmentId } = inputs;
  const isNotKnownYet = (error: unknown) =>
    error instanceof RequestError && error.status === 404 && !/environment/i.test(error.code);
  return onceAccepted(`the connector ${connectorName} to be known`, connectorPatience, isNotKnownYet, () =>
    onceEnvironmentIsKnown(clients, environmentId, work),
  );
}

/** Creates or updates. What fails after the write leaves the connection in the state, as unfinished. */
async function write(clients: Clients, inputs: ConnectionInputs, olds?: ConnectionOutputs): Promise<ConnectionOutputs> {
  const { displayName, parameterSet, parameters, secretParameters } = inputs;
  const values = { ...parameters, ...secretParameters };
  let id = idOf(inputs);
  try {
    const writtenAt = Date.now();
    const written = await onceConnectorIsKnown(clients, inputs, () =>
      clients.connections.put(inputs, { displayName, parameterSet, values }),
    );
    id = written.id;
    await waitUntilConnected(clients, inputs, written);
    if (olds && !matchesHash(secretParameters, olds.secretParametersHash)) sayGap(inputs, Date.now() - writtenAt);
    await share(clients, inputs, olds?.shareWith ?? []);
    return outputsOf(inputs, id, "Connected");
  } catch (error) {
    if (error instanceof RequestError && !(await exists(clients, inputs))) throw error;
    throw new IncompleteError(inputs.connectionName, outputsOf(inputs, id, "Error"), error);
  }
}

async function exists({ connections }: Clients, inputs: ConnectionInputs): Promise<boolean> {
  return connections.get(inputs).then(
    (found) => found !== undefined,
    () => false,
  );
}

export async function createConnection(clients: Clients, inputs: ConnectionInputs) {
  return { id: inputs.connectionName, outs: await write(clients, inputs) };
}

export async function updateConnection(clients: Clients, olds: ConnectionOutputs, inputs: ConnectionInputs) {
  return { outs: await write(clients, inputs, olds) };
}

export async function deleteConnection({ connections }: Clients, olds: ConnectionOutputs): Promise<void> {
  const patience = { deadlineSeconds: goneDeadlineSeconds };
  await waitFor(`connection ${olds.connectionName} to be gone`, patience, async () => {
    // Each time, since a 404 is believed, and may have been said by a server that did not know of it yet.
    await connections.delete(olds);
    return (await connections.get(olds)) ? { notYet: "it is still there" } : { found: true };
  });
}

/** The state with what is otherwise at the service; `undefined` when the connection is gone. */
export async function readConnection(
  { connections }: Clients,
  olds: ConnectionOutputs,
): Promise<ConnectionOutputs | undefined> {
  const found = await unlessGone(() => connections.get(olds));
  if (!found) return undefined;
  const { displayName, connectionParametersSet: set, connectionParameters } = found.properties;
  const ofSet = Object.entries(set?.values ?? {}).map(([name, { value }]) => [name, String(value)] as const);
  const plain = Object.entries(connectionParameters ?? {}).map(([name, value]) => [name, String(value)] as const);
  // The service does not give all values back: those that it does must be ours.
  const shown = set ? ofSet : plain;
  const shownSet = set?.name ?? olds.parameterSet;
  const isSame = shown.every(([name, value]) => includesSettings(value, valueOf(olds.parameters, name)));
  const permissions = olds.shareWith.length > 0 ? await connections.permissions(olds) : [];
  const read = {
    displayName: displayName ?? olds.displayName,
    ...(shownSet === undefined ? {} : { parameterSet: shownSet }),
    parameters: isSame ? olds.parameters : Object.fromEntries(shown),
    shareWith: stillShared(permissions, olds.shareWith),
  };
  const { displayName: name, parameterSet, parameters, shareWith } = olds;
  const known = { displayName: name, ...(parameterSet === undefined ? {} : { parameterSet }), parameters, shareWith };
  const drifted = !isDeepStrictEqual(read, known);
  const { status } = statusOf(found);
  return { ...olds, ...read, status: status === "Connected" && drifted ? "Drifted" : status };
}

/**
 * The inputs that a read found, for the engine to compare with the program's line by line; undefined when all is as it was.
 * Without the secret values, which nobody can read and the next update sends again.
 */
export function seenInputs(seen: ConnectionOutputs): Omit<ConnectionInputs, "secretParameters"> | undefined {
  if (seen.status === "Connected") return undefined;
  const { secretParametersHash, connectionId, status, ...inputs } = seen;
  return inputs;
}

const valueOf = (parameters: Record<string, string>, name: string) =>
  Object.entries(parameters).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];

const replacing = ["environmentId", "connectionName"] as const;

export function diffConnection(olds: ConnectionOutputs, news: ConnectionInputs): Difference {
  const differs = (was: unknown, is: unknown) => !isUnknown(is) && was !== is;
  const replaces: string[] = replacing.filter((key) => differs(olds[key], news[key]));
  // The connector's name is unknown in the preview of each of its updates; identity and route tell a replacement.
  const moves = news.connectorRoute !== "auto" && differs(olds.connectorChosenRoute, news.connectorRoute);
  const isOther = moves || differs(olds.connectorIdentity, news.connectorIdentity);
  if (isOther || differs(olds.connectorName, news.connectorName)) replaces.push("connectorName");
  // Incomplete, drifted or in error: the inputs are the same, and yet there is something to do.
  if (olds.status !== "Connected") return { changes: true, replaces };
  const isSame = replaces.length === 0 && isUnknown(news.connectorName) && sameButForConnectorName(olds, news);
  return { ...(isSame ? { changes: false } : {}), replaces };
}

function sameButForConnectorName(olds: ConnectionOutputs, news: ConnectionInputs): boolean {
  const { secretParameters, connectorName: _unknown, connectorChosenRoute: _unknownToo, ...others } = news;
  if (containsUnknown(others) || containsUnknown(secretParameters)) return false;
  const keys = (Object.keys(others) as (keyof typeof others)[]).filter((key) => !key.startsWith("__"));
  return (
    keys.every((key) => isDeepStrictEqual(olds[key], others[key])) &&
    matchesHash(secretParameters, olds.secretParametersHash)
  );
}
