// Everything in a preview comes from configuration and from services, and so from people who may not write comments: it is
// never Markdown or HTML of its own, mentions nobody, and hides nothing by invisible characters (docs/decisions/0057).

/** Characters that change how others are shown, or are not shown: control, direction, joiners, tags. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const spelled = (character: string) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** A space of no width, which keeps tags and mentions from being taken for such even where code is not. */
const nothing = "\u200b";

const longestRun = (text: string) => Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));

/** One line of a value, cut to a length. */
export function oneLine(value: string, length = 120): string {
  const text = value.replace(/\s+/g, " ").trim().replace(invisible, spelled);
  return text.length > length ? `${text.slice(0, length - 1).replace(/\p{Cs}$/u, "")}…` : text;
}

const harmless = (text: string) => text.replace(/[<@]/g, `$&${nothing}`);

/** A value as a span of code: nothing in it means anything. @param length in characters. @default 120 */
export function code(value: string, length?: number): string {
  const text = harmless(oneLine(value, length));
  if (text === "") return "`(empty)`";
  // In a table, a bar would end the cell; outside of one, this one looks alike.
  const cell = text.replaceAll("|", "¦");
  const fence = "`".repeat(longestRun(cell) + 1);
  const padding = cell.startsWith("`") || cell.endsWith("`") ? " " : "";
  return `${fence}${padding}${cell}${padding}${fence}`;
}

/** Lines as a block of code. @param language such as "diff" */
export function block(lines: readonly string[], language: string): string {
  // Where a difference goes on is said by us; lines of values have a sign or a space in front.
  const safe = lines.map((line) =>
    /^@@ [-+ 0-9]+ @@$/.test(line) ? line : harmless(line.replace(/\t/g, "  ").replace(invisible, spelled)),
  );
  const fence = "`".repeat(Math.max(3, longestRun(safe.join("\n")) + 1));
  return `${fence}${language}\n${safe.join("\n")}\n${fence}`;
}

/** Folded, with a title that is text of ours. */
export const folded = (title: string, content: string) =>
  `<details>\n<summary>${title}</summary>\n\n${content}\n\n</details>`;

/** A value within HTML of ours, such as the title of something folded. */
export function htmlCode(value: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "@": "&#64;", "`": "&#96;" }; // prettier-ignore
  return `<code>${oneLine(value).replace(/[&<>"'@`]/g, (character) => entities[character] ?? "")}</code>`;
}

/** Number and noun: "1 secret", "2 secrets". */
export const counted = (count: number, noun: string, plural = `${noun}s`) => `${count} ${count === 1 ? noun : plural}`;

/** "a", "a and b", "a, b and c". */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}`;
}
