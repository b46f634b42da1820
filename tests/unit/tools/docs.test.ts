import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../../local-cloud/project";
import { outputSince } from "../../../outputs";
import { run } from "../../../tools/process";

const root = projectRoot();
const page = (name: string) => fs.readFileSync(path.join(root, "docs", "reference", `${name}.md`), "utf8");

describe("the reference", () => {
  test("is as fresh as the sources", async () => {
    // In a process of its own: Prettier loads modules in a way that Jest does not know.
    const { code, stderr } = await run(process.execPath, ["tools/run.cjs", "docs", "--check"], { cwd: root });
    expect(`${stderr}${code}`).toBe("0");
  }, 60_000);

  test("names every setting and every output", () => {
    for (const name of Object.keys(outputSince)) expect(page("outputs")).toContain(`\`${name}\``);
    expect(page("configuration")).toContain("## rotation");
    expect(page("components")).toContain("## KeyVaultConnector");
  });
});
