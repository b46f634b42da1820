import type { RouteName } from "../../power-platform/routes/route";

/**
 * Types of what is at Power Platform when all is well, in their order: one connector, one connection. By Dataverse the
 * connector is there twice: as a row, and as what the runtime knows.
 */
export const wishedFor = (route: RouteName): string[] =>
  route === "dataverse" ? ["connection", "connector", "connectorRow"] : ["connection", "connector"];
