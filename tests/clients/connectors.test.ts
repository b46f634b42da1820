import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { stopCloud } from "../../local-cloud/client";
import { projectRoot } from "../../local-cloud/project";
import { run } from "../support/runNode";

const definition = {
  swagger: "2.0",
  info: { title: "Exchange rates", description: "Rates of currencies, day by day, of a central bank", version: "1.0" },
  host: "rates.contoso.com",
  basePath: "/",
  schemes: ["https"],
  paths: { "/today": { get: { operationId: "Today", responses: { default: { description: "default" } } } } },
};
const properties = { properties: { iconBrandColor: "#007ee5", capabilities: [], connectionParameters: {} } };

describe("npm run connectors", () => {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), "connectors-"));
  const home = path.join(place, "home");
  const folder = path.join(place, "folder");

  beforeAll(() => {
    const write = (connector: string, text: string) => {
      const own = path.join(folder, connector);
      fs.mkdirSync(own, { recursive: true });
      fs.writeFileSync(path.join(own, "apiDefinition.swagger.json"), text);
      fs.writeFileSync(path.join(own, "apiProperties.json"), JSON.stringify(properties));
    };
    write("rates", JSON.stringify(definition));
    write("torn", JSON.stringify(definition).slice(0, -9));
  });
  afterAll(async () => {
    await stopCloud(home);
    fs.rmSync(place, { recursive: true, force: true });
  });

  test.each(["powerApps", "dataverse"])(
    "takes each connector of a folder through its life, route %s",
    async (route) => {
      const { code, stdout, stderr } = await run(
        process.execPath,
        ["tools/run.cjs", "connectors", folder, "--route", route, "--json"],
        { cwd: projectRoot(), env: { LOCAL_CLOUD_HOME: home }, timeoutMilliseconds: 60_000 },
      );
      expect(code === 0 ? "" : stdout + stderr).toBe("");
      expect(JSON.parse(stdout)).toEqual({
        passed: 1,
        refused: [{ folder: "torn", reason: expect.stringContaining("is not JSON") as string }],
        failed: [],
      });
    },
    90_000,
  );
});
