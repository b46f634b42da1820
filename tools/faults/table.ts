import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../local-cloud/project";
import type { RouteName } from "../../power-platform/routes/route";
import type { Result } from "./faults";

const marks = (route: RouteName) => [`<!-- table ${route} -->`, `<!-- end of table ${route} -->`] as const;

/** Rows are calls, by scenario; each counts its cells by how they were healed. */
function tableOf(results: readonly Result[], total: number): string {
  const rows = new Map<string, Result[]>();
  for (const result of results) {
    const key = `${result.scenario} | \`${result.call}\``;
    rows.set(key, [...(rows.get(key) ?? []), result]);
  }
  const names = (of: readonly Result[], healed: Result["healed"]) =>
    of
      .filter((one) => one.healed === healed)
      .map(({ fault, refreshed }) => (refreshed ? `${fault} (and a refresh)` : fault))
      .join(", ") || "–";
  const lines = [...rows]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(
      ([key, of]) => `| ${key} | ${names(of, "at once")} | ${names(of, "by the next run")} | ${names(of, undefined)} |`,
    );
  const failed = results.filter(({ reason }) => reason !== undefined).length;
  return [
    `${results.length} of ${total} cells were played, ${results.length - failed} converged, ${failed} did not.`,
    "",
    "| run | call | healed at once | healed by the next run | not healed |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

/** Puts the table of a route into docs/reliability.md, between its marks. */
export function writeTable(route: RouteName, results: readonly Result[], total: number): void {
  const file = path.join(projectRoot(), "docs", "reliability.md");
  const [begin, end] = marks(route);
  const text = fs.readFileSync(file, "utf8");
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no place for the table: ${begin} … ${end}.`);
  fs.writeFileSync(file, `${text.slice(0, from + begin.length)}\n\n${tableOf(results, total)}\n\n${text.slice(to)}`);
}
