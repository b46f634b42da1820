import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../local-cloud/project";
import { writeCommand } from "./executables";
import type { PulumiCli } from "./pulumi-cli/find";

export type Environment = Record<string, string | undefined>;

/** The folder with real provider plugins that win over the stand-ins (docs/decisions/0022). */
export const pluginsVariable = "KEYVAULT_CONNECTOR_PLUGINS";

/** Providers for which the local cloud has stand-ins, with the npm package whose version the engine asks for. */
export const standIns = {
  "azure-native": "@pulumi/azure-native",
  azuread: "@pulumi/azuread",
  random: "@pulumi/random",
};

function packageVersion(root: string, name: string): string {
  const manifest = path.join(root, "node_modules", name, "package.json");
  return (JSON.parse(fs.readFileSync(manifest, "utf8")) as { version: string }).version;
}

/**
 * Installs plugins into a Pulumi home of the local cloud, where the engine finds them as if downloaded: the stand-ins,
 * the provider of dynamic resources, and the language host where the CLI has none.
 */
function installPlugins(pulumiHome: string, root: string, cli: PulumiCli): void {
  const install = (kind: "resource" | "language", name: string, version: string, script: string) => {
    const folder = path.join(pulumiHome, "plugins", `${kind}-${name}-v${version}`);
    writeCommand(folder, `pulumi-${kind}-${name}`, path.join(root, script));
  };
  for (const [name, npmPackage] of Object.entries(standIns))
    install("resource", name, packageVersion(root, npmPackage), `dist/plugins/${name}.js`);
  if (cli.hasLanguageHost) return;
  const version = packageVersion(root, "@pulumi/pulumi");
  install("resource", "pulumi-nodejs", version, "node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js");
  install("language", "nodejs", version, "dist/tools/pulumi-cli/languageHost.js");
}

/** The user's environment without what would sign clients in to the real Azure or lead Pulumi to another backend. */
function withoutOtherClouds(env: Environment): Environment {
  const foreign = /^(ARM_|AZURE_|MSI_|IDENTITY_|PULUMI_|ALL_PROXY$|HTTP_PROXY$)/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
}

function userPlugins(env: Environment): string[] {
  const folder = env[pluginsVariable];
  if (!folder) return [];
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [path.resolve(folder)];
  throw new Error(
    `${pluginsVariable} names "${folder}", which is not a folder. ` +
      "Set it to a folder with executables such as pulumi-resource-azuread, or unset it to use the stand-ins.",
  );
}

/** The Pulumi home of a local cloud, so that the user's own sign-ins, selected stacks and plugins stay untouched. */
export function pulumiHomeFolder(home: string): string {
  return path.join(home, "pulumi-home");
}

/** What the environment of `pulumi` is made of. */
export interface EnvironmentParts {
  /** Folder of the local cloud; the stack's state and a Pulumi home are kept in it. */
  home: string;
  cli: PulumiCli;
  /** The environment that leads clients to the local cloud (cloudEnvironment of local-cloud/client). */
  cloud: Record<string, string>;
  /** Default: that of this process. */
  base?: Environment;
}

/**
 * The environment in which `pulumi` works on a local cloud: a file backend and a Pulumi home inside it, nothing
 * downloaded, plugins of the user's folder before the stand-ins. Makes those folders.
 * @throws Error when KEYVAULT_CONNECTOR_PLUGINS names no folder.
 */
export function pulumiEnvironment({ home, cli, cloud, base = process.env }: EnvironmentParts): Environment {
  const backend = path.join(home, "pulumi");
  const pulumiHome = pulumiHomeFolder(home);
  fs.mkdirSync(backend, { recursive: true });
  installPlugins(pulumiHome, projectRoot(), cli);
  const searchPath = [...userPlugins(base), path.dirname(cli.file), base.PATH ?? ""].join(path.delimiter);
  return {
    ...withoutOtherClouds(base),
    ...cloud,
    PATH: searchPath,
    PULUMI_HOME: pulumiHome,
    PULUMI_BACKEND_URL: `file://${backend.replaceAll("\\", "/")}`,
    // Protects nothing: what it encrypts are secrets of the local cloud, which lie beside it.
    PULUMI_CONFIG_PASSPHRASE: "local",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}
