import type { Clients } from "../client/clients";
import type { WireConnector } from "../client/wireTypes";
import { chooseRoute } from "../routes/choose";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "./connectorInputs";
import { readCustomConnector } from "./connectorDrift";
import { outputsOf } from "./connectorOutputs";
import { described } from "./titleTaken";

async function findWanted({ connectors }: Clients, environmentId: string, wanted: string): Promise<WireConnector> {
  const all = await connectors.list(environmentId);
  const found = all.filter(({ name, id, properties }) => [name, id, properties.displayName].includes(wanted));
  const [connector] = found;
  if (connector && found.length === 1) return connector;
  const listed = (found.length > 1 ? found : all).map(described).join(", ") || "none";
  throw new Error(
    `adopt: ${found.length > 1 ? "several connectors are" : "no connector is"} called ${wanted} in environment ${environmentId}. ` +
      `Name one by its internal name. There: ${listed}.`,
  );
}

/**
 * Takes over a connector that was made by hand or with paconn, as it is: nothing is written yet. The next preview shows what
 * the program would change, after a refresh line by line.
 * @throws Error when none or several are called so, or its title is not the program's
 */
export async function adoptConnector(
  clients: Clients,
  inputs: CustomConnectorInputs,
  wanted: string,
): Promise<{ id: string; outs: CustomConnectorOutputs }> {
  const connector = await findWanted(clients, inputs.environmentId, wanted);
  const { title } = inputs.definition.info;
  if (connector.properties.displayName !== title) {
    throw new Error(
      `adopt: ${described(connector)} has another title than the program's "${title}", and the service refuses to change one. ` +
        `Set the title to "${connector.properties.displayName}".`,
    );
  }
  const dataverseId = connector.properties.metadata?.xrmConnectorId ?? "";
  // Whoever made it chose the route.
  const chosen = await chooseRoute(clients, { ...inputs, route: dataverseId === "" ? "powerApps" : "dataverse" });
  const asWanted = outputsOf(
    inputs,
    chosen,
    { id: connector.id, internalName: connector.name, dataverseId },
    connector,
  );
  const read = await readCustomConnector(clients, { ...asWanted, status: "Adopted" });
  if (!read) throw new Error(`adopt: ${wanted} is gone.`);
  return { id: connector.id, outs: read.props };
}
