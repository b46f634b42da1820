import fs from "node:fs";
import type { JournalEntry } from "./journalEntry";

export type { JournalEntry } from "./journalEntry";

const secretName =
  /secret|password|passwd|pwd|assertion|token|credential|^value$|^sig$|^code$|signature|api.?key|pfx|script/i;
const redacted = "[redacted]";
/** Names that look secret and are not: without them the journal could not tell one object from another. */
const harmlessName =
  /^(secret(name|id|s)?|passwordcredentials?|keyid|token:(clientid|tenantid|granttype)|grant_type|\$?skiptoken)$/i;
/** Other names were meant as content: a JSON document that was sent as a form is all name. */
const plainName = /^[\w$.@:()'/-]{1,100}$/;
const largestBody = 4096;

const isSecret = (name: string) => secretName.test(name) && !harmlessName.test(name);

/** A copy of a parsed body in which every text and number under a secret-looking name is replaced. */
export function redact(body: unknown, name = ""): unknown {
  if (typeof body === "string" || typeof body === "number") return isSecret(name) ? redacted : body;
  if (Array.isArray(body)) return body.map((item) => redact(item, name));
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(
    // {"token:clientId": {"value": "…"}}: there the outer name says what the value is.
    Object.entries(body).map(([key, value]) => [
      plainName.test(key) ? key : redacted,
      redact(value, key === "value" && harmlessName.test(name) ? name : key),
    ]),
  );
}

/** Path and query with the values of secret-looking names replaced: signatures of signed URLs, tokens, passwords. */
export function redactPath(path: string): string {
  return path.replace(/([?&])([^=&]+)=([^&]*)/g, (pair: string, mark: string, name: string) =>
    isSecret(decoded(name)) ? `${mark}${name}=${redacted}` : pair,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readable(body: unknown): unknown {
  if (body === undefined || body === null || Buffer.isBuffer(body)) return undefined;
  const clean = redact(body);
  return JSON.stringify(clean).length > largestBody ? "[longer than 4096 characters]" : clean;
}

/** Keeps what was asked and answered, in memory and in a file, never a secret. */
export class Journal {
  private entries: JournalEntry[] = [];
  private unwritten: string[] = [];
  private isCleared = false;
  /** One write at a time: entries stay in order, and whoever closes the journal knows when the last is through. */
  private writing = Promise.resolve();
  private closed = false;
  private readonly listeners = new Set<(entry: JournalEntry) => void>();

  constructor(
    private readonly file: string,
    private readonly kept = 10_000,
  ) {}

  add(entry: JournalEntry): void {
    const clean: JournalEntry = { ...entry, path: redactPath(entry.path), body: readable(entry.body) };
    this.entries.push(clean);
    for (const listener of this.listeners) listener(clean);
    if (this.entries.length > this.kept * 1.5) this.entries = this.entries.slice(-this.kept);
    if (this.closed) return;
    this.unwritten.push(`${JSON.stringify(clean)}\n`);
    this.write();
  }

  /** Tells of each new entry. @returns how to stop that. */
  subscribe(listener: (entry: JournalEntry) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The newest entries, oldest first. */
  list(limit = this.kept): JournalEntry[] {
    return this.entries.slice(-limit);
  }

  clear(): void {
    this.entries = [];
    this.unwritten = [];
    this.isCleared = true;
    this.write();
  }

  /** Writes what is left. What is added later stays in memory: the folder may be gone by then. */
  async close(): Promise<void> {
    this.closed = true;
    await this.writing;
  }

  private write(): void {
    this.writing = this.writing
      .then(async () => {
        const lines = this.unwritten.splice(0).join("");
        const isCleared = this.isCleared;
        this.isCleared = false;
        if (isCleared) await fs.promises.rm(this.file, { force: true });
        if (lines !== "") await fs.promises.appendFile(this.file, lines, { mode: 0o600 });
      })
      .catch(() => {
        // The journal is a convenience: a full disk must not fail the request that it tells of.
      });
  }
}
