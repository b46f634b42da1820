import { z } from "zod";

const verbs = ["get", "put", "post", "patch", "delete", "head", "options"] as const;

const parametersSchema = z.array(z.looseObject({}));

const operationSchema = z.looseObject({
  operationId: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  parameters: parametersSchema.optional(),
  responses: z.looseObject({}).optional(),
});
type Operation = z.infer<typeof operationSchema>;

/** As much of an OpenAPI 2.0 document as the service looks at. */
export const definitionSchema = z.looseObject({
  swagger: z.literal("2.0", { error: "only OpenAPI 2.0 is supported" }),
  info: z.looseObject({ title: z.string().min(1), description: z.string().optional(), version: z.string() }),
  host: z.string().regex(/^[^{}/ :\\]+(?::\d+)?$/, { error: "must be a host name without scheme or path" }),
  basePath: z.string().startsWith("/").optional(),
  schemes: z.array(z.string()).optional(),
  paths: z.record(z.string().startsWith("/"), z.looseObject({})),
  parameters: z.record(z.string(), z.looseObject({})).optional(),
  tags: z.array(z.unknown()).optional(),
});
export type Definition = z.infer<typeof definitionSchema>;

/** 1 MB, as documented for custom connectors. */
const largestDefinition = 1024 * 1024;

/** One operation of a definition. */
export interface NamedOperation {
  path: string;
  verb: (typeof verbs)[number];
  operation: Operation;
}

export function operationsOf(definition: Definition): NamedOperation[] {
  return Object.entries(definition.paths).flatMap(([path, item]) =>
    verbs.flatMap((verb) => {
      const parsed = operationSchema.safeParse(item[verb]);
      return item[verb] !== undefined && parsed.success ? [{ path, verb, operation: parsed.data }] : [];
    }),
  );
}

/** The parameters of an operation: its own and those of its path, references followed. */
export function parametersOf({ paths, parameters: shared = {} }: Definition, { path, operation }: NamedOperation) {
  const ofPath = parametersSchema.safeParse(paths[path]?.parameters).data ?? [];
  return [...ofPath, ...(operation.parameters ?? [])].map((one) => {
    const name = typeof one.$ref === "string" ? one.$ref.replace(/^#\/parameters\//, "") : undefined;
    return name === undefined ? one : (shared[decodeURIComponent(name)] ?? one);
  });
}

/** Why the service would not take a definition; empty when it does. */
export function definitionProblems(document: unknown): string[] {
  const parsed = definitionSchema.safeParse(document);
  if (!parsed.success) {
    return parsed.error.issues.map(
      ({ path, message }) => `The API definition is not valid. ${path.join("/")}: ${message}`,
    );
  }
  const problems: string[] = [];
  const definition = parsed.data;
  if (JSON.stringify(definition).length > largestDefinition) problems.push("The API definition is larger than 1 MB.");
  const { tags = [] } = definition;
  tags.forEach((tag, index) => {
    const earlier = tags.slice(0, index).some((one) => JSON.stringify(one) === JSON.stringify(tag));
    if (earlier) problems.push(`Non-unique array item at index ${index}. Path 'tags[${index}]'.`);
  });
  const operations = operationsOf(definition);
  if (operations.length === 0) problems.push("The API definition has no operations.");
  const ids = operations.flatMap(({ operation }) => operation.operationId ?? []);
  ids.forEach((id, index) => {
    if (ids.indexOf(id) !== index) problems.push(`The operationId '${id}' is used more than once.`);
  });
  for (const one of operations) {
    const { path, verb, operation } = one;
    const name = `${verb.toUpperCase()} ${path}`;
    if (operation.responses === undefined) problems.push(`The operation ${name} has no responses.`);
    const declared = parametersOf(definition, one).flatMap((parameter) =>
      parameter.in === "path" ? [parameter.name] : [],
    );
    if (declared.includes("connectionId")) problems.push(`${name}: the parameter name 'connectionId' is reserved.`);
    for (const [, parameter] of path.matchAll(/\{([^}]+)\}/g)) {
      if (!declared.includes(parameter))
        problems.push(`${name}: the path parameter '${String(parameter)}' is not declared.`);
    }
  }
  return problems;
}

/** What the certification rules would have otherwise; a connector works without. */
export function definitionWarnings({ info, ...rest }: Definition): string[] {
  const operations = operationsOf({ info, ...rest });
  const warnings: string[] = [];
  const { title, description = "" } = info;
  if (title.length > 30) warnings.push("The title must not be longer than 30 characters.");
  if (/\b(api|connector)\b/i.test(title)) warnings.push("The title must not contain the words API or Connector.");
  if (description.length < 30 || description.length > 500)
    warnings.push("The description must have 30 to 500 characters.");
  for (const { path, verb, operation } of operations) {
    const name = `${verb.toUpperCase()} ${path}`;
    if (!operation.operationId) warnings.push(`The operation ${name} has no operationId.`);
    if (!operation.summary) warnings.push(`The operation ${name} has no summary.`);
    else if (operation.summary.length > 80 || /[/()]/.test(operation.summary))
      warnings.push(`The summary of ${name} must have at most 80 characters and no slashes or parentheses.`);
  }
  return warnings;
}

/** Where the runtime forwards to must be what the definition says. */
export function serviceUrlProblem(serviceUrl: string, { basePath = "/" }: Definition): string | undefined {
  if (!URL.canParse(serviceUrl)) return `The backend service URL '${serviceUrl}' is not a URL.`;
  const path = new URL(serviceUrl).pathname;
  // A base path with characters that a URL escapes is the same path.
  const same = path.replace(/\/+$/, "") === new URL(basePath, serviceUrl).pathname.replace(/\/+$/, "");
  return same ? undefined : `Swagger contains base path:${basePath} but backend Url doesn't end on same path:${path}`;
}

const connectionId = {
  name: "connectionId",
  in: "path",
  required: true,
  type: "string",
  "x-ms-visibility": "internal",
};

/** The definition as a GET of the connector shows it: at the runtime, each path below the connection's id. */
export function rewritten(definition: Definition, runtimeHost: string, basePath: string): Record<string, unknown> {
  const paths = Object.entries(definition.paths).map(([path, item]) => {
    const changed = Object.entries(item).map(([key, value]) => {
      const parsed = operationSchema.safeParse(value);
      if (!(verbs as readonly string[]).includes(key) || !parsed.success) return [key, value] as const;
      return [key, { ...parsed.data, parameters: [connectionId, ...(parsed.data.parameters ?? [])] }] as const;
    });
    return [`/{connectionId}${path}`, Object.fromEntries(changed)] as const;
  });
  return { ...definition, host: runtimeHost, basePath, schemes: ["https"], paths: Object.fromEntries(paths) };
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Finds the operation for a request to the runtime. Literal paths win over those with parameters. */
export function matchOperation(definition: Definition, method: string, path: string): NamedOperation | undefined {
  const matches = operationsOf(definition).filter(({ path: template, verb }) => {
    const pattern = template.split(/(\{[^}]+\})/).map((part) => (part.startsWith("{") ? "[^/]+" : escaped(part)));
    return verb === method.toLowerCase() && new RegExp(`^${pattern.join("")}/?$`, "i").test(path);
  });
  return matches.sort((a, b) => a.path.split("{").length - b.path.split("{").length)[0];
}
