import fs from "node:fs";
import ts from "typescript";

/** A member of an interface or a class, as its source says it. */
export interface Member {
  name: string;
  /** As it is written. */
  type: string;
  description: string;
  /** What happens without it; "" when nothing is said. */
  otherwise: string;
  isOptional: boolean;
}

/** An exported interface or class, as its source says it. */
export interface Declaration {
  name: string;
  kind: "interface" | "class";
  description: string;
  members: Member[];
}

type Documented = ts.Node & { jsDoc?: ts.JSDoc[] };

function comment(node: ts.Node): { description: string; otherwise: string } {
  const doc = (node as Documented).jsDoc?.at(-1);
  const text = (part: ts.JSDoc["comment"]) => (ts.getTextOfJSDocComment(part) ?? "").replace(/\s+/g, " ").trim();
  const byDefault = doc?.tags?.find(({ tagName }) => tagName.text === "default");
  return { description: text(doc?.comment), otherwise: text(byDefault?.comment).replace(/^- /, "") };
}

const isHidden = (node: ts.Node) =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some(
    ({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword,
  );

function memberOf(node: ts.TypeElement | ts.ClassElement, source: ts.SourceFile): Member[] {
  if (!(ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) || isHidden(node)) return [];
  return [
    {
      name: node.name.getText(source),
      type: node.type?.getText(source).replace(/\s+/g, " ") ?? "",
      ...comment(node),
      isOptional: node.questionToken !== undefined,
    },
  ];
}

/** The exported interfaces and classes of a file, in its order. */
export function declarations(file: string): Declaration[] {
  const source = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  return source.statements.flatMap((node): Declaration[] => {
    if (!ts.isInterfaceDeclaration(node) && !ts.isClassDeclaration(node)) return [];
    const isExported = ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
    if (!isExported || !node.name) return [];
    return [
      {
        name: node.name.text,
        kind: ts.isClassDeclaration(node) ? "class" : "interface",
        description: comment(node).description,
        members: [...node.members].flatMap((member) => memberOf(member, source)),
      },
    ];
  });
}
