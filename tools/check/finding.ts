/** How much a finding matters: "problem" stops `pulumi up`, "hint" is to be thought of, "unknown" could not be looked at. */
export type Level = "ok" | "hint" | "unknown" | "problem";

export const areas = ["Settings", "Sign-in", "Azure", "Entra", "Power Platform", "Data policies"] as const;
export type Area = (typeof areas)[number];

/** One thing that was looked at before anything is made. */
export interface CloudFinding {
  area: Area;
  level: Level;
  /** What was found, a sentence. */
  what: string;
  /** What to do about it, a sentence. @default - nothing is to be done */
  remedy?: string;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Runs checks of an area at the same time. One that fails is itself a finding and stops no other.
 * @param checks each with what it looks at, for that finding
 */
export async function all(
  area: Area,
  checks: readonly (readonly [about: string, check: () => Promise<CloudFinding[]>])[],
): Promise<CloudFinding[]> {
  const found = checks.map(async ([about, check]): Promise<CloudFinding[]> => {
    try {
      return await check();
    } catch (error) {
      return [{ area, level: "unknown", what: `${about} could not be looked at. ${messageOf(error)}` }];
    }
  });
  return (await Promise.all(found)).flat();
}
