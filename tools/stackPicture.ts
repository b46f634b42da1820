/** A resource of an exported state, as far as the picture shows it. */
export interface PicturedResource {
  urn: string;
  type: string;
  parent?: string;
  dependencies?: string[];
}

interface Box {
  name: string;
  kind: string;
  /** Type and name of each resource in it. */
  children: { kind: string; name: string }[];
  /** Names of the components whose resources it is made from. */
  uses: string[];
}

const nameOf = (urn: string) => urn.split("::").at(-1) ?? urn;
const kindOf = (type: string) => type.split(/[:/]/).at(-1) ?? type;

interface Section {
  title: string;
  colour: string;
  kinds: readonly string[];
}

/** Columns of sections, with the components that belong into each. */
const columns: readonly (readonly Section[])[] = [
  [
    { title: "Microsoft Entra ID", colour: "#0f5ea8", kinds: ["AppRegistration"] },
    { title: "Azure Monitor and locks", colour: "#0b6a3c", kinds: ["VaultMonitoring", "VaultLock"] },
  ],
  [{ title: "Azure Key Vault", colour: "#7a4a00", kinds: ["KeyVault", "VaultSecret", "VaultAccess"] }],
  [
    {
      title: "Power Platform",
      colour: "#742774",
      kinds: ["KeyVaultConnector", "ServicePrincipalConnection", "SecretProof"],
    },
  ],
];

const isComponent = ({ type }: PicturedResource) => type.startsWith("keyvault-connector:index:");

function boxesOf(resources: readonly PicturedResource[]): Box[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const ownerOf = (urn: string): PicturedResource | undefined => {
    const resource = byUrn.get(urn);
    if (!resource || isComponent(resource)) return resource;
    return resource.parent === undefined ? undefined : ownerOf(resource.parent);
  };
  const all = resources.filter(isComponent).map((component) => {
    const children = resources.filter((one) => !isComponent(one) && ownerOf(one.urn) === component);
    const used = children.flatMap(({ dependencies = [] }) => dependencies).map((urn) => ownerOf(urn));
    const others = used.filter((one) => one !== undefined && one !== component).map((one) => nameOf(one?.urn ?? ""));
    return {
      name: nameOf(component.urn),
      kind: kindOf(component.type),
      children: children.map(({ urn, type }) => ({
        kind: kindOf(type),
        // Every name begins with that of its component.
        name: nameOf(urn).slice(nameOf(component.urn).length + 1),
      })),
      uses: [...new Set(others)].sort(),
    };
  });
  // The engine makes what it can at the same time, and lists it in the order in which it was done.
  return all.map((box) => ({ ...box, children: box.children.toSorted(byName) })).sort(byName);
}

const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name, "en");

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const width = 380;
const gap = 22;
const row = 22;
const heights = (box: Box) => 46 + box.children.length * row + (box.uses.length > 0 ? 30 : 10);

const text = (x: number, y: number, style: string, content: string) =>
  `<text x="${x}" y="${y}" class="${style}">${escaped(content)}</text>`;

function drawn(box: Box, x: number, y: number, colour: string): string {
  const height = heights(box);
  const lines = box.children.map(({ kind, name }, index) => {
    const at = y + 58 + index * row;
    return `${text(x + 16, at, "kind", kind)}${text(x + width - 14, at, "name", name)}`;
  });
  const uses = box.uses.length > 0 ? text(x + 16, y + height - 12, "uses", `from ${box.uses.join(", ")}`) : "";
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" class="box"/>`,
    `<path d="M${x} ${y + 34}v-26a8 8 0 0 1 8-8h${width - 16}a8 8 0 0 1 8 8v26z" fill="${colour}"/>`,
    text(x + 16, y + 22, "head", box.kind),
    text(x + width - 14, y + 22, "headName", box.name),
    ...lines,
    uses,
  ].join("");
}

/** One section from a height on. @returns its shapes, and where the next one may begin */
function drawnSection({ title, colour, kinds }: Section, boxes: readonly Box[], x: number, top: number) {
  let y = top + 20;
  const own = kinds.flatMap((kind) => boxes.filter((box) => box.kind === kind));
  const shapes = own.map((box) => {
    const shape = drawn(box, x, y, colour);
    y += heights(box) + 16;
    return shape;
  });
  const heading = `<text x="${x}" y="${top}" class="column" style="fill:${colour}">${escaped(title)}</text>`;
  return own.length === 0 ? { shapes: [], bottom: top } : { shapes: [heading, ...shapes], bottom: y };
}

/**
 * A picture (SVG) of a stack's components and what each is made of and made from.
 * @param resources those of an exported state; ids and values are not looked at, so that it is the same for every stack
 *   with the same settings.
 */
export function stackPicture(resources: readonly PicturedResource[]): string {
  const boxes = boxesOf(resources);
  const known = columns.flat().flatMap(({ kinds }) => kinds);
  const stray = boxes.find(({ kind }) => !known.includes(kind));
  if (stray) throw new Error(`The picture has no place for components of type ${stray.kind}.`);
  const shapes: string[] = [];
  const bottoms = columns.map((sections, index) => {
    let y = 36;
    for (const section of sections) {
      const part = drawnSection(section, boxes, gap + index * (width + gap), y);
      shapes.push(...part.shapes);
      y = part.bottom + 26;
    }
    return y - 26;
  });
  const bottom = Math.max(...bottoms) + 6;
  const total = gap + columns.length * (width + gap);
  const count = boxes.reduce((sum, { children }) => sum + children.length, 0);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total} ${bottom}" role="img" aria-labelledby="title">`,
    `<title id="title">The ${boxes.length} components of the stack and their ${count} resources</title>`,
    `<style>text{font-family:"Segoe UI",system-ui,"DejaVu Sans",sans-serif;font-size:14px;fill:#1b1d22}.column{font-size:17px;font-weight:600}.head,.headName{fill:#fff;font-weight:600}.headName,.name{text-anchor:end}.name{fill:#555b66}.uses{fill:#555b66;font-size:12px;font-style:italic}.box{fill:#fff;stroke:#c6cad2}</style>`,
    `<rect width="${total}" height="${bottom}" rx="12" fill="#f5f5f7"/>`,
    ...shapes,
    "</svg>",
  ].join("\n")}\n`;
}
