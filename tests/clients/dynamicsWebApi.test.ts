import { seed } from "../../local-cloud/seed";
import { startTestCloud, type TestCloud } from "../support/localCloud";
import { runClient } from "../support/runNode";

type Answers = Record<string, unknown>;

const text = (part: string | RegExp) => expect.stringMatching(part) as unknown;

/** https://www.npmjs.com/package/dynamics-web-api, written against the real Dataverse. */
describe("dynamics-web-api", () => {
  let cloud: TestCloud;
  let said: Answers;
  let otherClientId = "";

  beforeAll(async () => {
    cloud = await startTestCloud();
    const token = await cloud.token("https://graph.microsoft.com");
    const graph = async (path: string, body: object) =>
      JSON.parse(
        (await cloud.send("POST", `https://graph.microsoft.com/v1.0/${path}`, { token, body })).body,
      ) as Answers;
    otherClientId = (await graph("applications", { displayName: "Other" })).appId as string;
    await graph("servicePrincipals", { appId: otherClientId });
    said = (await runClient("dataverse.cjs", {
      ...cloud.env,
      DATAVERSE_URL: `https://${seed.dataverseEnvironment.host}`,
      OTHER_CLIENT_ID: otherClientId,
      SYNC_MILLISECONDS: "1200",
    })) as Answers;
  }, 60_000);
  afterAll(() => cloud.stop());

  test("knows who calls, and makes publishers and solutions", () => {
    expect(said).toMatchObject({
      who: { UserId: text(/^[0-9a-f-]{36}$/) },
      solution: { value: [{ uniquename: "KeyVaultAccess", publisherid: { customizationprefix: "cts" } }] },
      components: {
        value: [{ solutionid: { uniquename: "Default" } }, { solutionid: { uniquename: "KeyVaultAccess" } }],
      },
    });
  });

  test("upserts by the preconditions: only what exists, only what does not", () => {
    // The client makes null, and of a stale ETag false, of what a precondition kept it from.
    expect(said).toMatchObject({
      absent: { value: null },
      made: { value: "10ca1c10-1111-4111-8111-111111111111" },
      again: null,
      updated: { value: true },
      stale: false,
      returned: { displayname: "One", description: "changed" },
    });
  });

  test("shows rows: selected columns, formatted values, no client secrets, no internal id yet", () => {
    expect(said).toMatchObject({
      first: {
        name: "cts_one",
        connectorinternalid: null,
        connectortype: 1,
        "connectortype@OData.Community.Display.V1.FormattedValue": "CustomConnector",
      },
      single: { fullname: "# Deployer" },
      late: { connectorinternalid: text(/^shared_cts-5fone-5f[0-9a-f]{16}$/) },
    });
    expect(JSON.stringify(said.first)).not.toContain("not-kept");
    expect(said.first).not.toHaveProperty("openapidefinition");
  });

  test("pages, orders, filters, counts", () => {
    expect(said).toMatchObject({
      pages: [
        { names: ["cts_two", "cts_three"], count: 3 },
        { names: ["cts_one"], count: 3 },
      ],
      all: { value: [{ name: "cts_one" }, { name: "cts_three" }, { name: "cts_two" }] },
      top: { value: [{ name: "cts_one" }] },
      count: 3,
    });
  });

  test("reads metadata", () => {
    expect(said).toMatchObject({
      entity: { EntitySetName: "connectors", PrimaryIdAttribute: "connectorid", Keys: [] },
      attributes: {
        value: expect.arrayContaining([
          expect.objectContaining({ LogicalName: "openapidefinition", AttributeType: "Memo" }),
        ]) as unknown,
      },
      choice: { OptionSet: { Options: [{ Value: 0 }, { Value: 1 }, { Value: 2 }] } },
    });
  });

  test("does batches, of whose changesets all or nothing is kept", () => {
    expect(said).toMatchObject({
      batch: [{ value: [{}, {}, {}] }, expect.anything()],
      afterBatch: { description: "in a batch" },
      afterFailed: { description: "in a batch" },
    });
    expect(said.failedBatch).not.toHaveProperty("value");
  });

  test("makes application users with roles, shares rows with them, keeps environment variables", () => {
    expect(said).toMatchObject({
      user: { systemuserroles_association: [{ name: "System Customizer" }] },
      shared: { PrincipalAccesses: [{ AccessMask: "ReadAccess, WriteAccess" }] },
      badValue: { status: 400, code: "0x80040265" },
      variables: {
        value: [
          {
            schemaname: "cts_secret",
            environmentvariabledefinition_environmentvariablevalue: [{ value: text(/vaults\/3\/secrets\/4$/) }],
          },
        ],
      },
    });
  });

  test.each([
    ["property", 400, "0x80060888", "a property named 'nonsense'"],
    ["collection", 404, "0x8006088a", "nonsenses"],
    ["payload", 400, "0x80048d19", "Invalid property 'nonsense'"],
    ["length", 400, "0x80044331", "maximum allowed length of '200'"],
    ["definition", 400, "0x80040265", "only OpenAPI 2.0"],
    ["missing", 404, "0x80040217", "Does Not Exist"],
    ["filter", 400, "0x80060888", "Syntax error"],
  ])("says what is wrong with a %s", (which, status, code, message) => {
    expect(said.refused).toMatchObject({ [which]: { status, code, message: text(message) } });
  });

  test("deletes rows, and the connectors that were made of them go too", async () => {
    expect(said.deleted).toEqual([true, true, true]);
    expect(said.left).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const filter = encodeURIComponent(`environment eq '${seed.dataverseEnvironment.id}'`);
    const url = `https://api.powerapps.com/providers/Microsoft.PowerApps/apis?api-version=2016-11-01&$filter=${filter}`;
    const token = await cloud.token("https://service.powerapps.com");
    expect(JSON.parse((await cloud.send("GET", url, { token })).body)).toEqual({ value: [] });
  });

  test("an application without a user in the organization is no member of it", async () => {
    const url = `https://${seed.dataverseEnvironment.host}/api/data/v9.2/connectors`;
    const without = await cloud.send("GET", url);
    expect([without.status, without.headers["www-authenticate"]]).toEqual([401, expect.stringContaining("Bearer ")]);
    const token = await cloud.token("https://management.azure.com");
    expect((await cloud.send("GET", url, { token })).status).toBe(401);
  });
});
