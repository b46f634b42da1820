import semver from "semver";

/** The Pulumi CLI of this project: downloaded or built in this version; a newer one on PATH is taken too. */
export const pinnedVersion = "3.259.0";

/**
 * Whether a CLI that prints `found` can stand in for version `wanted`: the same major version (another one speaks
 * another protocol) and not older. A prerelease counts as older than its release.
 */
export function satisfies(found: string, wanted: string): boolean {
  const version = semver.parse(found);
  return version !== null && version.major === semver.major(wanted) && semver.gte(version, wanted);
}
