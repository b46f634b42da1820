/**
 * The resource exists, and a later step failed: the engine keeps it in the state as not yet finished, and the next update
 * goes on from there. It reads the fields of this error by their names.
 */
export class IncompleteError extends Error {
  readonly reasons: string[];

  constructor(
    readonly id: string,
    readonly properties: object,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(reason, { cause });
    this.name = "IncompleteError";
    this.reasons = [reason];
  }
}
