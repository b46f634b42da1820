import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { seed } from "../local-cloud/client";
import { type Cost } from "./processes";
import { ownSettings, type Place, Stack } from "./stacks";

/** The programs whose previews are compared, with what they are. */
export const previewed = {
  ours: "the whole stack",
  jobFloor: "the same resources in one plain JavaScript file",
  empty: "an empty JavaScript program",
  tutorial: "the way of a tutorial",
} as const;

export type Previewed = keyof typeof previewed;
export type Runs = Record<Previewed, Cost[]>;

/** Runs every program in turn, so that what else the machine does falls on all of them alike. */
async function inTurn(
  stacks: Record<Previewed, Stack>,
  rounds: number,
  tutorials: number,
  temporary: (name: string, round: number) => string,
) {
  const runs: Runs = { ours: [], jobFloor: [], empty: [], tutorial: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, stack] of Object.entries(stacks) as [Previewed, Stack][]) {
      if (name === "tutorial" && round >= tutorials) continue;
      const folder = temporary(name, round);
      fs.mkdirSync(folder, { recursive: true });
      runs[name].push(await stack.run("preview", { TMPDIR: folder }));
    }
  }
  return runs;
}

/**
 * Previews of stacks that do not exist yet. Cold is a fresh checkout: a temporary folder of its own, empty of what ts-node
 * keeps there. Warm is another preview with the folder of the first. The tutorial takes
 * so much longer that it is run less often.
 */
export async function measurePreviews(place: Place, rounds: { cold: number; warm: number; tutorials: number }) {
  const cloud = { "azure-native:location": "westeurope" };
  const stacks: Record<Previewed, Stack> = {
    ours: await Stack.make(place, ".", "bench", ownSettings()),
    jobFloor: await Stack.make(place, "job-floor", "bench", {
      ...cloud,
      "job-floor:environmentId": seed.environment.id,
    }),
    empty: await Stack.make(place, "empty", "bench"),
    tutorial: await Stack.make(place, "tutorial", "bench", { ...cloud, "tutorial:environmentId": seed.environment.id }),
  };
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "bench-"));
  try {
    const { tutorials } = rounds;
    const cold = await inTurn(stacks, rounds.cold, tutorials, (name, round) => path.join(scratch, `${name}-${round}`));
    const warm = await inTurn(stacks, rounds.warm, tutorials, (name) => path.join(scratch, `${name}-0`));
    return { cold, warm };
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}
