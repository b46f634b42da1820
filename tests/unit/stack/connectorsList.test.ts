import { settingsOf } from "./configuration";

const secrets = [{ name: "one" }, { name: "two", vaultName: "second" }, { name: "partner-api-key" }];
const other = "0f3c4c39-6d1b-4b0e-9d6c-000000000002";
const group = { principalId: other, principalType: "Group" };

const config = {
  secrets,
  application: { displayName: "Secrets" },
  connector: { description: "What all of these connectors say of themselves" },
  connection: { shareWith: [group] },
  connectors: [
    { name: "hr", title: "HR", secrets: ["partner-api-key", "two"] },
    { name: "it", title: "IT", operations: [{ kind: "byName" }], renamedFrom: ["ict"], shareWith: [] },
    { name: "people", title: "People", signIn: "user", powerPlatformEnvironmentId: other },
    { name: "own", title: "Own", secrets: ["one"], signIn: "managedIdentity", connectionDisplayName: "Ours" },
  ],
};

describe("a list of connectors", () => {
  const { identities } = settingsOf(config);
  const [hr, it_, people, own] = identities.map(({ connectors: [connector] }) => connector);

  it("has an application for each, which reads what its connector reads and nothing else", () => {
    expect(identities.map(({ name, displayName, secretNames }) => [name, displayName, secretNames])).toEqual([
      ["hr", "Secrets: HR", ["partner-api-key", "second"]],
      ["it", "Secrets: IT", ["one", "second", "partner-api-key"]],
      ["people", "Secrets: People", ["one"]],
      ["own", "Secrets: Own", ["one"]],
    ]);
  });

  it("has an operation for each listed secret, named after it", () => {
    expect(
      hr?.connector.operations.map(({ kind, operationId, secretName }) => [kind, operationId, secretName]),
    ).toEqual([
      ["latest", "GetPartnerApiKey", "partner-api-key"],
      ["latest", "GetTwo", "second"],
    ]);
    expect(it_?.connector.operations.map(({ kind }) => kind)).toEqual(["byName"]);
  });

  it("takes what is not said from connector and connection", () => {
    expect(hr?.connector.description).toBe("What all of these connectors say of themselves");
    expect(hr?.connection).toMatchObject({ displayName: "HR", shareWith: [{ principalId: other }] });
    expect(it_?.connection?.shareWith).toEqual([]);
    expect(own?.connection?.displayName).toBe("Ours");
  });

  it("has client secrets, connections and proofs by the kind of sign-in", () => {
    expect(identities.map(({ hasClientSecret, userSignIn }) => [hasClientSecret, userSignIn])).toEqual([
      [true, false],
      [true, false],
      [true, true],
      [false, false],
    ]);
    expect(people?.connection).toBeUndefined();
    expect([hr, it_, people, own].map((one) => one?.proof)).toEqual(["direct", "direct", "none", "runtime"]);
    expect(people?.environmentId).toBe(other);
  });

  it("has one application for all by setting, which reads what any of them reads", () => {
    const shared = settingsOf({ ...config, application: { perConnector: false } }).identities;
    expect(shared).toHaveLength(1);
    expect(shared[0]).toMatchObject({ name: "main", displayName: "Key Vault connector (dev)", hasClientSecret: true });
    expect(shared[0]?.secretNames.toSorted()).toEqual(["one", "partner-api-key", "second"]);
    expect(shared[0]?.connectors).toHaveLength(4);
  });
});

test("a generated value has a window, which changes with the period", () => {
  const windowOf = (asOf: string) =>
    settingsOf({ secrets: [{ name: "one", rotationDays: 30 }], rotation: { asOf } }).secrets[0]?.window;
  expect([windowOf("2026-01-01"), windowOf("2026-01-30"), windowOf("2026-01-31")]).toEqual(["0", "0", "1"]);
});
