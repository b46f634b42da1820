import { asInputs, unsupported } from "../common/lifecycle";
import {
  type Checked,
  type CheckRequest,
  type Created,
  type Options,
  PartlyCreatedError,
  type ResourceType,
  type State,
} from "../common/plugin";
import { isObject, pick, type Properties, text } from "../common/values";
import { brokenRules, isApplicationId, isMoment, missing } from "./checks";
import { field, fromGraph, toGraph } from "./fields";
import type { GraphClient } from "./graphClient";
import { applicationObjectId, credentialParts } from "./ids";
import { explained, waitFor } from "./requests";

const moments = ["endDate", "startDate"];
const keys = ["applicationId", "displayName", "rotateWhenChanged", ...moments];
const credentialFields = [
  field("displayName"),
  field("endDate", "endDateTime"),
  field("keyId"),
  field("startDate", "startDateTime"),
];

/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationpassword: Entra makes the secret and shows it once. */
export class ApplicationPasswordResource implements ResourceType {
  readonly replaceOn = "anything";
  readonly secretOutputs = ["value"];

  constructor(private readonly graph: GraphClient) {}

  check({ inputs }: CheckRequest): Checked {
    const rules = { applicationId: isApplicationId, endDate: isMoment, startDate: isMoment };
    return {
      inputs,
      failures: [
        ...unsupported(inputs, keys, "azuread"),
        ...missing(inputs, ["applicationId"]),
        ...brokenRules(inputs, rules),
      ],
    };
  }

  /** As in the real plugin, a moment that Graph writes otherwise than the program (milliseconds) is a change forever. */
  comparedWith({ inputs, outputs }: State): Properties {
    const given = moments.filter((key) => inputs[key] !== undefined);
    return { ...inputs, ...pick(outputs, given) };
  }

  planned(inputs: Properties): Properties {
    return asInputs(inputs, keys);
  }

  async create(inputs: Properties, options: Options): Promise<Created> {
    const objectId = applicationObjectId(text(inputs, "applicationId"));
    const made = await explained(`Could not add password for application '${objectId}'`, async () => {
      if (!(await this.graph.get(`/v1.0/applications/${objectId}`))) throw new Error("there is no such application");
      const passwordCredential = toGraph(credentialFields, inputs);
      return this.graph.post(`/v1.0/applications/${objectId}/addPassword`, { passwordCredential });
    });
    const keyId = text(made, "keyId");
    const outputs = { ...inputs, ...fromGraph(credentialFields, made), value: text(made, "secretText") };
    const created = { id: `${objectId}/password/${keyId}`, outputs };
    try {
      const isThere = async () => (await this.find(objectId, keyId)) !== undefined;
      await waitFor(this.graph, options, `the password credential '${keyId}' of application '${objectId}'`, isThere);
      return created;
    } catch (error) {
      throw new PartlyCreatedError(created, inputs, error);
    }
  }

  private async find(objectId: string, keyId: string): Promise<Properties | undefined> {
    const application = await this.graph.get(`/v1.0/applications/${objectId}`);
    const credentials = Array.isArray(application?.passwordCredentials) ? application.passwordCredentials : [];
    return credentials.filter(isObject).find((credential) => credential.keyId === keyId);
  }

  async read({ id, inputs, outputs }: State): Promise<Omit<State, "name"> | undefined> {
    const { objectId, keyId } = credentialParts(id, "password");
    if (outputs.value === undefined) {
      throw new Error(`The password '${id}' cannot be imported: Entra shows its value only when it is made.`);
    }
    const found = await explained(`Retrieving password '${keyId}' of application '${objectId}'`, () =>
      this.find(objectId, keyId),
    );
    return found && { id, inputs, outputs: { ...outputs, ...fromGraph(credentialFields, found) } };
  }

  async delete({ id }: State, options: Options): Promise<void> {
    const { objectId, keyId } = credentialParts(id, "password");
    await explained(`Removing password '${keyId}' of application '${objectId}'`, async () => {
      if (!(await this.find(objectId, keyId))) return;
      await this.graph.post(`/v1.0/applications/${objectId}/removePassword`, { keyId });
      const isGone = async () => (await this.find(objectId, keyId)) === undefined;
      await waitFor(this.graph, options, "its removal", isGone);
    });
  }
}
