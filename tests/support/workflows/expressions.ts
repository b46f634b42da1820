import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";

/** What expressions may name: github, vars, matrix … → values as JSON has them. */
export type Contexts = Record<string, unknown>;

/** GitHub's evaluator takes a name that is not there for null; here it is a mistake, of the workflow or of the test. */
class StrictDictionary extends data.Dictionary {
  constructor(
    private readonly path: string,
    ...pairs: { key: string; value: data.ExpressionData }[]
  ) {
    super(...pairs);
  }

  override get(key: string): data.ExpressionData {
    const value = super.get(key);
    if (value === undefined) throw new Error(`The expression ${this.path}${key} has no value here.`);
    return value;
  }
}

function dataOf(value: unknown, path: string): data.ExpressionData {
  if (value === null) return new data.Null();
  if (typeof value === "string") return new data.StringData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map((item) => dataOf(item, path)));
  if (typeof value !== "object") throw new Error(`${path} is ${typeof value}, which no expression can hold.`);
  const pairs = Object.entries(value).map(([key, inner]) => ({ key, value: dataOf(inner, `${path}${key}.`) }));
  return new StrictDictionary(path, ...pairs);
}

const plain = (value: data.ExpressionData) => JSON.parse(JSON.stringify(value, data.replacer)) as unknown;

/** Whether what came before went well: what always(), success() and failure() answer. */
export interface Outcomes {
  isFailed: boolean;
}

function statusFunctions({ isFailed }: Outcomes): FunctionDefinition[] {
  const answer = (name: string, value: boolean): FunctionDefinition => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  });
  return [answer("always", true), answer("success", !isFailed), answer("failure", isFailed)];
}

/** The value of an expression, without ${{ }}. @throws Error for a mistake in it, and for a name without a value */
export function evaluate(expression: string, contexts: Contexts, outcomes: Outcomes = { isFailed: false }): unknown {
  const functions = statusFunctions(outcomes);
  const { tokens } = new Lexer(expression).lex();
  const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
  const known = dataOf(contexts, "") as data.Dictionary;
  return plain(new Evaluator(tree, known, new Map(functions.map((one) => [one.name, one]))).evaluate());
}

const whole = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s;
const inside = /\$\{\{(.*?)\}\}/gs;

/** A copy in which expressions are replaced by their values: a text that is one expression alone becomes what it is. */
export function resolved<T>(value: T, contexts: Contexts): T;
export function resolved(value: unknown, contexts: Contexts): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => resolved(item, contexts));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved<unknown>(inner, contexts)]));
  if (typeof value !== "string") return value;
  const alone = whole.exec(value.trim())?.[1];
  if (alone !== undefined) return evaluate(alone, contexts);
  return value.replace(inside, (_match, expression: string) => String(evaluate(expression, contexts)));
}

/** Whether an `if:` lets a job or step run. Without always() or failure() in it, nothing may have failed before. */
export function isMet(condition: string | undefined, contexts: Contexts, outcomes: Outcomes): boolean {
  if (condition === undefined) return !outcomes.isFailed;
  const expression = (whole.exec(condition.trim())?.[1] ?? condition).trim();
  if (outcomes.isFailed && !/\b(always|failure|success)\s*\(/.test(expression)) return false;
  return Boolean(evaluate(expression, contexts, outcomes));
}
