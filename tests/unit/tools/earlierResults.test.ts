import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { EarlierResults } from "../../../tools/faults/earlierResults";

describe("results of a matrix that takes several runs", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "results-"));
  const file = path.join(folder, "cells.jsonl");
  const cell = { route: "powerApps", scenario: "up", call: "GET a", fault: "503" } as const;
  afterAll(() => {
    fs.rmSync(folder, { recursive: true });
  });

  test("a cell that converged is given once, one that did not is played again", () => {
    const first = new EarlierResults(file);
    first.add({ ...cell, healed: "at once" });
    first.add({ ...cell, fault: "504", reason: "the next run fails" });
    const second = new EarlierResults(file);
    expect(second.take(cell)).toEqual({ ...cell, healed: "at once" });
    expect(second.take(cell)).toBeUndefined();
    expect(second.take({ ...cell, route: "dataverse" })).toBeUndefined();
    expect(second.take({ ...cell, fault: "504" })).toBeUndefined();
  });
});
