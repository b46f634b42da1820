import type { CheckFailure, CheckRequest, Created, Options, State } from "../common/plugin";
import { type Properties, text, unknownValue } from "../common/values";
import { applicationFields, applicationOutputs, applicationSets } from "./applicationFields";
import { oneOf } from "./checks";
import { DirectoryObjectResource } from "./directoryObject";
import type { GraphClient } from "./graphClient";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/application */
export class ApplicationResource extends DirectoryObjectResource {
  constructor(graph: GraphClient) {
    const kind = {
      collection: "applications",
      noun: "application",
      inputs: applicationFields,
      outputs: applicationOutputs,
      local: ["preventDuplicateNames"],
      sets: applicationSets,
      required: "displayName",
      probe: "displayName",
      rules: {
        displayName: (value: string) => (value.trim() === "" ? "expected a text that is not empty" : undefined),
        signInAudience: oneOf(
          "AzureADMyOrg",
          "AzureADMultipleOrgs",
          "AzureADandPersonalMicrosoftAccount",
          "PersonalMicrosoftAccount",
        ),
      },
      replaceOn: [],
      stables: ["clientId", "publisherDomain"],
    } as const;
    super(kind, graph);
  }

  protected override async conflicts({ inputs, oldInputs }: CheckRequest): Promise<CheckFailure[]> {
    if (inputs.displayName === unknownValue || inputs.displayName === oldInputs.displayName) return [];
    const reason = await this.duplicate(inputs);
    return reason === undefined ? [] : [{ property: "displayName", reason }];
  }

  /** Also at the time of writing: the same update may have made another of this name. */
  private async requireNoDuplicate(inputs: Properties, id?: string): Promise<void> {
    const reason = await this.duplicate(inputs, id);
    if (reason !== undefined) throw new Error(reason);
  }

  private async duplicate(inputs: Properties, ownId?: string): Promise<string | undefined> {
    if (inputs.preventDuplicateNames !== true) return undefined;
    const value = text(inputs, "displayName");
    const found = await this.graph.list("/v1.0/applications", { property: "displayName", value });
    const other = found.map((application) => `/applications/${text(application, "id")}`).find((id) => id !== ownId);
    if (other === undefined) return undefined;
    return (
      `an application with the display name '${value}' already exists (${other}) and preventDuplicateNames is set: ` +
      "import it, or choose another name"
    );
  }

  override async create(inputs: Properties, options: Options): Promise<Created> {
    await this.requireNoDuplicate(inputs);
    return super.create(inputs, options);
  }

  override async update(inputs: Properties, old: State, options: Options): Promise<Properties> {
    await this.requireNoDuplicate(inputs, old.id);
    return super.update(inputs, old, options);
  }
}
