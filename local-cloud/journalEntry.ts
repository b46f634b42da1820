/** One request as the journal tells it. */
export interface JournalEntry {
  time: string;
  service: string;
  method: string;
  host: string;
  /** Path and query, with signatures redacted. */
  path: string;
  status: number;
  milliseconds: number;
  /** Object id of the caller, when the request carried a token. */
  caller?: string;
  /** The request's body, with secrets redacted. */
  body?: unknown;
  /** The error code of the answer. */
  error?: string;
  /** The fault that was played. */
  fault?: string;
}
