import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../local-cloud/project";
import { type Outcome, run } from "../../tools/process";
import type { EngineStack, StateResource } from "./engine";

/** A program of examples/ on the engine, beside the project's stack: the same backend, the same local cloud. */
export interface Example {
  folder: string;
  /** Runs `pulumi` in its folder. Never rejects for an exit code. */
  pulumi(args: readonly string[], input?: string): Promise<Outcome>;
  /** The same; throws with its output when it fails. */
  succeed(args: readonly string[], input?: string): Promise<Outcome>;
  outputs(): Promise<Record<string, unknown>>;
  resources(): Promise<StateResource[]>;
}

/**
 * Copies an example into the stack's folder, with what it needs of the project: its settings would otherwise be written into the
 * checkout.
 * @param files of the project that the program imports, relative to its root
 */
export async function startExample(stack: EngineStack, name: string, files: readonly string[] = []): Promise<Example> {
  const root = projectRoot();
  const copy = path.join(stack.home, "elsewhere");
  const folder = path.join(copy, "examples", name);
  fs.cpSync(path.join(root, "examples", name), folder, { recursive: true });
  for (const file of [...files, "package.json", "tsconfig.json", "tools/tsconfig.program.json"])
    fs.cpSync(path.join(root, file), path.join(copy, file), {
      recursive: true,
      filter: (one) => !one.endsWith("node_modules"),
    });
  const modules = path.join(copy, "node_modules");
  if (!fs.existsSync(modules)) fs.symlinkSync(path.join(root, "node_modules"), modules, "dir");

  const pulumi: Example["pulumi"] = (args, input) =>
    run("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd: folder,
      env: stack.env,
      ...(input === undefined ? {} : { input }),
    });
  const succeed: Example["succeed"] = async (args, input) => {
    const outcome = await pulumi(args, input);
    if (outcome.code === 0) return outcome;
    throw new Error(
      `pulumi ${args.join(" ")} ended with exit code ${outcome.code}:\n${outcome.stdout}\n${outcome.stderr}`,
    );
  };
  await succeed(["stack", "init", "dev"]);
  return {
    folder,
    pulumi,
    succeed,
    outputs: async () => JSON.parse((await succeed(["stack", "output", "--json"])).stdout) as Record<string, unknown>,
    resources: async () => {
      const { stdout } = await succeed(["stack", "export"]);
      const exported = JSON.parse(stdout) as { deployment: { resources?: StateResource[] } };
      return exported.deployment.resources ?? [];
    },
  };
}
