import fc from "fast-check";
import type { CustomConnectorInputs } from "../../power-platform/lifecycle/connectorInputs";
import { markerKey } from "../../power-platform/marker";
import type { ConnectionParameter, OpenApiDocument, PolicyTemplateInstance } from "../../power-platform/types";
import { connectorInputs } from "./connectors";

const word = fc.stringMatching(/^[a-z]{1,8}$/);
const words = fc.string({ unit: "grapheme", minLength: 0, maxLength: 40 });
const type = fc.constantFrom("string", "integer", "boolean", "number");

/** A schema, a few levels deep. */
const schema: fc.Arbitrary<Record<string, unknown>> = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 2 },
    fc.record({ type, description: words, "x-ms-summary": words }, { requiredKeys: ["type"] }),
    fc.record({ type: fc.constant("array"), items: tie("any") }),
    fc.record({ type: fc.constant("object"), properties: fc.dictionary(word, tie("any"), { maxKeys: 3 }) }),
  ),
})).any;

const operation = fc.record({
  summary: words,
  queries: fc.uniqueArray(fc.record({ name: word, type, required: fc.boolean() }), {
    maxLength: 3,
    selector: ({ name }) => name,
  }),
  schema,
});

const definitionOf = (title: string, marker: string) =>
  fc
    .record({
      description: words,
      version: fc.stringMatching(/^[0-9]\.[0-9]$/),
      basePath: fc.constantFrom("/", "/api", "/api/v1/"),
      operations: fc.dictionary(word, operation, { minKeys: 1, maxKeys: 4 }),
    })
    .map(({ description, version, basePath, operations }): OpenApiDocument => {
      const paths = Object.entries(operations).map(([name, { summary, queries, schema: answer }]) => [
        `/${name}/{id}`,
        {
          get: {
            operationId: `Get_${name}`,
            summary,
            parameters: [
              { name: "id", in: "path", required: true, type: "string" },
              ...queries.map((query) => ({ ...query, in: "query" })),
            ],
            responses: { 200: { description: summary, schema: answer }, default: { description: "error" } },
          },
        },
      ]);
      return {
        swagger: "2.0",
        info: { title, description, version, [markerKey]: marker },
        host: "backend.example.com",
        basePath,
        schemes: ["https"],
        paths: Object.fromEntries(paths) as OpenApiDocument["paths"],
      };
    });

const plainParameter: fc.Arbitrary<ConnectionParameter> = fc.record(
  {
    type: fc.constantFrom("string", "securestring"),
    uiDefinition: fc.record({
      displayName: words,
      constraints: fc.record({ required: fc.constantFrom("true", "false") }),
    }),
  },
  { requiredKeys: ["type"] },
);

const signIn: fc.Arbitrary<ConnectionParameter> = fc
  .record({
    clientId: fc.uuid(),
    scopes: fc.array(word, { maxLength: 2 }),
    onBehalf: fc.constantFrom("true", "false", true, false),
  })
  .map(({ clientId, scopes, onBehalf }) => ({
    type: "oauthSetting",
    oAuthSettings: {
      identityProvider: "aad",
      clientId,
      scopes,
      redirectMode: "Global",
      customParameters: { EnableOnbehalfOfLogin: { value: onBehalf }, TenantId: {} },
    },
  }));

const parameters = fc
  .tuple(fc.dictionary(word, plainParameter, { maxKeys: 2 }), fc.option(signIn, { nil: undefined }))
  .map(([plain, token]) => (token ? { ...plain, token } : plain));

const policy: fc.Arbitrary<PolicyTemplateInstance> = fc.record({
  templateId: fc.constantFrom("setheader", "dynamichosturl", "routerequesttoendpoint"),
  title: words,
  parameters: fc.record({
    "x-ms-apimTemplateParameter.value": words,
    "x-ms-apimTemplate-policySection": fc.constantFrom("Request", "Response"),
  }),
});

const sets = fc
  .uniqueArray(word, { minLength: 1, maxLength: 3 })
  .chain((names) =>
    fc.tuple(...names.map((name) => parameters.map((of) => ({ name, parameters: of })))).map((values) => ({ values })),
  );

/** Everything about a connector that can change in place. */
export function connectorOf(
  title: string,
  place: Pick<CustomConnectorInputs, "environmentId" | "route">,
): fc.Arbitrary<CustomConnectorInputs> {
  const base = connectorInputs(title, place);
  const { connectionParameterSets: _, oauthClientSecret: _secret, ...kept } = base;
  return fc
    .record({
      definition: definitionOf(title, `marker of ${title}`),
      iconBrandColor: fc.stringMatching(/^#[0-9a-f]{6}$/),
      policies: fc.array(policy, { maxLength: 3 }),
      capabilities: fc.subarray(["actions", "Cloud"]),
      connectionParameters: parameters,
      connectionParameterSets: fc.option(sets, { nil: undefined }),
    })
    .map(({ connectionParameterSets: some, ...others }) => ({
      ...kept,
      ...others,
      ...(some ? { connectionParameterSets: some } : {}),
    }));
}
