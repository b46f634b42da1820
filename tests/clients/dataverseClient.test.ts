import path from "node:path";
import { seed } from "../../local-cloud/seed";
import { startTestCloud, type TestCloud } from "../support/localCloud";
import { ensurePythonPackage } from "../support/pythonPackage";
import { run } from "../support/runNode";

const python = ensurePythonPackage("powerplatform-dataverse-client", "1.1.0", "python");

/** https://pypi.org/project/PowerPlatform-Dataverse-Client, Microsoft's own. */
(python === undefined ? describe.skip : describe)("powerplatform-dataverse-client", () => {
  let cloud: TestCloud;
  let said: Record<string, unknown>;

  beforeAll(async () => {
    cloud = await startTestCloud();
    const env = {
      ...cloud.env,
      DATAVERSE_URL: `https://${seed.dataverseEnvironment.host}`,
      SYNC_MILLISECONDS: "1200",
      PYTHONDONTWRITEBYTECODE: "1",
    };
    const script = path.join(__dirname, "dataverse.py");
    const { code, stdout, stderr } = await run(python ?? "", [script], { env, timeoutMilliseconds: 120_000 });
    if (code !== 0) throw new Error(stderr);
    said = JSON.parse(stdout) as Record<string, unknown>;
  }, 150_000);
  afterAll(() => cloud.stop());

  test("creates, updates, reads, pages, upserts and deletes rows", () => {
    expect(said).toMatchObject({
      many: 2,
      one: { name: "new_one", description: "changed", connectortype: 1 },
      pages: [["new_one", "new_three"], ["new_two"]],
      upserted: { schemaname: "new_key", defaultvalue: "b" },
      batch: [204, 200],
      late: expect.stringMatching(/^shared_new-5fone-5f/) as unknown,
      left: [],
    });
  });

  test("reads metadata", () => {
    expect(said.table).toContain("entity_set_name='connectors'");
    expect(said.tables).toEqual(expect.arrayContaining(["connector", "solution", "systemuser"]));
  });

  test("understands what is refused", () => {
    expect(said.refused).toMatchObject({
      missing: { status: 404, code: "0x80040217" },
      property: { status: 400, code: "0x80060888" },
      table: { message: expect.stringContaining("Unable to resolve entity set") as unknown },
      definition: { status: 400, code: "0x80040265" },
    });
  });
});
