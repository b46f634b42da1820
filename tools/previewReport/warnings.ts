import { accessWarnings } from "./accessWarnings";
import type { Change } from "./changes";
import { compare } from "./changes";
import { connectorWarnings } from "./connectorWarnings";
import { code, counted, oneLine } from "./markdown";
import { isNoun, kindOf, ownName } from "./nouns";
import type { Preview } from "./preview";
import { protectionWarnings } from "./protectionWarnings";
import { secretWarnings } from "./secretWarnings";

/** How much a warning weighs: what cannot be undone or breaks others; what is to be looked at; what is good to know. */
export type Level = "danger" | "caution" | "note";

export interface Warning {
  level: Level;
  /** Markdown; the first sentence says what, the rest why it matters. */
  text: string;
}

export const danger = (text: string): Warning => ({ level: "danger", text });
export const caution = (text: string): Warning => ({ level: "caution", text });
export const note = (text: string): Warning => ({ level: "note", text });

/** What else a replacement takes with it. */
const replacementCosts: Record<string, string> = {
  vault:
    "Its secrets, their versions and the roles on them are made anew; the old vault stays soft-deleted, and its name is taken until then.",
  secret: "Its earlier versions are gone from the new one.",
  "resource group": "Everything in it is made anew.",
  application: "Its client id changes: everybody who signs in with it must be told.",
  "service principal": "It gets another object id: roles that were given to it by hand are lost.",
  connector: "It gets another name: apps and flows of makers refer to the old one, and their own connections go.",
  connection: "Flows and apps refer to it: makers choose the new one by hand.",
  "log workspace": "The logs of the old one go.",
  "generated value": "The secret gets another value.",
};

function replacementWarnings(changes: readonly Change[]): Warning[] {
  return changes
    .filter(({ kind, urn }) => kind === "replace" && kindOf(urn).isPrecious)
    .map(({ urn, old, replaceReasons }) => {
      const { noun } = kindOf(urn);
      const because =
        replaceReasons.length > 0 ? ` because of ${replaceReasons.map((reason) => code(reason)).join(", ")}` : "";
      return danger(
        `**The ${noun} ${code(ownName(urn, old))} is replaced**${because}. ${replacementCosts[noun] ?? ""}`.trim(),
      );
    });
}

function deletionWarnings(changes: readonly Change[]): Warning[] {
  const deleted = changes.filter(({ kind }) => kind === "delete");
  const precious = deleted.filter(({ urn }) => kindOf(urn).isPrecious && !isNoun(urn, "generated value"));
  const others = deleted.filter((change) => !precious.includes(change));
  const kept = (change: Change) => (change.old?.retainOnDelete ? " It stays in the cloud, unmanaged." : "");
  return [
    ...precious.map((change) => {
      const { noun } = kindOf(change.urn);
      return danger(`**The ${noun} ${code(ownName(change.urn, change.old))} is deleted.**${kept(change)}`);
    }),
    ...(others.length > 0 ? [caution(deletedWords(others, precious.length > 0))] : []),
  ];
}

function deletedWords(deleted: readonly Change[], isMore: boolean): string {
  const more = isMore ? "more " : "";
  const names = deleted.map(({ urn }) => `${kindOf(urn).noun} ${code(urn.name, 60)}`).join(", ");
  return `**${counted(deleted.length, `${more}resource is`, `${more}resources are`)} deleted**: ${names}.`;
}

function engineWarnings({ violations, messages }: Preview): Warning[] {
  const broken = violations.map(({ level, policy, resource, text }) => {
    const words = `**Policy ${code(policy, 80)}** on ${code(resource, 80)}: ${code(text, 500)}`;
    return level === "mandatory" ? danger(words) : caution(words);
  });
  const warned = messages
    .filter(({ severity }) => severity === "warning")
    .map(({ text, resource }) =>
      caution(
        `The program warns${resource === "" ? "" : ` about ${code(resource, 80)}`}: ${code(oneLine(text.replace(/^warning: /, ""), 400), 400)}`,
      ),
    );
  return [...broken, ...warned];
}

const levels: Level[] = ["danger", "caution", "note"];

/** What a reviewer of a preview has to look at, the worst first. */
export function warningsOf(preview: Preview, changes: readonly Change[]): Warning[] {
  const all = [
    ...replacementWarnings(changes),
    ...deletionWarnings(changes),
    ...accessWarnings(preview, changes),
    ...protectionWarnings(changes),
    ...connectorWarnings(changes),
    ...secretWarnings(preview, changes),
    ...engineWarnings(preview),
  ];
  const unique = new Map(all.map((warning) => [warning.text, warning]));
  return [...unique.values()].sort(
    (one, other) => levels.indexOf(one.level) - levels.indexOf(other.level) || compare(one.text, other.text),
  );
}
