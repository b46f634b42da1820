import fs from "node:fs";
import path from "node:path";
import { reportOf } from "../../../../tools/previewReport/command";
import { projectRoot } from "../../../../local-cloud/project";

/** Previews and a refresh of the engine, recorded by tests/engine/previewReport.test.ts; without stack traces and serialised providers. */
const folder = path.join(projectRoot(), "tests", "previews");
const names = fs.readdirSync(folder).filter((file) => file.endsWith(".json")).map((file) => path.basename(file, ".json")); // prettier-ignore
const recorded = (name: string) => fs.readFileSync(path.join(folder, `${name}.json`), "utf8");

describe("the comment of a recorded preview", () => {
  it.each(names)("%s", (name) => {
    const file = path.join(folder, `${name}.md`);
    const comment = reportOf([[`preview-${name}.json`, recorded(name)]], name === "drift" ? "drift" : "preview");
    if (process.env.UPDATE_REFERENCE) fs.writeFileSync(file, comment);
    expect(comment).toBe(fs.readFileSync(file, "utf8"));
  });

  it("stands in the documentation as it is made", () => {
    const guide = fs.readFileSync(path.join(projectRoot(), "docs", "pull-requests.md"), "utf8");
    expect(guide).toContain(fs.readFileSync(path.join(folder, "pull-request.md"), "utf8").trim());
  });
});
