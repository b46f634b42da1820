import { type Properties, text } from "../common/values";
import type { GraphClient } from "./graphClient";

export function ownersOf(inputs: Properties): string[] {
  return Array.isArray(inputs.owners) ? inputs.owners.map(String) : [];
}

/** For the creation: the caller first, or it may not finish what it began. */
export async function ownersForCreation(graph: GraphClient, inputs: Properties): Promise<Properties> {
  const ids = new Set([await graph.callerId(), ...ownersOf(inputs)]);
  return { "owners@odata.bind": [...ids].map((id) => graph.reference(id)) };
}

/** Owners of an object, in a fixed order. */
export async function readOwners(graph: GraphClient, path: string): Promise<string[]> {
  return (await graph.list(`${path}/owners`)).map((owner) => text(owner, "id")).sort();
}

/** Makes the owners those of the inputs. Adds before it removes, so that nobody locks itself out. */
export async function writeOwners(
  graph: GraphClient,
  path: string,
  current: string[],
  wanted: string[],
): Promise<void> {
  for (const id of wanted.filter((one) => !current.includes(one))) {
    await graph.post(`${path}/owners/$ref`, { "@odata.id": graph.reference(id) });
  }
  for (const id of current.filter((one) => !wanted.includes(one))) await graph.delete(`${path}/owners/${id}/$ref`);
}
