import type { Clients } from "../client/clients";
import type { WireConnector } from "../client/wireTypes";
import { markerKey } from "../marker";
import type { CustomConnectorInputs } from "./connectorInputs";

/** A connector as people know it. */
export const described = ({ name, properties }: WireConnector): string =>
  `${properties.displayName} (${name}) of ${properties.createdBy?.displayName ?? "somebody"}`;

/** What a title that is taken means, and what can be done. */
export function titleTaken(title: string, environmentId: string, others: readonly WireConnector[]): Error {
  const [other] = others;
  const whose = other
    ? `there is ${others.map(described).join(", ")} already`
    : "somebody has one that the identity which runs Pulumi may not see";
  const adopt = other ? `Take it over with adopt: "${other.name}", or choose another title` : "Choose another title";
  return new Error(
    `A custom connector ${title} cannot be made in environment ${environmentId}: ${whose}. ${adopt}, or have the other one deleted.`,
  );
}

/** The connectors of the same title, by whether they carry this resource's marker. */
export async function sameTitle(
  { connectors, anonymous }: Clients,
  { environmentId, definition }: CustomConnectorInputs,
): Promise<{ own: WireConnector[]; others: WireConnector[] }> {
  const own: WireConnector[] = [];
  const others: WireConnector[] = [];
  for (const listed of await connectors.list(environmentId)) {
    if (listed.properties.displayName !== definition.info.title) continue;
    const connector = await connectors.get(environmentId, listed.name);
    if (!connector) continue;
    const info = (await connectors.definition(connector, anonymous))?.info as Record<string, unknown> | undefined;
    (info?.[markerKey] === definition.info[markerKey] ? own : others).push(connector);
  }
  return { own, others };
}
