import fs from "node:fs";
import path from "node:path";

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * Makes a command of a name in a folder that runs a JavaScript file with this Node.js, for programs that look for
 * plugins on PATH. Written only where it differs, since another run may be executing it.
 */
export function writeCommand(folder: string, name: string, script: string, platform = process.platform): void {
  fs.mkdirSync(folder, { recursive: true });
  const windows = platform === "win32";
  const file = path.join(folder, windows ? `${name}.cmd` : name);
  const content = windows
    ? `@"${process.execPath}" "${script}" %*\r\n`
    : `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(script)} "$@"\n`;
  if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === content) return;
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, content, { mode: 0o755 });
  fs.renameSync(temporary, file);
}
