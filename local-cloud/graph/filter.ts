import { graphErrors } from "./errors";

type Entity = Record<string, unknown>;
type Test = (entity: Entity) => boolean;

/** What a `$filter` says. */
export interface Filter {
  test: Test;
  /** Top-level properties that it names. */
  properties: string[];
  /** Whether it uses what Graph answers only with `ConsistencyLevel: eventual` and `$count=true`. */
  advanced: boolean;
}

const tokens = /\s*('(?:[^']|'')*'|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|[(),:]|[^\s(),:']+)/y;
/** Deeper filters are refused: nobody writes them, and each level costs the reader a few stack frames. */
const deepest = 50;

const comparisons: Record<string, (found: string, wanted: string) => boolean> = {
  eq: (found, wanted) => found === wanted,
  ne: (found, wanted) => found !== wanted,
  gt: (found, wanted) => found > wanted,
  ge: (found, wanted) => found >= wanted,
  lt: (found, wanted) => found < wanted,
  le: (found, wanted) => found <= wanted,
};
const functions: Record<string, (found: string, wanted: string) => boolean> = {
  startswith: (found, wanted) => found.startsWith(wanted),
  endswith: (found, wanted) => found.endsWith(wanted),
};
const advancedWords = new Set(["ne", "not", "endswith"]);

/** Texts compare without regard to case, as the directory's do; other values by their JSON form. */
const comparable = (value: unknown) =>
  (typeof value === "string" ? value : JSON.stringify(value ?? null)).toLowerCase();

function valueAt(entity: Entity, path: string): unknown {
  return path
    .split("/")
    .reduce<unknown>(
      (value, name) => (typeof value === "object" && value !== null ? (value as Entity)[name] : undefined),
      entity,
    );
}

function tokensOf(text: string): string[] {
  const found: string[] = [];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < text.trimEnd().length) {
    const at = tokens.lastIndex;
    const match = tokens.exec(text);
    if (!match?.[1]) throw graphErrors.invalidFilter(text, at);
    found.push(match[1]);
  }
  return found;
}

/** Reads the part of OData's filter language that Graph's directory objects take. */
class FilterReader {
  readonly properties = new Set<string>();
  advanced = false;
  private readonly tokens: string[];
  private readonly variables: string[] = [];
  private next = 0;

  constructor(private readonly text: string) {
    this.tokens = tokensOf(text);
  }

  read(): Test {
    const test = this.either(0);
    if (this.next < this.tokens.length) throw this.wrong();
    return test;
  }

  private either(depth: number): Test {
    const tests = this.joined("or", () => this.both(depth));
    return (entity) => tests.some((test) => test(entity));
  }

  private both(depth: number): Test {
    const tests = this.joined("and", () => this.single(depth));
    return (entity) => tests.every((test) => test(entity));
  }

  private joined(word: string, read: () => Test): Test[] {
    const tests = [read()];
    while (this.accept(word)) tests.push(read());
    return tests;
  }

  private single(depth: number): Test {
    if (depth > deepest) throw this.wrong();
    if (this.accept("(")) {
      const inner = this.either(depth + 1);
      this.expect(")");
      return inner;
    }
    if (this.accept("not")) {
      const inner = this.single(depth + 1);
      return (entity) => !inner(entity);
    }
    const word = this.take();
    const call = functions[word.toLowerCase()];
    if (call && this.accept("(")) return this.call(word, call);
    const list = /^(.+)\/any$/i.exec(word)?.[1];
    if (list !== undefined && this.accept("(")) return this.any(list, depth);
    return this.comparison(this.property(word));
  }

  private call(word: string, call: (found: string, wanted: string) => boolean): Test {
    this.advanced ||= advancedWords.has(word.toLowerCase());
    const property = this.property(this.take());
    this.expect(",");
    const wanted = comparable(this.literal());
    this.expect(")");
    return (entity) => call(comparable(valueAt(entity, property)), wanted);
  }

  private any(list: string, depth: number): Test {
    const property = this.property(list);
    const items = (entity: Entity) => {
      const value = valueAt(entity, property);
      return Array.isArray(value) ? (value as unknown[]) : [];
    };
    if (this.accept(")")) return (entity) => items(entity).length > 0;
    const variable = this.take();
    this.expect(":");
    this.variables.push(variable);
    const test = this.either(depth + 1);
    this.variables.pop();
    this.expect(")");
    return (entity) => items(entity).some((item) => test({ ...entity, [variable]: item }));
  }

  private comparison(property: string): Test {
    const operator = this.take().toLowerCase();
    const value = (entity: Entity) => comparable(valueAt(entity, property));
    if (operator === "in") {
      this.expect("(");
      const wanted = [comparable(this.literal())];
      while (this.accept(",")) wanted.push(comparable(this.literal()));
      this.expect(")");
      return (entity) => wanted.includes(value(entity));
    }
    const compare = comparisons[operator];
    if (!compare) throw this.wrong();
    this.advanced ||= advancedWords.has(operator);
    const wanted = comparable(this.literal());
    return (entity) => compare(value(entity), wanted);
  }

  private property(path: string): string {
    if (!/^[@\w][\w/.$@]*$/.test(path)) throw this.wrong();
    const [first = ""] = path.split("/");
    if (!this.variables.includes(first)) this.properties.add(first);
    return path;
  }

  private literal(): unknown {
    const token = this.take();
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (token === "null") return null;
    if (!/^[\w.:+-]+$/.test(token)) throw this.wrong();
    return token;
  }

  private take(): string {
    const token = this.tokens[this.next];
    if (token === undefined) throw this.wrong();
    this.next += 1;
    return token;
  }

  private accept(word: string): boolean {
    if (this.tokens[this.next]?.toLowerCase() !== word) return false;
    this.advanced ||= word === "not";
    this.next += 1;
    return true;
  }

  private expect(token: string): void {
    if (!this.accept(token)) throw this.wrong();
  }

  private wrong() {
    return graphErrors.invalidFilter(this.text, this.next);
  }
}

/**
 * Reads a `$filter`: https://learn.microsoft.com/graph/filter-query-parameter
 * @throws GraphError 400 for what is not a filter of Graph
 */
export function readFilter(text: string): Filter {
  const reader = new FilterReader(text);
  const test = reader.read();
  return { test, properties: [...reader.properties], advanced: reader.advanced };
}
