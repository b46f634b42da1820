import fs from "node:fs";
import path from "node:path";
import { Marked } from "marked";

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const kinds: Record<string, string> = { "+": "added", "-": "removed", "!": "changed" };

/** Lines of a difference in the colours that GitHub gives them. */
function difference(text: string): string {
  const lines = text.split("\n").map((line) => {
    const kind = kinds[line.charAt(0)];
    return kind === undefined ? `${escaped(line)}\n` : `<span class="${kind}">${escaped(line)}</span>`;
  });
  return `<pre tabindex="0"><code>${lines.join("")}</code></pre>`;
}

/** A page with one comment as GitHub shows it: its Markdown, with HTML in it, and the colours of differences. */
export function commentPage(markdown: string): string {
  const renderer = { code: ({ text, lang }: { text: string; lang?: string }) => (lang === "diff" ? difference(text) : `<pre tabindex="0"><code>${escaped(text)}</code></pre>`) }; // prettier-ignore
  const body = new Marked({ gfm: true, renderer }).parse(markdown, { async: false });
  const style = fs.readFileSync(path.join(__dirname, "comment.css"), "utf8");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The comment of a pull request</title><style>${style}</style></head>
<body><article><header><b>github-actions</b> bot commented</header><main>${body}</main></article></body></html>`;
}
