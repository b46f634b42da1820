import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./completion";

const dayOf = (date: Date) => date.toISOString().slice(0, 10);

/** What stops working before the next planned run, in words; empty when nothing does. */
export function expiryWarnings({ rotation, secrets, identities }: Settings): string[] {
  const { nextRun, rotateBefore } = rotation;
  const usesClientSecrets = identities.some(({ hasClientSecret }) => hasClientSecret);
  return [
    ...(usesClientSecrets && rotateBefore <= nextRun
      ? [
          `The client secret of slot ${rotation.active} expires on ${dayOf(rotateBefore)}, before the next planned run ` +
            `(${dayOf(nextRun)}). Run pulumi up before that, or make rotation.graceDays longer.`,
        ]
      : []),
    ...secrets.flatMap(({ name, expires }) =>
      expires !== undefined && expires <= nextRun
        ? [
            `The secret ${name} expires on ${dayOf(expires)}, before the next planned run (${dayOf(nextRun)}). ` +
              "Give it a new value and another date in secrets.",
          ]
        : [],
    ),
  ];
}

/** Says it in the preview, where reviewers see it. */
export function warnOfExpiry(settings: Settings): void {
  for (const warning of expiryWarnings(settings)) void pulumi.log.warn(warning);
}
