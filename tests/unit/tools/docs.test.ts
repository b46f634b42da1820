import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../../local-cloud/project";
import { outputSince } from "../../../outputs";
import { referencePages } from "../../../tools/docs/reference";

describe("the reference", () => {
  test("is as fresh as the sources: npm run docs", async () => {
    for (const [file, text] of Object.entries(await referencePages(projectRoot())))
      expect(`${file}\n${fs.readFileSync(path.join(projectRoot(), file), "utf8")}`).toBe(`${file}\n${text}`);
  });

  test("names every setting and every output, each with a description", async () => {
    const pages = await referencePages(projectRoot());
    for (const name of Object.keys(outputSince)) expect(pages["docs/reference/outputs.md"]).toContain(`\`${name}\``);
    expect(pages["docs/reference/configuration.md"]).toContain("## rotation");
    expect(pages["docs/reference/components.md"]).toContain("## KeyVaultConnector");
  });
});
