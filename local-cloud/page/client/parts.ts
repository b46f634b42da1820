import { type Child, h, icon } from "./dom";

export const icons = {
  app: "M4 4h7v7H4V4Zm9 0h7v7h-7V4ZM4 13h7v7H4v-7Zm12.5 0 3.5 3.5-3.5 3.5-3.5-3.5 3.5-3.5Z",
  vault:
    "M5 3h14a2 2 0 0 1 2 2v13a2 2 0 0 1-2 2v1h-2v-1H7v1H5v-1a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2Zm7 4a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Zm0 2.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
  secret:
    "M15 3a6 6 0 0 0-5.7 7.9L3 17.2V21h3.8v-2.6h2.6v-2.6h2.1l1.6-1.6A6 6 0 1 0 15 3Zm1.8 2.8a1.9 1.9 0 1 1 0 3.8 1.9 1.9 0 0 1 0-3.8Z",
  role: "M12 2 4 5v6c0 5 3.4 9.3 8 11 4.6-1.7 8-6 8-11V5l-8-3Zm-1.2 13.4-3.2-3.2 1.5-1.5 1.7 1.7 4.2-4.2 1.5 1.5-5.7 5.7Z",
  connector: "M7 3v5H5v3a7 7 0 0 0 5.5 6.8V21h3v-3.2A7 7 0 0 0 19 11V8h-2V3h-2.5v5h-5V3H7Z",
  connection:
    "M10.6 13.4a1 1 0 0 1 0-1.4l2.8-2.8a3.5 3.5 0 0 1 5 5l-2 2-1.4-1.5 2-2a1.4 1.4 0 0 0-2.1-2L12 13.4a1 1 0 0 1-1.4 0Zm2.8-2.8a1 1 0 0 1 0 1.4l-2.8 2.8a3.5 3.5 0 0 1-5-5l2-2L9 9.3l-2 2a1.4 1.4 0 0 0 2 2l2.9-2.8a1 1 0 0 1 1.4 0Z",
  maker: "M12 3a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Zm0 11c4.6 0 8 2.4 8 5.5V21H4v-1.5C4 16.4 7.4 14 12 14Z",
  home: "M12 3 3 10.5V21h6v-6h6v6h6V10.5L12 3Z",
} as const;

export type IconName = keyof typeof icons;

export const symbol = (name: IconName): SVGElement => icon(icons[name]);

const isEmptyList = (value: Child): boolean => Array.isArray(value) && value.length === 0;

/** Names with values, as a description list. Values that are not there are left out. */
export function facts(rows: readonly (readonly [name: string, value: Child])[], className = "facts"): HTMLElement {
  const shown = rows.filter(
    ([, value]) => value !== "" && value !== undefined && value !== false && !isEmptyList(value),
  );
  return h(
    "dl",
    { class: className },
    shown.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

/** An id or another text that is copied rather than read. */
export const code = (text: string): HTMLElement => h("code", {}, text);

export type Tone = "good" | "bad" | "warn" | "plain";

export const chip = (text: string, tone: Tone = "plain"): HTMLElement => h("span", { class: `chip ${tone}` }, text);

/** A part of a thing under a heading. */
export const card = (title: string, ...children: Child[]): HTMLElement =>
  h("section", { class: "card" }, h("h3", {}, title), children);

/** A part of a view that shows one thing: its heading comes right below the view's. */
export const mainCard = (title: string, ...children: Child[]): HTMLElement =>
  h("section", { class: "card" }, h("h2", {}, title), children);

/** A table that scrolls by itself where it is too wide. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement {
  if (rows.length === 0) return h("p", { class: "none" }, "None.");
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", {}, caption),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          heads.map((head) => h("th", { scope: "col" }, head)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map(([first, ...rest]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, first),
            rest.map((cell) => h("td", {}, cell)),
          ),
        ),
      ),
    ),
  );
}

/** The head of a view: what it is, and what it is for. */
export const viewHead = (name: IconName, kind: string, title: string, lead: Child): HTMLElement =>
  h(
    "div",
    { class: "head" },
    h("span", { class: `badge ${name}` }, symbol(name)),
    h("div", {}, h("p", { class: "kind" }, kind), h("h1", {}, title), h("p", { class: "lead" }, lead)),
  );

/** A moment, as people write it, in UTC. */
export const moment = (iso: string): string => (iso === "" ? "" : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`);

export const dots = "••••••••";
