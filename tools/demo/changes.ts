import fs from "node:fs";

/** How many resources an update touched, by what happened to them. */
export interface Changes {
  create: number;
  update: number;
  replace: number;
  delete: number;
  same: number;
}

interface EngineEvent {
  summaryEvent?: { resourceChanges?: Partial<Record<string, number>> };
}

/**
 * The counts in an event log of the engine (`--event-log`), one JSON object a line.
 * @throws Error when the log has no summary, which it has after every finished update.
 */
export function readChanges(eventLog: string): Changes {
  const lines = fs.existsSync(eventLog) ? fs.readFileSync(eventLog, "utf8").split("\n").filter(Boolean) : [];
  const summaries = lines.flatMap((line) => (JSON.parse(line) as EngineEvent).summaryEvent ?? []);
  const counts = summaries.at(-1)?.resourceChanges;
  if (!counts) throw new Error("The engine did not say what it changed.");
  const count = (kind: keyof Changes) => counts[kind] ?? 0;
  return {
    create: count("create"),
    update: count("update"),
    replace: count("replace"),
    delete: count("delete"),
    same: count("same"),
  };
}

/** Whether an update left everything as it was. */
export function isUnchanged({ create, update, replace, delete: deleted }: Changes): boolean {
  return create + update + replace + deleted === 0;
}

/** "12 created, 3 unchanged". */
export function describeChanges(changes: Changes): string {
  const words = [
    [changes.create, "created"],
    [changes.update, "updated"],
    [changes.replace, "replaced"],
    [changes.delete, "deleted"],
    [changes.same, "unchanged"],
  ] as const;
  const said = words.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return said.length > 0 ? said.join(", ") : "nothing to do";
}
