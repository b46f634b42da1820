import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { Store } from "../../../local-cloud/store";

describe("Store", () => {
  let folder: string;
  let files: { snapshot: string; log: string };

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "store-"));
    files = { snapshot: path.join(folder, "state.json"), log: path.join(folder, "state.log") };
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("gives back after a restart what was put and not deleted, also without a clean end", () => {
    const store = new Store(files);
    const vaults = store.collection<{ n: number }>("vaults");
    vaults.put("a", { n: 1 });
    vaults.put("b", { n: 2 });
    vaults.put("a", { n: 3 });
    vaults.delete("b");
    store.flush();

    const again = new Store(files).collection<{ n: number }>("vaults");
    expect(again.get("a")).toEqual({ n: 3 });
    expect(again.get("b")).toBeUndefined();
    expect(again.values()).toEqual([{ n: 3 }]);
  });

  it("drops the half-written last line of a killed process and keeps everything before it", () => {
    const store = new Store(files);
    store.collection("vaults").put("a", 1);
    store.collection("vaults").put("b", 2);
    store.flush();
    const log = fs.readFileSync(files.log, "utf8");
    fs.writeFileSync(files.log, log.slice(0, -5));

    const again = new Store(files);
    expect(again.collection("vaults").values()).toEqual([1]);
    again.collection("vaults").put("c", 3);
    again.flush();
    expect(new Store(files).collection("vaults").values()).toEqual([1, 3]);
  });

  it("is the same after any order of changes, flushes and compactions", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("put" as const), key: fc.string({ maxLength: 3 }), value: fc.jsonValue() }),
      fc.record({ kind: fc.constant("delete" as const), key: fc.string({ maxLength: 3 }) }),
      fc.record({ kind: fc.constantFrom("flush" as const, "compact" as const, "restart" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        fs.rmSync(files.snapshot, { force: true });
        fs.rmSync(files.log, { force: true });
        let store = new Store(files);
        const model = new Map<string, unknown>();
        for (const one of steps) {
          const records = store.collection("records");
          if (one.kind === "put") {
            records.put(one.key, one.value);
            model.set(one.key, one.value);
          } else if (one.kind === "delete") {
            expect(records.delete(one.key)).toBe(model.delete(one.key));
          } else if (one.kind === "flush") store.flush();
          else if (one.kind === "compact") store.compact();
          else {
            store.flush();
            store = new Store(files);
          }
        }
        store.flush();
        const kept = new Store(files).collection("records");
        expect(kept.values()).toHaveLength(model.size);
        for (const [key, value] of model) expect(kept.get(key)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 60 },
    );
  });

  it("forgets everything when cleared", () => {
    const store = new Store(files);
    store.collection("vaults").put("a", 1);
    store.flush();
    store.clear();
    expect(store.collection("vaults").values()).toEqual([]);
    expect(new Store(files).collection("vaults").values()).toEqual([]);
  });
});
