import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../local-cloud/project";
import { referencePages } from "./reference";

export interface DocsOptions {
  /** Writes nothing, and says what is stale. */
  check?: boolean;
}

/** `npm run docs`: makes the reference from the sources. @returns exit code; 1 when a page is stale and only checked */
export async function docs({ check = false }: DocsOptions): Promise<number> {
  const root = projectRoot();
  const pages = await referencePages(root);
  const stale = Object.entries(pages).filter(([file, text]) => {
    const at = path.join(root, file);
    return !fs.existsSync(at) || fs.readFileSync(at, "utf8") !== text;
  });
  for (const [file, text] of check ? [] : stale) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  const what = check ? "is stale: run npm run docs" : "was written";
  for (const [file] of stale) process.stderr.write(`${file} ${what}\n`);
  return check && stale.length > 0 ? 1 : 0;
}
