import { dataverseErrors } from "./errors";

/** Value of a path such as `name` or `publisherid/uniquename`. @throws DataverseError for what is no property */
export type Read = (path: string) => unknown;
/** A parsed `$filter`. */
export type Filter = (read: Read) => boolean;
type Value = (read: Read) => unknown;

const tokenPattern =
  /\s*((?:[A-Za-z_][\w.]*)?'(?:[^']|'')*'|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?|-?\d+(?:\.\d+)?|@?[A-Za-z_$][\w./]*|[(),[\]=:])/giy;
const guidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const datePattern = /^\d{4}-\d\d-\d\d(T.*)?$/;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.trimEnd().length) {
    const at = tokenPattern.lastIndex;
    const token = tokenPattern.exec(text)?.[1];
    if (token === undefined) throw dataverseErrors.badRequest(`Syntax error at position ${at} in '${text}'.`);
    tokens.push(token);
  }
  return tokens;
}

/** Texts are compared without case, as the database behind Dataverse does. */
export function comparable(value: unknown): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" || typeof value === "boolean") return value;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (datePattern.test(text) && !Number.isNaN(Date.parse(text))) return Date.parse(text);
  return text.toLowerCase();
}

/** Below, at or above zero; nothing sorts before everything. */
export function compare(one: unknown, other: unknown): number {
  const [a, b] = [comparable(one), comparable(other)];
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

const comparisons: Record<string, (a: unknown, b: unknown) => boolean> = {
  eq: (a, b) => compare(a, b) === 0,
  ne: (a, b) => compare(a, b) !== 0,
  gt: (a, b) => a !== null && b !== null && compare(a, b) > 0,
  ge: (a, b) => a !== null && b !== null && compare(a, b) >= 0,
  lt: (a, b) => a !== null && b !== null && compare(a, b) < 0,
  le: (a, b) => a !== null && b !== null && compare(a, b) <= 0,
};

const lower = (value: unknown) => (value === undefined || value === null ? "" : String(comparable(value)));
const textFunctions: Record<string, (a: string, b: string) => boolean> = {
  contains: (a, b) => a.includes(b),
  startswith: (a, b) => a.startsWith(b),
  endswith: (a, b) => a.endsWith(b),
};

/** Dataverse's own functions that programs around connectors use, by their names without the namespace. */
const queryFunctions: Record<string, (value: unknown, given: readonly unknown[]) => boolean> = {
  In: (value, given) => given.some((one) => compare(value, one) === 0),
  NotIn: (value, given) => given.every((one) => compare(value, one) !== 0),
  ContainValues: (value, given) => given.some((one) => lower(value).split(",").includes(lower(one))),
  DoesNotContainValues: (value, given) => given.every((one) => !lower(value).split(",").includes(lower(one))),
};

/**
 * `$filter` of OData 4.0: comparisons, `and`, `or`, `not`, `in`, parentheses, and the text functions.
 * Source: https://docs.oasis-open.org/odata/odata/v4.0/odata-v4.0-part2-url-conventions.html, 5.1.1
 */
class Parser {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly tokens: readonly string[],
    private readonly aliases: Record<string, string | undefined>,
  ) {}

  whole(): Filter {
    const filter = this.or();
    if (this.at < this.tokens.length) throw this.error();
    return filter;
  }

  private or(): Filter {
    const parts = [this.and()];
    while (this.skip("or")) parts.push(this.and());
    return (read) => parts.some((part) => part(read));
  }

  private and(): Filter {
    const parts = [this.not()];
    while (this.skip("and")) parts.push(this.not());
    return (read) => parts.every((part) => part(read));
  }

  private not(): Filter {
    if (!this.skip("not")) return this.term();
    const inner = this.not();
    return (read) => !inner(read);
  }

  private term(): Filter {
    if (this.skip("(")) {
      const inner = this.or();
      this.expect(")");
      return inner;
    }
    const name = this.peek() ?? "";
    const own = /^Microsoft\.Dynamics\.CRM\.(\w+)$/.exec(name)?.[1];
    if (own !== undefined) return this.ownFunction(own);
    const check = textFunctions[name.toLowerCase()];
    if (check && this.tokens[this.at + 1] === "(") {
      this.at += 2;
      const [first, second] = this.list(")");
      if (!first || !second) throw this.error();
      const truth: Filter = (read) => check(lower(first(read)), lower(second(read)));
      return this.skip("eq") ? this.equals(truth) : truth;
    }
    const left = this.value();
    const operator = this.next()?.toLowerCase() ?? "";
    if (operator === "in") {
      this.expect("(");
      const given = this.list(")");
      return (read) => given.some((one) => compare(left(read), one(read)) === 0);
    }
    const comparison = comparisons[operator];
    if (!comparison) throw this.error();
    const right = this.value();
    return (read) => comparison(left(read), right(read));
  }

  private equals(truth: Filter): Filter {
    const wanted = this.value();
    return (read) => truth(read) === wanted(read);
  }

  private ownFunction(name: string): Filter {
    const check = queryFunctions[name];
    if (!check) throw dataverseErrors.notSupported(`the query function ${name}`);
    this.at += 1;
    this.expect("(");
    const given: Record<string, readonly Value[]> = {};
    while (!this.skip(")")) {
      const parameter = this.next() ?? "";
      this.expect("=");
      given[parameter] = this.skip("[") ? this.list("]") : [this.value()];
      this.skip(",");
    }
    const [property] = given.PropertyName ?? [];
    if (!property) throw this.error();
    return (read) =>
      check(
        read(String(property(() => undefined))),
        (given.PropertyValues ?? []).map((one) => one(read)),
      );
  }

  private list(end: string): Value[] {
    const values: Value[] = [];
    while (!this.skip(end)) {
      values.push(this.value());
      if (!this.skip(",") && this.peek() !== end) throw this.error();
    }
    return values;
  }

  private value(): Value {
    const token = this.next();
    if (token === undefined || /^[(),[\]=:]$/.test(token)) throw this.error();
    if (token.startsWith("@")) {
      const given = this.aliases[token];
      if (given === undefined) throw dataverseErrors.badRequest(`The parameter alias '${token}' has no value.`);
      return new Parser(given, tokensOf(given), {}).value();
    }
    // With a type before it a member of an enumeration: Microsoft.Dynamics.CRM.AttributeTypeCode'Picklist'.
    const quoted = /^[\w.]*'(.*)'$/s.exec(token)?.[1];
    if (quoted !== undefined) return () => quoted.replaceAll("''", "'");
    if (token === "null") return () => null;
    if (token === "true" || token === "false") return () => token === "true";
    if (guidPattern.test(token) || datePattern.test(token)) return () => token;
    if (/^-?\d/.test(token)) return () => Number(token);
    if (this.peek() === "(") {
      const changed = { tolower: true, toupper: true, trim: true }[token.toLowerCase()];
      if (!changed) throw dataverseErrors.badRequest(`An unknown function with name '${token}' was found.`);
      this.at += 1;
      const [inner] = this.list(")");
      if (!inner) throw this.error();
      return (read) => lower(inner(read)).trim();
    }
    return (read) => read(token);
  }

  private peek(): string | undefined {
    return this.tokens[this.at];
  }

  private next(): string | undefined {
    return this.tokens[this.at++];
  }

  private skip(token: string): boolean {
    if (this.peek()?.toLowerCase() !== token) return false;
    this.at += 1;
    return true;
  }

  private expect(token: string): void {
    if (!this.skip(token)) throw this.error();
  }

  private error(): Error {
    const found = this.tokens[this.at] ?? this.tokens[this.at - 1] ?? "";
    return dataverseErrors.badRequest(`Syntax error near '${found}' in '${this.text}'.`);
  }
}

/** @param aliases the query's parameter aliases, `@p1` → its text. @throws DataverseError 400 */
export function parseFilter(text: string, aliases: Record<string, string | undefined> = {}): Filter {
  return new Parser(text, tokensOf(text), aliases).whole();
}
