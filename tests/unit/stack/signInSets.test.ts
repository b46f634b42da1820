import fc from "fast-check";
import {
  servicePrincipalSignIn,
  type SignInArgs,
  signInSets,
  userSignIn,
} from "../../../components/connectorDefinition";

const args: SignInArgs = {
  clientId: "0f3c4c39-6d1b-4b0e-9d6c-000000000001",
  tenantId: "0f3c4c39-6d1b-4b0e-9d6c-000000000002",
  authority: "https://login.microsoftonline.com",
  resourceUrl: "https://vault.azure.net",
};
const sets = signInSets(args);
const setNamed = (name: string) => sets.values.find((set) => set.name === name);
const settingsOf = (name: string) => setNamed(name)?.parameters.token?.oAuthSettings;

/** Every key anywhere below. */
function keys(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inside]) => [key, ...keys(inside)]);
}

it("are the two kinds that the portal makes, in its order and with its names", () => {
  expect(sets.values.map(({ name }) => name)).toEqual(["oauth2-auth", "oAuthClientCredentials"]);
  expect([userSignIn, servicePrincipalSignIn]).toEqual(["oauth2-auth", "oAuthClientCredentials"]);
  expect(sets.values.map(({ uiDefinition }) => uiDefinition?.displayName)).toEqual([
    "Default OAuth Connection",
    "Service Principal Connection",
  ]);
});

it("never have a client secret inside", () => {
  expect(keys(sets)).not.toContain("clientSecret");
  // What a connection gives is named, and has no value.
  expect(setNamed(servicePrincipalSignIn)?.parameters["token:clientSecret"]).toEqual({
    type: "securestring",
    uiDefinition: expect.objectContaining({ displayName: "Client Secret" }) as unknown,
  });
});

it.each([userSignIn, servicePrincipalSignIn])("of %s sign in to the application with empty scopes", (name) => {
  expect(settingsOf(name)).toMatchObject({
    identityProvider: "aad",
    clientId: args.clientId,
    scopes: [],
    redirectMode: "GlobalPerConnector",
    properties: { IsFirstParty: "False", AzureActiveDirectoryResourceId: args.resourceUrl },
    customParameters: { LoginUri: { value: args.authority }, ResourceUri: { value: args.resourceUrl } },
  });
});

it("of a user have no on-behalf-of login, and stay in the tenant", () => {
  expect(settingsOf(userSignIn)?.customParameters).toMatchObject({
    EnableOnbehalfOfLogin: { value: "false" },
    TenantId: { value: args.tenantId },
  });
  expect(settingsOf(userSignIn)?.customParameters).not.toHaveProperty("grantType");
});

it("of a service principal use client credentials that the connection gives", () => {
  expect(settingsOf(servicePrincipalSignIn)?.customParameters).toMatchObject({
    grantType: { value: "client_credentials" },
    TenantId: {},
  });
  const parameters = setNamed(servicePrincipalSignIn)?.parameters;
  expect(Object.keys(parameters ?? {})).toEqual(["token", "token:clientId", "token:clientSecret", "token:TenantId"]);
  for (const name of ["token:clientId", "token:clientSecret", "token:TenantId"]) {
    expect(parameters?.[name]?.uiDefinition?.constraints).toMatchObject({ required: "true", hidden: "false" });
  }
});

it("leave connections shareable", () => {
  expect(keys(sets).map((key) => key.toLowerCase())).not.toContain("allowsharing");
});

it("are the same, byte for byte, for the same arguments", () => {
  const anyArgs = fc.record({
    clientId: fc.uuid(),
    tenantId: fc.uuid(),
    authority: fc.constantFrom("https://login.microsoftonline.com", "https://login.windows.net"),
    resourceUrl: fc.webUrl(),
  });
  fc.assert(
    fc.property(anyArgs, (one) => {
      expect(JSON.stringify(signInSets({ ...one }))).toBe(JSON.stringify(signInSets(one)));
    }),
  );
});
