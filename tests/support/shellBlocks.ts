import fs from "node:fs";
import path from "node:path";

/** A block of shell commands in the documentation. */
export interface ShellBlock {
  /** Below the project's folder. */
  file: string;
  /** Of the block's first command, counted from 1. */
  line: number;
  commands: string;
  /** Why it is not run here; absent when it is. */
  notRun?: string;
}

const mark = /^\s*<!-- not run: (.+) -->\s*$/;

/** The blocks of `sh` in a page, in its order. */
export function shellBlocks(file: string, text: string): ShellBlock[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index): ShellBlock[] => {
    const fence = /^(\s*)```(sh|bash|shell|console)\s*$/.exec(line);
    if (!fence) return [];
    const rest = lines.slice(index + 1);
    const inside = rest.slice(
      0,
      rest.findIndex((one) => one.trim() === "```"),
    );
    const before = lines.slice(0, index).findLast((one) => one.trim() !== "") ?? "";
    const notRun = mark.exec(before)?.[1];
    const commands = inside.map((one) => one.slice((fence[1] ?? "").length)).join("\n");
    return [{ file, line: index + 2, commands, ...(notRun === undefined ? {} : { notRun }) }];
  });
}

/** All blocks of the documentation: README.md, what stands beside it, docs and examples. */
export function documentedBlocks(root: string): ShellBlock[] {
  const below = ["docs", "examples"].flatMap((folder) =>
    fs
      .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md") && !file.includes("node_modules"))
      .map((file) => path.join(folder, file)),
  );
  const beside = fs.readdirSync(root).filter((file) => file.endsWith(".md"));
  return [...beside, ...below.sort()].flatMap((file) =>
    shellBlocks(file, fs.readFileSync(path.join(root, file), "utf8")),
  );
}
