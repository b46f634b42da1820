import type { Created, Options, State } from "../common/plugin";
import { type Properties, text } from "../common/values";
import { servicePrincipalFields, servicePrincipalOutputs, servicePrincipalSets } from "./applicationFields";
import { isGuid } from "./checks";
import { DirectoryObjectResource } from "./directoryObject";
import type { GraphClient } from "./graphClient";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/serviceprincipal */
export class ServicePrincipalResource extends DirectoryObjectResource {
  constructor(graph: GraphClient) {
    const kind = {
      collection: "servicePrincipals",
      noun: "service principal",
      inputs: servicePrincipalFields,
      outputs: servicePrincipalOutputs,
      local: ["useExisting"],
      sets: servicePrincipalSets,
      required: "clientId",
      probe: "description",
      rules: { clientId: isGuid },
      replaceOn: ["clientId"],
      stables: ["clientId", "applicationTenantId", "type"],
    } as const;
    super(kind, graph);
  }

  override async create(inputs: Properties, options: Options): Promise<Created> {
    const clientId = text(inputs, "clientId");
    const [existing] = await this.graph.list("/v1.0/servicePrincipals", { property: "appId", value: clientId });
    if (!existing) return super.create(inputs, options);
    const id = `/servicePrincipals/${text(existing, "id")}`;
    if (inputs.useExisting !== true) {
      throw new Error(
        `Could not create service principal: one for the application with the client id '${clientId}' already exists ` +
          `(${id}). Import it, or set useExisting.`,
      );
    }
    // Compared with itself, so that nothing is taken away which the program does not mention.
    const old: State = { id, name: "", inputs, outputs: {} };
    return { id, outputs: await this.update(inputs, old, options) };
  }

  /** One that was there before may be Microsoft's own, which nobody can delete. */
  override async delete(state: State, options: Options): Promise<void> {
    if (state.inputs.useExisting !== true) {
      await super.delete(state, options);
      return;
    }
    await this.graph.delete(`/v1.0${state.id}`).catch(() => undefined);
  }
}
