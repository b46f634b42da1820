import fs from "node:fs";
import path from "node:path";
import ts from "typescript";
import { projectRoot } from "../../local-cloud/project";

/** One argument or output, as the source describes it. */
interface Member {
  name: string;
  optional: boolean;
  type: string;
  text: string;
}

/** A page of the reference and the source that its tables are made of. */
interface Page {
  page: string;
  source: string;
  args: string;
  resource: string;
}

const pages: readonly Page[] = [
  {
    page: "docs/reference/custom-connector.md",
    source: "power-platform/customConnector.ts",
    args: "CustomConnectorArgs",
    resource: "CustomConnector",
  },
  {
    page: "docs/reference/connection.md",
    source: "power-platform/connection.ts",
    args: "ConnectionArgs",
    resource: "Connection",
  },
];

/** The comment of a member in one paragraph, its default included. */
function documentation(node: ts.Node): string {
  const parts = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return parts
    .flatMap((part) => [
      ts.getTextOfJSDocComment(part.comment) ?? "",
      ...(part.tags ?? []).map(
        (tag) =>
          `${tag.tagName.text === "default" ? "Default" : tag.tagName.text}: ${ts.getTextOfJSDocComment(tag.comment) ?? ""}`,
      ),
    ])
    .map((text) =>
      text
        .replaceAll(/\s+/g, " ")
        .replace(/^Default: - /, "Default: ")
        .trim(),
    )
    .filter(Boolean)
    .map((text) => (/[.!?]$/.test(text) ? text : `${text}.`))
    .join(" ");
}

/** `pulumi.Input<string>` → `string`. */
function plainType(text: string): string {
  const inner = /^pulumi\.(?:Input|Output)<(.*)>$/s.exec(text)?.[1];
  const unwrapped = inner === undefined ? text : plainType(inner);
  return unwrapped.replaceAll(/pulumi\.Input<([^<>]+)>/g, "$1").replaceAll(/\s+/g, " ");
}

function member(source: ts.SourceFile, node: ts.PropertySignature | ts.PropertyDeclaration): Member {
  return {
    name: node.name.getText(source),
    optional: node.questionToken !== undefined,
    type: plainType(node.type?.getText(source) ?? ""),
    text: documentation(node),
  };
}

/** @throws Error when the source has no such declarations */
function membersOf({ source: file, args, resource }: Page): { arguments: Member[]; outputs: Member[] } {
  const full = path.join(projectRoot(), file);
  const source = ts.createSourceFile(full, fs.readFileSync(full, "utf8"), ts.ScriptTarget.Latest, true);
  const found: { arguments: Member[]; outputs: Member[] } = { arguments: [], outputs: [] };
  for (const node of source.statements) {
    if (ts.isInterfaceDeclaration(node) && node.name.text === args)
      found.arguments = node.members.filter(ts.isPropertySignature).map((one) => member(source, one));
    if (ts.isClassDeclaration(node) && node.name?.text === resource)
      found.outputs = node.members.filter(ts.isPropertyDeclaration).map((one) => member(source, one));
  }
  if (found.arguments.length === 0 || found.outputs.length === 0)
    throw new Error(`${file}: no ${args} or no ${resource}.`);
  return found;
}

const cell = (text: string) => text.replaceAll("|", "\\|");

function table(heading: string, members: readonly Member[]): string {
  const rows = members.map(
    ({ name, optional, type, text }) =>
      `| \`${name}\`${heading === "Argument" && !optional ? " (required)" : ""} | \`${cell(type)}\` | ${cell(text || "The argument of the same name.")} |`,
  );
  return [`| ${heading} | Type | What it is |`, "| --- | --- | --- |", ...rows].join("\n");
}

const between = (name: string) => new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- /${name} -->)`);

/** The pages of the reference as they should be: their own words, with tables made of the sources. */
export function resourcePages(): { page: string; text: string }[] {
  return pages.map((page) => {
    const { arguments: args, outputs } = membersOf(page);
    const written = fs.readFileSync(path.join(projectRoot(), page.page), "utf8");
    const put = (text: string, name: string, content: string) =>
      text.replace(between(name), (_all, start: string, end: string) => `${start}\n\n${content}\n\n${end}`);
    return {
      page: page.page,
      text: put(put(written, "arguments", table("Argument", args)), "outputs", table("Output", outputs)),
    };
  });
}

/** `npm run docs:resources`: writes the tables of the resources' reference. @returns exit code */
export function writeResourcePages(): number {
  for (const { page, text } of resourcePages()) fs.writeFileSync(path.join(projectRoot(), page), text);
  return 0;
}
