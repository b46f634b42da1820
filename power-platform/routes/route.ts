import type { WireConnector } from "../client/wireTypes";
import type { CustomConnectorInputs } from "../lifecycle/connectorInputs";
import type { Share } from "../types";

/** The ways to write a custom connector. */
export type RouteName = "powerApps" | "dataverse";

/** Where a connector is. */
export interface Place {
  /** The resource's id: that by which it was known first. */
  id: string;
  /** `shared_…`; "" until Dataverse has handed it on to the Power Apps resource provider. */
  internalName: string;
  /** Id of its row in Dataverse; "" without one. */
  dataverseId: string;
}

/** The part of the inputs that can be seen at the service, in whatever shape it keeps them. */
export interface Content {
  definition: unknown;
  connectionParameterSets: unknown;
  connectionParameters: unknown;
  iconBrandColor: unknown;
  capabilities: unknown;
  policies: unknown;
  scriptOperations: unknown;
  /** Whether icon and script are the ones that were sent. */
  sameIcon: boolean;
  sameScript: boolean;
}

/** Where the service keeps the icon and the script that were sent; "" for none. A change of them is somebody's edit. */
export interface FileLocations {
  iconLocation: string;
  scriptLocation: string;
}

/**
 * A way to write a custom connector. Whatever way it was written, the runtime knows it as a connector of the Power Apps
 * resource provider, from which redirect URL and runtime URL are read.
 */
export interface ConnectorRoute {
  /**
   * Makes it, or finds the one that an earlier attempt made whose answer was lost: then `isNew` is false. `connector` is what
   * the service answered, where that says all that there is to know.
   */
  make(inputs: CustomConnectorInputs): Promise<{ place: Place; isNew: boolean; connector?: WireConnector }>;
  /** Brings an existing one to the inputs. */
  write(inputs: CustomConnectorInputs, place: Place): Promise<void>;
  /** The connector as the runtime knows it, with what was written in it. */
  settled(inputs: CustomConnectorInputs, place: Place): Promise<WireConnector>;
  /** What was written; undefined when the connector is gone. */
  content(
    inputs: CustomConnectorInputs & FileLocations,
    place: Place,
  ): Promise<{ connector?: WireConnector; content: Content } | undefined>;
  /** Gives the wanted roles, and takes those away that an earlier update gave. */
  share(inputs: CustomConnectorInputs, place: Place, before: readonly Share[]): Promise<void>;
  /** Those of the inputs' shares who have their role. */
  stillShared(inputs: CustomConnectorInputs, place: Place): Promise<Share[]>;
  /** Deletes it and waits until it is gone. What is gone already is fine. */
  remove(olds: CustomConnectorInputs, place: Place): Promise<void>;
}
