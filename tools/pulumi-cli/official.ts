import { setTimeout as sleep } from "node:timers/promises";
import semver from "semver";

const probeMilliseconds = 5000;
const installMilliseconds = 10 * 60 * 1000;
const installer = "https://get.pulumi.com/install.sh";

/** Why the official release cannot be had from here, or undefined when its server answers. Takes five seconds at most. */
async function unreachable(): Promise<string | undefined> {
  try {
    const answer = await fetch(installer, { method: "HEAD", signal: AbortSignal.timeout(probeMilliseconds) });
    return answer.ok ? undefined : `get.pulumi.com answered ${answer.status}`;
  } catch (error) {
    const { message, cause } = error as Error;
    return `get.pulumi.com cannot be reached: ${cause instanceof Error ? cause.message : message}`;
  }
}

/**
 * Downloads the official release of a version into a folder (`bin/pulumi` and its language hosts).
 * @throws Error with the reason, when it cannot be reached or does not finish within ten minutes.
 */
export async function installOfficial(version: string, folder: string): Promise<void> {
  const reason = await unreachable();
  if (reason !== undefined) throw new Error(reason);
  // Loaded only here: the automation package takes a second to load.
  const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
  const deadline = new AbortController();
  const tooLong = sleep(installMilliseconds, undefined, { signal: deadline.signal }).then((): never => {
    throw new Error("the download took longer than ten minutes");
  });
  try {
    await Promise.race([PulumiCommand.install({ version: new semver.SemVer(version), root: folder }), tooLong]);
  } finally {
    deadline.abort();
    tooLong.catch(() => undefined);
  }
}
