import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { projectRoot } from "../../local-cloud/project";
import { type Environment, pluginsVariable, standIns } from "../environment";

/**
 * The stand-ins for the providers that have nothing to do with Power Platform, started once for all cells instead of anew
 * by each command of the engine, a fifth of whose processor time that takes.
 * Source of the variable: https://www.pulumi.com/docs/support/debugging/attaching-with-an-ide
 */
export class AttachedPlugins {
  private constructor(
    private readonly processes: readonly ChildProcess[],
    /** What tells the engine of them. */
    readonly env: Environment,
  ) {}

  /** With the user's own plugins there is nothing to start: the engine does as always. */
  static async start(env: Environment): Promise<AttachedPlugins> {
    if (process.env[pluginsVariable]) return new AttachedPlugins([], {});
    const started = await Promise.all(
      Object.keys(standIns).map(async (name) => {
        const file = path.join(projectRoot(), "dist", "plugins", `${name}.js`);
        const child = spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "inherit"] });
        const [port] = (await once(child.stdout, "data")) as [Buffer];
        return { child, address: `${name}:${port.toString().trim()}` };
      }),
    );
    const addresses = started.map(({ address }) => address).join(",");
    return new AttachedPlugins(
      started.map(({ child }) => child),
      { PULUMI_DEBUG_PROVIDERS: addresses },
    );
  }

  stop(): void {
    for (const child of this.processes) child.kill();
  }
}
