import { type Child, h } from "./dom";

export interface Tab {
  id: string;
  title: string;
  content: () => Child;
}

/**
 * Tabs of which one shows its panel: arrows, Home and End move between them and select.
 * https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
 */
export function tabs(
  name: string,
  label: string,
  all: readonly Tab[],
  selectedId: string,
  select: (id: string) => void,
): HTMLElement[] {
  const selected = all.find(({ id }) => id === selectedId) ?? all[0];
  const tabId = (id: string) => `${name}-tab-${id}`;
  const move = (event: Event) => {
    const { key } = event as KeyboardEvent;
    const at = all.findIndex(({ id }) => id === selected?.id);
    const wanted = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[key];
    if (wanted === undefined) return;
    event.preventDefault();
    const next = all[(wanted + all.length) % all.length];
    if (!next) return;
    select(next.id);
    document.getElementById(tabId(next.id))?.focus();
  };
  const list = h(
    "div",
    { class: `tabs ${name}`, role: "tablist", "aria-label": label, keydown: move },
    all.map(({ id, title }) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: tabId(id),
          "aria-selected": String(id === selected?.id),
          "aria-controls": `${name}-panel`,
          tabindex: id === selected?.id ? 0 : -1,
          click: () => {
            select(id);
            document.getElementById(tabId(id))?.focus();
          },
        },
        title,
      ),
    ),
  );
  const panel = h(
    "div",
    {
      class: "panel",
      role: "tabpanel",
      id: `${name}-panel`,
      "aria-labelledby": tabId(selected?.id ?? ""),
      tabindex: 0,
    },
    selected?.content(),
  );
  return [list, panel];
}
