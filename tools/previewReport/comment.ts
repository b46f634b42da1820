import { isDefinitionUnknown } from "./connector";
import type { Change } from "./changes";
import { differencesOf, propertyChanges } from "./differences";
import { type Environment, environmentsOf, inWords, isUnchanged } from "./environment";
import { block, code, counted, folded, htmlCode, listed, oneLine } from "./markdown";
import { kindOf, ownName } from "./nouns";
import type { Preview } from "./preview";
import type { Level, Warning } from "./warnings";

/** What the comment tells of: what an update would do, or what somebody did beside the program. */
export type Subject = "preview" | "drift";

/** By this line a later run finds the comment, or the issue, that it is to edit. */
export const markerOf = (subject: Subject) => `<!-- keyvault-connector:${subject}-report -->`;

/** What GitHub takes. Source: https://docs.github.com/rest/issues/comments (body is too long, maximum is 65536 characters) */
export const longestComment = 65_536;

/** More lines than these are folded. */
const unfoldedLines = 16;
const shortenedLines = 40;
const shortenedWarnings = 20;
const mostRows = 40;
const longestCell = 600;
const longestLine = 400;

/** A part of the comment in several lengths, the longest first; "" leaves it out. */
type Section = string[];

/** What was run. */
const nameOf: Record<Subject, string> = { preview: "preview", drift: "check" };

const levelSigns: Record<Level, string> = { danger: "🛑", caution: "⚠️", note: "ℹ️" };

const nothingLeft = "_More did not fit into one comment: the previews themselves say it all._";

/** As much of the sections, in their order, as fits: all of them in their shortest form, then the longer ones from the first. */
function fitted(sections: readonly Section[], limit: number): string {
  const chosen = sections.map((variants) => variants.at(-1) ?? "");
  const lengthOf = (texts: readonly string[]) =>
    texts.reduce((total, text) => total + (text === "" ? 0 : text.length + 2), 0);
  const room = limit - nothingLeft.length - 4;
  let used = lengthOf(chosen);
  for (const [index, variants] of sections.entries()) {
    const shortest = chosen[index] ?? "";
    const longer = variants.find((variant) => used - lengthOf([shortest]) + lengthOf([variant]) <= room);
    if (longer === undefined) continue;
    used += lengthOf([longer]) - lengthOf([shortest]);
    chosen[index] = longer;
  }
  const kept: string[] = [];
  for (const text of chosen.filter((one) => one !== "")) {
    if (lengthOf([...kept, text]) > room) return `${[...kept, nothingLeft].join("\n\n")}\n`;
    kept.push(text);
  }
  return `${kept.join("\n\n")}\n`;
}

const cut = (text: string, length: number) =>
  text.length > length ? `${text.slice(0, text.lastIndexOf(" ", length))} …` : text;

function heading(environments: readonly Environment[], subject: Subject): string {
  const name = ({ name: environment }: Environment) => code(environment, 60);
  const failed = environments.filter(({ errors }) => errors.length > 0);
  const changed = environments.filter((one) => one.errors.length === 0 && !isUnchanged(one));
  const same = environments.filter(isUnchanged);
  const several = (some: readonly Environment[]) =>
    some.length > 4 ? counted(some.length, "environment") : listed(some.map(name));
  const verb = (some: readonly Environment[], one: string, more: string) =>
    `${several(some)} ${some.length === 1 ? one : more}`;
  const isPreview = subject === "preview";
  const parts = [
    ...(failed.length > 0 ? [`the ${nameOf[subject]} of ${several(failed)} failed`] : []),
    ...(changed.length > 0
      ? [isPreview ? verb(changed, "changes", "change") : verb(changed, "has drifted", "have drifted")]
      : []),
    ...(same.length > 0 && (changed.length > 0 || failed.length > 0)
      ? [verb(same, "stays as it is", "stay as they are")]
      : []),
  ];
  const title = isPreview ? "Preview" : "Drift";
  const nothing = isPreview ? "nothing changes" : "none";
  return `## ${title}: ${parts.length > 0 ? parts.join(", ") : `${nothing} in ${several(same)}`}`;
}

function warningCounts(environments: readonly Environment[], subject: Subject): string {
  const all = environments.flatMap(({ warnings }) => warnings);
  const of = (level: Level) => all.filter((warning) => warning.level === level).length;
  const told = [
    of("danger") > 0 ? `${levelSigns.danger} ${counted(of("danger"), "danger")}` : "",
    of("caution") > 0 ? `${levelSigns.caution} ${counted(of("caution"), "warning")}` : "",
  ].filter((text) => text !== "");
  const before = subject === "preview" ? " before this is merged" : "";
  return told.length > 0 ? `**${listed(told)}** to look at${before}.` : "";
}

/** The same words are said once for all environments that they are true of. */
function summary(environments: readonly Environment[], subject: Subject): string {
  const byWords = new Map<string, string[]>();
  for (const environment of environments.slice(0, mostRows)) {
    const words = wordsOf(environment, subject);
    byWords.set(words, [...(byWords.get(words) ?? []), code(environment.name, 60)]);
  }
  return [...byWords].map(([words, names]) => `- **${listed(names)}**: ${words}.`).join("\n");
}

function wordsOf(environment: Environment, subject: Subject): string {
  if (subject === "preview") return inWords(environment, longestCell);
  if (environment.errors.length > 0) return "could not be compared with the cloud";
  const words = inWords(environment, longestCell);
  return isUnchanged(environment) ? words : `something beside the program ${words}`;
}

/** What is to be done about drift. */
function advice(environments: readonly Environment[], subject: Subject): string {
  if (subject === "preview" || environments.every(isUnchanged)) return "";
  return "**To put it back**, start the workflow Deploy with *refresh*, or run `pulumi up --refresh`. **To keep it**, say it in the settings or the program. This issue closes itself when nothing differs any more."; // prettier-ignore
}

const cell = (count: number) => (count === 0 ? "·" : String(count));

function table(environments: readonly Environment[]): string {
  const rows = environments.slice(0, mostRows).map((environment) => {
    const { name, counts, warnings, errors } = environment;
    const of = (level: Level) => warnings.filter((warning) => warning.level === level).length;
    const signs = [
      errors.length > 0 ? "❌ failed" : "",
      of("danger") > 0 ? `${levelSigns.danger} ${of("danger")}` : "",
      of("caution") > 0 ? `${levelSigns.caution} ${of("caution")}` : "",
    ].filter((text) => text !== "");
    const numbers = [counts.create, counts.update, counts.replace, counts.delete, counts.same].map(cell);
    return `| ${[code(name, 60), ...numbers, signs.join(" ") || "–"].join(" | ")} |`;
  });
  const more = environments.length - mostRows;
  return [
    "| Environment | Create | Update | Replace | Delete | Same | Warnings |",
    "| :--- | ---: | ---: | ---: | ---: | ---: | :--- |",
    ...rows,
    ...(more > 0 ? [`| … ${more} more | | | | | | |`] : []),
  ].join("\n");
}

const warningLine = ({ level, text }: Warning) => `- ${levelSigns[level]} ${text}`;

function warningSection({ name, warnings }: Environment): Section {
  if (warnings.length === 0) return [];
  const title = `### Look at this in ${code(name, 60)}`;
  const lines = warnings.map(warningLine);
  const shortened = (count: number) =>
    [title, "", ...lines.slice(0, count), `- … and ${counted(lines.length - count, "more warning")}.`].join("\n");
  return [
    [title, "", ...lines].join("\n"),
    ...(lines.length > shortenedWarnings ? [shortened(shortenedWarnings)] : []),
    ...(lines.length > 3 ? [shortened(3)] : []),
    `${title}: ${counted(lines.length, "warning")}.`,
  ];
}

function errorSection({ name, errors }: Environment, subject: Subject): Section {
  if (errors.length === 0) return [];
  const title = `### The ${nameOf[subject]} of ${code(name, 60)} failed`;
  const lines = errors.flatMap((error) => error.split("\n")).map((line) => `  ${cut(line.trimEnd(), longestLine)}`);
  return [`${title}\n\n${linesIn("What pulumi said", lines, "text")}`, `${title}\n\n${linesIn("", lines.slice(0, 10), "text")}`, title]; // prettier-ignore
}

/** Lines as a block, folded when there are many. @param title in HTML */
function linesIn(title: string, lines: readonly string[], language: string): string {
  const content = block(lines, language);
  return lines.length > unfoldedLines ? folded(title, content) : content;
}

function differenceSections({ name, changes }: Environment): Section[] {
  return changes.flatMap((change) =>
    differencesOf(change).map(({ title, lines: all }): Section => {
      const lines = all.map((line) => oneLineOfDiff(line));
      const resource = `${kindOf(change.urn).noun} ${htmlCode(ownName(change.urn, change.new ?? change.old))}`;
      const added = lines.filter((line) => line.startsWith("+")).length;
      const removed = lines.filter((line) => line.startsWith("-")).length;
      const words = `${title} of the ${resource} in ${htmlCode(name)}: ${counted(added, "line")} added, ${removed} removed`;
      const isLong = lines.length > unfoldedLines;
      const headline = isLong ? "" : `**${words}**\n\n`;
      const left = `… ${counted(lines.length - shortenedLines, "more line")}`;
      return [
        `${headline}${linesIn(words, lines, "diff")}`,
        ...(lines.length > shortenedLines ? [linesIn(words, [...lines.slice(0, shortenedLines), left], "diff")] : []),
        `**${words}**, too long to be shown here.`,
        "",
      ];
    }),
  );
}

const oneLineOfDiff = (line: string) => cut(line.replaceAll("\r", ""), longestLine);

const signs: Record<Change["kind"], string> = { create: "+", update: "!", replace: "!", delete: "-" };

function changeLines(change: Change): string[] {
  const { kind, urn, old, new: now } = change;
  const own = ownName(urn, now ?? old);
  const name = own === urn.name ? urn.name : `${urn.name} (${own})`;
  const unknown = kindOf(urn).noun === "connector" && isDefinitionUnknown(now) && kind !== "create";
  return [
    `${signs[kind]} ${kind} ${kindOf(urn).noun} ${oneLine(name)}`,
    ...propertyChanges(change).map(
      ({ path, before, after }) => `      ${oneLine(path, 80)}: ${oneLine(before)} → ${oneLine(after)}`,
    ),
    ...(unknown ? ["      (operations: known after the update)"] : []),
  ];
}

function changeSection({ name, changes }: Environment): Section {
  if (changes.length === 0) return [];
  const lines = changes.flatMap(changeLines);
  const title = `${changes.length === 1 ? "The change" : `All ${changes.length} changes`} in ${htmlCode(name)}`;
  const left = `… ${counted(lines.length - shortenedLines, "more line")}`;
  return [
    folded(title, block(lines, "diff")),
    ...(lines.length > shortenedLines ? [folded(title, block([...lines.slice(0, shortenedLines), left], "diff"))] : []),
    "",
  ];
}

/** The comment for previews whose secrets are hidden already. The order of the previews does not matter. */
export function commentOf(previews: readonly Preview[], subject: Subject = "preview", limit = longestComment): string {
  const environments = environmentsOf(previews);
  const counts = warningCounts(environments, subject);
  const toDo = advice(environments, subject);
  return fitted(
    [
      [`${markerOf(subject)}\n${heading(environments, subject)}`],
      [summary(environments, subject), ""],
      [table(environments)],
      ...(counts === "" ? [] : [[counts]]),
      ...(toDo === "" ? [] : [[toDo]]),
      ...environments.map((environment) => errorSection(environment, subject)),
      ...environments.map(warningSection),
      ...environments.flatMap(differenceSections),
      ...environments.map(changeSection),
    ],
    limit,
  );
}
