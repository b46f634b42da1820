import fs from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { parse } from "yaml";
import { contractVersion, outputSince } from "../../outputs";
import { componentSchema } from "./componentSchema";
import { type Declaration, declarations, type Member } from "./typescript";

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
const code = (text: string) => (text === "" ? "" : `\`${text.replaceAll("|", "\\|")}\``);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

const heading = (title: string, command: string) =>
  `# ${title}\n\n<!-- Made by ${command} from the sources. Change those. -->\n`;
const made = "npm run docs";

interface ProjectFile {
  config: Record<string, { type: string; default?: unknown; description: string }>;
}

function configuration(root: string): string {
  const { config } = parse(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as ProjectFile;
  const sections = Object.entries(config).map(([name, one]) => {
    const otherwise = one.default === undefined ? "must be set" : `default: ${code(JSON.stringify(one.default))}`;
    return `## ${name}\n\n${code(one.type)}, ${otherwise}\n\n${cell(one.description.trim())}\n`;
  });
  return [
    heading("Configuration", made),
    "Settings of a stack, in `Pulumi.<stack>.yaml` under `keyvault-connector:`. They are checked before anything is made, and by `npm run check`.\n",
    ...sections,
  ].join("\n");
}

function memberRows(members: readonly Member[]): string[][] {
  return members.map(({ name, type, description, otherwise, isOptional }) => [
    code(name + (isOptional ? "?" : "")),
    code(type),
    cell([description, otherwise && `Without it: ${otherwise}.`].filter(Boolean).join(" ")),
  ]);
}

function outputs(root: string): string {
  const byName = new Map(declarations(path.join(root, "outputs.ts")).map((one) => [one.name, one]));
  const sections = ["StackOutputs", "ConnectorOutputs", "SecretOutputs"].flatMap((name) => {
    const found = byName.get(name);
    if (!found) throw new Error(`outputs.ts has no interface ${name}.`);
    const rows = memberRows(found.members).map((row, index) => {
      const since = (outputSince as Record<string, string | undefined>)[found.members[index]?.name ?? ""];
      return [...row, since ?? ""];
    });
    return `## ${name}\n\n${cell(found.description)}\n\n${table(["output", "type", "what it is", "since"], rows)}\n`;
  });
  return [
    heading("Outputs", made),
    `Version ${contractVersion} of the contract with other stacks ([0065](../decisions/0065-the-contract-of-outputs.md)). Every stack exports \`StackOutputs\`, and its first connector's \`ConnectorOutputs\` beside them.\n`,
    ...sections,
  ].join("\n");
}

function components(root: string): string {
  const folder = path.join(root, "components");
  const files = fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .sort();
  const sections = files.flatMap((file) => {
    const all = declarations(path.join(folder, file));
    return all.flatMap((one): string[] => {
      if (one.kind !== "class") return [];
      const args = all.find(({ name }) => name === `${one.name}Args`);
      return [section(file, one, args)];
    });
  });
  return [
    heading("Components", made),
    "The parts of the stack, for programs in TypeScript; the whole of it as one component for other languages is in [how-to](../how-to/use-from-other-languages.md).\n",
    ...sections,
  ].join("\n");
}

function section(file: string, one: Declaration, args: Declaration | undefined): string {
  const lists = [
    args && `Arguments:\n\n${table(["argument", "type", "what it is"], memberRows(args.members))}\n`,
    one.members.length > 0 && `Members:\n\n${table(["member", "type", "what it is"], memberRows(one.members))}\n`,
  ].filter(Boolean);
  return `## ${one.name}\n\n${cell(one.description)} Source: [components/${file}](../../components/${file}).\n\n${lists.join("\n")}`;
}

/** What is made of the sources: the pages of docs/reference and the component's schema, by their path below the project's folder. */
export async function referencePages(root: string): Promise<Record<string, string>> {
  const pages = { configuration: configuration(root), outputs: outputs(root), components: components(root) };
  const finished = Object.entries(pages).map(
    async ([name, text]) =>
      [`docs/reference/${name}.md`, await format(text, { parser: "markdown", printWidth: 120 })] as const,
  );
  const schema = await format(await componentSchema(root), { parser: "json", printWidth: 120 });
  return { ...Object.fromEntries(await Promise.all(finished)), "component/schema.json": schema };
}
