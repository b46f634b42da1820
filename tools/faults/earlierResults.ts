import fs from "node:fs";
import type { CellTitle, Result } from "./faults";

const keyOf = ({ route, scenario, call, fault }: CellTitle) => JSON.stringify([route, scenario, call, fault]);

/** The results of a matrix that takes several runs: a file of JSON lines, one a cell. Without a file nothing is kept. */
export class EarlierResults {
  private readonly converged = new Map<string, Result[]>();

  constructor(private readonly file: string | undefined) {
    if (file === undefined || !fs.existsSync(file)) return;
    for (const line of fs.readFileSync(file, "utf8").split("\n").filter(Boolean)) {
      const result = JSON.parse(line) as Result;
      const key = keyOf(result);
      if (result.healed) this.converged.set(key, [...(this.converged.get(key) ?? []), result]);
    }
  }

  /** How the cell converged in an earlier run. Cells may share a title, so that each result is given once. */
  take(cell: CellTitle): Result | undefined {
    return this.converged.get(keyOf(cell))?.shift();
  }

  add(result: Result): void {
    if (this.file !== undefined) fs.appendFileSync(this.file, `${JSON.stringify(result)}\n`);
  }
}
