type Attribute = string | number | boolean | undefined | ((event: Event) => void);
export type Child = Node | string | false | undefined | readonly Child[];

function append(parent: Node, child: Child): void {
  if (child === false || child === undefined) return;
  if (typeof child === "string" || child instanceof Node) parent.appendChild(toNode(child));
  else for (const one of child) append(parent, one);
}

const toNode = (child: string | Node): Node => (typeof child === "string" ? document.createTextNode(child) : child);

/** An element. Texts become text nodes and attributes attributes, so that no value can become markup. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, Attribute> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  append(element, children);
  return element;
}

const svgNamespace = "http://www.w3.org/2000/svg";

/** An icon of one path in a square of 24; beside it stands what it means. */
export function icon(path: string): SVGElement {
  const svg = document.createElementNS(svgNamespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(svgNamespace, "path");
  shape.setAttribute("d", path);
  svg.appendChild(shape);
  return svg;
}

/** The element of an id that the page has. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no #${id}.`);
  return element;
}

/** Replaces what is in an element; the focus stays on the element of the same id. */
export function show(parent: HTMLElement, ...children: Child[]): void {
  const focused = parent.contains(document.activeElement) ? document.activeElement?.id : undefined;
  parent.replaceChildren();
  append(parent, children);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}
