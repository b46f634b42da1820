import type { Clients } from "../client/clients";
import type { CustomConnectorInputs } from "../lifecycle/connectorInputs";
import { DataverseRoute } from "./dataverse";
import { PowerAppsRoute } from "./powerApps";
import type { ConnectorRoute, RouteName } from "./route";

/** A route that was chosen, as the state keeps it. */
export interface ChosenRoute {
  chosenRoute: RouteName;
  /** "" for the route powerApps. */
  organizationUrl: string;
}

/**
 * What the environment has, looked at once: the state keeps the answer, so that a Dataverse which is added later moves
 * nothing by itself.
 * @throws Error when Dataverse is wanted where there is none
 */
export async function chooseRoute(
  { environments }: Clients,
  { environmentId, route }: Pick<CustomConnectorInputs, "environmentId" | "route">,
): Promise<ChosenRoute> {
  if (route === "powerApps") return { chosenRoute: "powerApps", organizationUrl: "" };
  const organizationUrl = await environments.organizationUrl(environmentId);
  if (organizationUrl !== undefined) return { chosenRoute: "dataverse", organizationUrl };
  if (route === "auto") return { chosenRoute: "powerApps", organizationUrl: "" };
  throw new Error(
    `The environment ${environmentId} has no Dataverse: set route to powerApps or auto, or add Dataverse to it.`,
  );
}

/** The code of a route. */
export function routeOf(clients: Clients, { chosenRoute, organizationUrl }: ChosenRoute): ConnectorRoute {
  return chosenRoute === "dataverse" ? new DataverseRoute(clients, organizationUrl) : new PowerAppsRoute(clients);
}
