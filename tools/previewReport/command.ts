import fs from "node:fs";
import { commentOf, type Subject } from "./comment";
import { type Preview, readPreview, withoutSecrets } from "./preview";
import { Redaction } from "./redaction";

export interface ReportOptions {
  /** Report what a refresh found instead of what an update would do. */
  drift?: boolean;
}

const standardInput = 0;

function contentOf(file: string): string {
  try {
    return fs.readFileSync(file === "-" ? standardInput : file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : message;
    throw new Error(`${file} cannot be read: ${reason}. Name files with the output of pulumi preview --json, or - for standard input.`, { cause: error }); // prettier-ignore
  }
}

/** Previews as one comment. @param contents source → text @throws Error for what is no preview */
export function reportOf(contents: readonly (readonly [source: string, text: string])[], subject: Subject): string {
  const redaction = new Redaction();
  const previews = contents.map(([source, text]): Preview => readPreview(text, source, redaction));
  return commentOf(
    previews.map((preview) => withoutSecrets(preview, redaction)),
    subject,
  );
}

/** `npm run preview:report -- FILE...`: prints the comment. @throws Error for what cannot be read, or is no preview */
export function previewReport(files: readonly string[], { drift = false }: ReportOptions): void {
  const contents = [...new Set(files)].map((file) => [file, contentOf(file)] as const);
  process.stdout.write(reportOf(contents, drift ? "drift" : "preview"));
}
