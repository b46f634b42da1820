// Plots as SVG, drawn from the results: bars for previews, lines for growth.

const width = 720;
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const text = (x: number, y: number, content: string, anchor = "start") =>
  `<text x="${x.toFixed(0)}" y="${y.toFixed(0)}" text-anchor="${anchor}">${escaped(content)}</text>`;

const framed = (title: string, height: number, content: string[]) =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>text{font:13px sans-serif;fill:#222}.title{font-weight:600}</style>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<g class="title">${text(12, 22, title)}</g>`,
    ...content,
    "</svg>",
    "",
  ].join("\n");

export interface Bar {
  label: string;
  value: number;
  least: number;
  most: number;
}

/** Horizontal bars with a line from the least to the most. */
export function bars(title: string, unit: string, rows: readonly Bar[]): string {
  const [left, right, rowHeight, top] = [270, 80, 30, 36];
  const scale = (width - left - right) / Math.max(...rows.map(({ most }) => most));
  const content = rows.flatMap(({ label, value, least, most }, index) => {
    const y = top + index * rowHeight;
    const x = (figure: number) => (left + figure * scale).toFixed(1);
    return [
      text(left - 8, y + 18, label, "end"),
      `<rect x="${left}" y="${y + 5}" width="${(value * scale).toFixed(1)}" height="18" fill="#3b6ea8"/>`,
      `<line x1="${x(least)}" x2="${x(most)}" y1="${y + 14}" y2="${y + 14}" stroke="#d9822b" stroke-width="2"/>`,
      text(left + most * scale + 8, y + 18, `${value.toFixed(2)} ${unit}`),
    ];
  });
  return framed(title, top + rows.length * rowHeight + 10, content);
}

export interface Line {
  label: string;
  points: { x: number; y: number }[];
}

const colours = ["#3b6ea8", "#d9822b", "#4f8a4f", "#9b4f96", "#7a7a7a"];

/** Lines over one logarithmic and one logarithmic axis: what grows in proportion is straight. */
export function lines(title: string, unit: string, all: readonly Line[]): string {
  const [left, right, top, height, bottom] = [60, 210, 40, 340, 40];
  const positive = all.flatMap(({ points }) => points.filter(({ x, y }) => x > 0 && y > 0));
  const log = (figure: number) => Math.log10(figure);
  const range = (figures: number[]) => [log(Math.min(...figures)), log(Math.max(...figures))] as const;
  const [x0, x1] = range(positive.map(({ x }) => x));
  const [y0, y1] = range(positive.map(({ y }) => y));
  const px = (x: number) => left + ((log(x) - x0) / (x1 - x0 || 1)) * (width - left - right);
  const py = (y: number) => height - bottom - ((log(y) - y0) / (y1 - y0 || 1)) * (height - bottom - top);
  const axis = [...new Set(positive.map(({ x }) => x))].map((x) =>
    text(px(x), height - bottom + 20, String(x), "middle"),
  );
  const content = all.flatMap(({ label, points }, index) => {
    const colour = colours[index % colours.length] ?? "#000";
    const path = points.map(({ x, y }) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" ");
    const last = points.at(-1);
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...points.map(({ x, y }) => `<circle cx="${px(x).toFixed(1)}" cy="${py(y).toFixed(1)}" r="3" fill="${colour}"/>`),
      ...(last ? [text(px(last.x) + 8, py(last.y) + 4, `${label}: ${last.y.toFixed(1)} ${unit}`)] : []),
    ];
  });
  return framed(title, height, [...axis, ...content]);
}
