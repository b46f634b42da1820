import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../../local-cloud/project";
import { resourcePages } from "../../../tools/docs/resourceReference";

/** Prettier widens the columns of tables. */
const narrow = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");

describe.each(resourcePages())("$page", ({ page, text }) => {
  const written = fs.readFileSync(path.join(projectRoot(), page), "utf8");

  test("has the tables that the source makes (otherwise: npm run docs:resources)", () => {
    expect(narrow(written)).toBe(narrow(text));
  });

  test("says something of every argument and output", () => {
    const rows = written.split("\n").filter((line) => /^\| `\w+`/.test(line) && line.split(/(?<!\\)\|/).length === 5);
    expect(rows.length).toBeGreaterThan(12);
    expect(rows.filter((row) => (row.split(/(?<!\\)\|/)[3] ?? "").trim() === "")).toEqual([]);
  });
});
