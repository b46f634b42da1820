import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../local-cloud/project";

const leftOut = new Set([".git", ".local-cloud", "node_modules"]);

/** Copies the checkout, built as it is, for tests that change files of it. The dependencies are linked. */
export function copyCheckout(folder: string): void {
  const root = projectRoot();
  fs.cpSync(root, folder, {
    recursive: true,
    preserveTimestamps: true,
    filter: (source) => !leftOut.has(path.basename(source)),
  });
  fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "dir");
}
