import { asInputs, refreshedInputs, unsupported } from "../common/lifecycle";
import type { Checked, CheckRequest, Created, Options, ResourceType, State } from "../common/plugin";
import { type Properties, text } from "../common/values";
import { brokenRules, isApplicationId, missing } from "./checks";
import { field, fromGraph, list, patchOf, toGraph } from "./fields";
import type { GraphClient } from "./graphClient";
import { applicationObjectId, credentialParts } from "./ids";
import { explained, waitFor } from "./requests";

const fields = [
  list("audiences"),
  field("description"),
  field("displayName", "name"),
  field("issuer"),
  field("subject"),
];
const keys = ["applicationId", ...fields.map(({ sdk }) => sdk)];

function pathOf(id: string): { applicationId: string; credentialId: string; path: string } {
  const { objectId, keyId } = credentialParts(id, "federatedIdentityCredential");
  const path = `/v1.0/applications/${objectId}/federatedIdentityCredentials/${keyId}`;
  return { applicationId: `/applications/${objectId}`, credentialId: keyId, path };
}

/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationfederatedidentitycredential */
export class FederatedCredentialResource implements ResourceType {
  readonly replaceOn = ["applicationId", "displayName"];
  readonly stables = ["credentialId"];

  constructor(private readonly graph: GraphClient) {}

  check({ inputs }: CheckRequest): Checked {
    const required = keys.filter((key) => key !== "description");
    const failures = [
      ...unsupported(inputs, keys, "azuread"),
      ...missing(inputs, required),
      ...brokenRules(inputs, { applicationId: isApplicationId }),
    ];
    return { inputs, failures };
  }

  planned(inputs: Properties, old?: State): Properties {
    return old ? { ...asInputs(inputs, keys), credentialId: old.outputs.credentialId } : asInputs(inputs, keys);
  }

  async create(inputs: Properties): Promise<Created> {
    const objectId = applicationObjectId(text(inputs, "applicationId"));
    const path = `/v1.0/applications/${objectId}/federatedIdentityCredentials`;
    const made = await explained(`Could not add federated identity credential to application '${objectId}'`, () =>
      this.graph.post(path, toGraph(fields, inputs)),
    );
    const credentialId = text(made, "id");
    return {
      id: `${objectId}/federatedIdentityCredential/${credentialId}`,
      outputs: { ...asInputs(inputs, keys), ...fromGraph(fields, made), credentialId },
    };
  }

  private async outputs(id: string): Promise<Properties | undefined> {
    const { applicationId, credentialId, path } = pathOf(id);
    const credential = await explained(`Retrieving federated identity credential '${id}'`, () => this.graph.get(path));
    return credential && { ...fromGraph(fields, credential), applicationId, credentialId };
  }

  async read(state: State): Promise<Omit<State, "name"> | undefined> {
    const outputs = await this.outputs(state.id);
    if (!outputs) return undefined;
    return { id: state.id, outputs, inputs: refreshedInputs(state, outputs, (from) => asInputs(from, keys)) };
  }

  async update(inputs: Properties, old: State): Promise<Properties> {
    const changeable = fields.filter(({ sdk }) => !this.replaceOn.includes(sdk));
    await explained(`Could not update federated identity credential '${old.id}'`, () =>
      this.graph.patch(pathOf(old.id).path, patchOf(changeable, old.inputs, inputs)),
    );
    const outputs = await this.outputs(old.id);
    if (!outputs) throw new Error(`The federated identity credential '${old.id}' was updated, and then it was gone`);
    return outputs;
  }

  async delete({ id }: State, options: Options): Promise<void> {
    const { path } = pathOf(id);
    await explained(`Removing federated identity credential '${id}'`, async () => {
      await this.graph.delete(path);
      await waitFor(this.graph, options, "its removal", async () => (await this.graph.get(path)) === undefined);
    });
  }
}
