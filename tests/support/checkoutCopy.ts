import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../local-cloud/project";

const leftOut = [".git", ".local-cloud", "node_modules"];
const notInAClone = ["dist", "coverage"];

/**
 * Copies the checkout, changes that are not committed included, for tests that change files of it.
 * @param as "clone": what a clone has; "built": with what is built, and with the dependencies linked
 */
export function copyCheckout(folder: string, as: "clone" | "built"): void {
  const root = projectRoot();
  const left = new Set(as === "clone" ? [...leftOut, ...notInAClone] : leftOut);
  fs.cpSync(root, folder, {
    recursive: true,
    preserveTimestamps: true,
    filter: (source) => !left.has(path.basename(source)) && !source.endsWith(".log"),
  });
  if (as === "built") fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "dir");
}
