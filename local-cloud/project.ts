import fs from "node:fs";
import path from "node:path";

/** The folder of the project: the nearest one above this file whose package.json says so. */
export function projectRoot(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (fs.existsSync(manifest)) {
      const { name } = JSON.parse(fs.readFileSync(manifest, "utf8")) as { name?: string };
      if (name === "keyvault-connector") return folder;
    }
    if (folder === path.dirname(folder)) throw new Error("The local cloud must be run from its project's folder.");
  }
}
