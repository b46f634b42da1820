import { z } from "zod";
import type { Collection, Store } from "./store";

/** What of the services' behaviour can be set. All delays are in seconds of the local cloud's clock. */
export const knobsSchema = z.strictObject({
  /** Before a role assignment counts on the data plane. */
  roleAssignmentDelaySeconds: z.number().min(0).max(3600).default(0),
  /** Before Entra accepts a new client secret (AADSTS7000215 until then). */
  clientSecretDelaySeconds: z.number().min(0).max(3600).default(0),
  /** Before Entra knows a new service principal (AADSTS700016 until then). */
  servicePrincipalDelaySeconds: z.number().min(0).max(3600).default(0),
  /** Before a connection's status says more than that it is being checked. */
  connectionStatusDelaySeconds: z.number().min(0).max(3600).default(0),
  /** Before the service fills in the subject of a connector that signs in by managed identity. */
  federatedSubjectDelaySeconds: z.number().min(0).max(3600).default(0),
  /** Before a row of Dataverse is handed on to the Power Apps resource provider, and its connectorinternalid is known. */
  dataverseSyncDelaySeconds: z.number().min(0).max(3600).default(1),
  /** Whether callers without a user may run operations through a connection. Unproven for the real service, so off. */
  runtimeAllowsAppOnly: z.boolean().default(false),
  /** Whether creating a connector refuses what the portal refuses (title, description), not only what the service does. */
  strictPortalRules: z.boolean().default(false),
});

export type Knobs = z.infer<typeof knobsSchema>;

/** The settings of a running local cloud. */
export class KnobStore {
  private readonly state: Collection<Partial<Knobs>>;

  constructor(store: Store) {
    this.state = store.collection("knobs");
  }

  get(): Knobs {
    return knobsSchema.parse(this.state.get("knobs") ?? {});
  }

  /** @throws ZodError when a value is not allowed. */
  patch(patch: unknown): Knobs {
    const knobs = knobsSchema.parse({ ...this.get(), ...z.record(z.string(), z.unknown()).parse(patch) });
    this.state.put("knobs", knobs);
    return knobs;
  }
}
