import fs from "node:fs";
import path from "node:path";
import type { CloudFinding } from "./finding";
import { examineStack } from "./offline";
import { checkOnline } from "./online";
import { readProjectFile } from "./projectFile";
import { readStackFile, stackFiles } from "./stackFile";

/** Checks a stack's file and, without mistakes in it, what it would meet. @throws Error when the stack has no file */
export async function checkStack(folder: string, stack: string): Promise<CloudFinding[]> {
  const file = path.join(folder, `Pulumi.${stack}.yaml`);
  if (!fs.existsSync(file)) {
    throw new Error(`There is no ${path.basename(file)}. There are: ${stackFiles(folder).join(", ") || "none"}.`);
  }
  const project = readProjectFile(folder);
  const { report, settings } = examineStack(file, project);
  const line = ({ key, line: number, what }: { key: string; line: number; what: string }) =>
    `${report.file}, line ${number}: ${key} ${what}`;
  const found: CloudFinding[] = [
    ...report.mistakes.map((one): CloudFinding => ({
      area: "Settings",
      level: "problem",
      what: line(one),
      ...(one.example === undefined ? {} : { remedy: `Example: ${one.example}` }),
    })),
    ...report.hints.map((one): CloudFinding => ({ area: "Settings", level: "hint", what: line(one) })),
  ];
  if (!settings) return found;
  const subscriptionId = readStackFile(file, project.name).source.config["azure-native:subscriptionId"];
  const ok: CloudFinding = { area: "Settings", level: "ok", what: `${report.file} has no mistakes.` };
  const online = await checkOnline({ stack, settings, ...(subscriptionId === undefined ? {} : { subscriptionId }) });
  return [ok, ...found, ...online];
}
