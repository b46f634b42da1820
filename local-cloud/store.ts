import fs from "node:fs";
import path from "node:path";

/** One kind of record, by key. Values are plain JSON and must be replaced, never changed in place. */
export interface Collection<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  delete(key: string): boolean;
  values(): T[];
}

/** A line of the log: a record was put (`v`) or deleted (no `v`). */
interface Mutation {
  c: string;
  k: string;
  v?: unknown;
}

/** What a store held at a moment: records by collection and key. */
export type StoreSnapshot = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/** The log is folded into a new snapshot when it is longer than this. */
const compactAfterBytes = 32 * 1024 * 1024;

/**
 * State that survives restarts: a snapshot, and a log of what came after it. A change costs one line however large the
 * state is; a snapshot is written beside the old one and renamed, and a half-written last line of the log (a killed
 * process) is dropped on the next start. It survives a killed process, not a power failure: nothing is fsynced.
 */
export class Store {
  private collections = new Map<string, Map<string, unknown>>();
  private pending: string[] = [];
  private logBytes = 0;

  constructor(private readonly files: { snapshot: string; log: string }) {
    this.load();
  }

  collection<T>(name: string): Collection<T> {
    return {
      get: (key) => this.records(name).get(key) as T | undefined,
      put: (key, value) => {
        this.records(name).set(key, value);
        this.record({ c: name, k: key, v: value });
      },
      delete: (key) => {
        const existed = this.records(name).delete(key);
        if (existed) this.record({ c: name, k: key });
        return existed;
      },
      values: () => [...this.records(name).values()] as T[],
    };
  }

  /**
   * Writes every change so far to the log. Synchronous, as compaction is: a write that was still under way while a
   * snapshot is taken would bring back in the new log what the snapshot has already overtaken.
   */
  flush(): void {
    if (this.pending.length > 0) {
      const lines = this.pending.join("");
      this.pending = [];
      this.logBytes += lines.length;
      fs.appendFileSync(this.files.log, lines, { mode: 0o600 });
    }
    if (this.logBytes > compactAfterBytes) this.compact();
  }

  /** Everything as it is now, to be restored later; cheap, since values are never changed in place. */
  snapshot(): StoreSnapshot {
    return new Map([...this.collections].map(([name, records]) => [name, new Map(records)]));
  }

  restore(snapshot: StoreSnapshot): void {
    this.collections = new Map([...snapshot].map(([name, records]) => [name, new Map(records)]));
    this.compact();
  }

  /** Forgets everything. */
  clear(): void {
    this.collections.clear();
    this.pending = [];
    this.compact();
  }

  /** Writes the snapshot anew and empties the log. Synchronous, so that no change can come between the two. */
  compact(): void {
    const snapshot = Object.fromEntries(
      [...this.collections].map(([name, records]) => [name, Object.fromEntries(records)]),
    );
    const temporary = `${this.files.snapshot}.new`;
    fs.writeFileSync(temporary, JSON.stringify(snapshot), { mode: 0o600 });
    fs.renameSync(temporary, this.files.snapshot);
    fs.writeFileSync(this.files.log, "", { mode: 0o600 });
    this.pending = [];
    this.logBytes = 0;
  }

  private records(name: string): Map<string, unknown> {
    let records = this.collections.get(name);
    if (!records) this.collections.set(name, (records = new Map<string, unknown>()));
    return records;
  }

  private record(mutation: Mutation): void {
    this.pending.push(`${JSON.stringify(mutation)}\n`);
  }

  private load(): void {
    fs.mkdirSync(path.dirname(this.files.snapshot), { recursive: true, mode: 0o700 });
    if (fs.existsSync(this.files.snapshot)) {
      const snapshot = JSON.parse(fs.readFileSync(this.files.snapshot, "utf8")) as Record<
        string,
        Record<string, unknown>
      >;
      for (const [name, records] of Object.entries(snapshot)) {
        this.collections.set(name, new Map(Object.entries(records)));
      }
    }
    if (!fs.existsSync(this.files.log)) return;
    const lines = fs.readFileSync(this.files.log, "utf8").split("\n");
    const torn = lines.pop() !== "";
    for (const line of lines) this.apply(JSON.parse(line) as Mutation);
    if (torn || lines.length > 0) this.compact();
  }

  private apply({ c, k, v }: Mutation): void {
    if (v === undefined) this.records(c).delete(k);
    else this.records(c).set(k, v);
  }
}
