/** What stands for a secret's value: as long for a short one as for a long one. */
export const dots = "••••••••";

export type Row = readonly [label: string, value: string];

/** A group of rows under a heading. */
export interface Section {
  heading: string;
  rows: readonly Row[];
}

/** Text of two columns; the labels of all sections are equally wide. Rows without a value are left out. */
export function renderTable(sections: readonly Section[], heading: (text: string) => string = (text) => text): string {
  const width = Math.max(0, ...sections.flatMap(({ rows }) => rows.map(([label]) => label.length)));
  return sections
    .map(({ heading: title, rows }) => ({ title, rows: rows.filter(([, value]) => value !== "") }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) =>
      [heading(title), ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)].join("\n"),
    )
    .join("\n");
}
