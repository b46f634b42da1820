import { sameSets } from "../common/diff";
import { asInputs, refreshedInputs, unsupported } from "../common/lifecycle";
import type { Checked, CheckRequest, Created, ResourceType, State } from "../common/plugin";
import { getPath, type Properties, text } from "../common/values";
import { brokenRules, isApplicationId, missing, oneOf } from "./checks";
import type { GraphClient } from "./graphClient";
import { applicationObjectId } from "./ids";
import { explained } from "./requests";

const keys = ["applicationId", "redirectUris", "type"];
/** Property of the application that holds the URIs, by the SDK's `type`. */
const holders: Record<string, string> = { PublicClient: "publicClient", SPA: "spa", Web: "web" };

function parts(id: string): { applicationId: string; type: string; path: string; holder: string } {
  const [, applicationId = "", type = ""] = /^(\/applications\/[^/]+)\/redirectUris\/(\w+)$/.exec(id) ?? [];
  const holder = holders[type];
  if (holder !== undefined) return { applicationId, type, path: `/v1.0${applicationId}`, holder };
  throw new Error(`'${id}' is not of the form '/applications/OBJECT-ID/redirectUris/TYPE'`);
}

/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationredirecturis: all URIs of one type. */
export class ApplicationRedirectUrisResource implements ResourceType {
  readonly replaceOn = ["applicationId", "type"];
  readonly sameValue = sameSets(["redirectUris"]);

  constructor(private readonly graph: GraphClient) {}

  check({ inputs }: CheckRequest): Checked {
    const rules = { applicationId: isApplicationId, type: oneOf(...Object.keys(holders)) };
    const failures = [...unsupported(inputs, keys, "azuread"), ...missing(inputs, keys), ...brokenRules(inputs, rules)];
    return { inputs, failures };
  }

  planned(inputs: Properties): Properties {
    return asInputs(inputs, keys);
  }

  private async uris(id: string): Promise<unknown[]> {
    const { path, holder } = parts(id);
    const application = await explained(`Retrieving redirect URIs '${id}'`, () => this.graph.get(path));
    const uris = application && getPath(application, `${holder}.redirectUris`);
    return Array.isArray(uris) ? (uris as unknown[]) : [];
  }

  private async write(id: string, redirectUris: unknown): Promise<void> {
    const { path, holder } = parts(id);
    await this.graph.patch(path, { [holder]: { redirectUris } });
  }

  async create(inputs: Properties): Promise<Created> {
    const application = applicationObjectId(text(inputs, "applicationId"));
    const id = `/applications/${application}/redirectUris/${text(inputs, "type")}`;
    if ((await this.uris(id)).length > 0) {
      throw new Error(
        `The application has redirect URIs of this type that are not managed here: import them as '${id}', ` +
          "or take them away first.",
      );
    }
    await explained(`Could not create redirect URIs '${id}'`, () => this.write(id, inputs.redirectUris));
    return { id, outputs: asInputs(inputs, keys) };
  }

  /** Without a URI, or without its application, the resource is gone. */
  async read(state: State): Promise<Omit<State, "name"> | undefined> {
    const { applicationId, type } = parts(state.id);
    const redirectUris = await this.uris(state.id);
    if (redirectUris.length === 0) return undefined;
    const outputs = { applicationId, type, redirectUris };
    return { id: state.id, outputs, inputs: refreshedInputs(state, outputs, (from) => asInputs(from, keys)) };
  }

  async update(inputs: Properties, { id }: State): Promise<Properties> {
    await explained(`Could not update redirect URIs '${id}'`, () => this.write(id, inputs.redirectUris));
    return asInputs(inputs, keys);
  }

  async delete({ id }: State): Promise<void> {
    if ((await this.uris(id)).length === 0) return;
    await explained(`Could not delete redirect URIs '${id}'`, () => this.write(id, []));
  }
}
