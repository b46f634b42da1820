import os from "node:os";
import type { Checkpoints, Growth } from "./growth";
import type { LocalCloudFigures } from "./localCloud";
import type { OneConnector } from "./oneConnector";
import type { Profiles } from "./profile";
import type { Runs } from "./previews";
import type { Cost } from "./processes";
import { median } from "./statistics";

/** Everything that one run measured. */
export interface Measurements {
  cold: Runs;
  warm: Runs;
  growth: Growth[];
  /** `up` of as many empty dynamic resources as the stack of so many connectors has resources. */
  emptyDynamic: { connectors: number; checkpoints: Checkpoints; resources: number; up: Cost }[];
  one: OneConnector;
  /** `up` of connectors and nothing else. */
  many: { count: number; ours: Cost[]; naive: Cost[] };
  /** Bytes of the tutorial's connector and connection in the state: their inputs, which the outputs repeat. */
  tutorialBytes: number;
  localCloud: LocalCloudFigures;
  profiles: Profiles;
}

const wall = (costs: readonly Cost[]) => median(costs.map(({ wallSeconds }) => wallSeconds));
const peak = (costs: readonly Cost[], kind: string) =>
  median(costs.map(({ processes }) => processes[kind]?.peakMegabytes ?? Number.NaN));

/** What a reader compares. A ratio that was not measured is null. */
export function ratiosOf({ cold, warm, growth, emptyDynamic, one, many, tutorialBytes }: Measurements) {
  const of = (connectors: number, checkpoints: Checkpoints) =>
    growth.find((one) => one.connectors === connectors && one.checkpoints === checkpoints)?.steps.up.wallSeconds;
  const empty = emptyDynamic.find(({ connectors, checkpoints }) => connectors === 100 && checkpoints === "eachStep");
  const paconn = one.paconn.map(({ create }) => create);
  const ratio = (upper: number | undefined, lower: number | undefined) => {
    const value = (upper ?? Number.NaN) / (lower ?? Number.NaN);
    return Number.isFinite(value) ? Number(value.toFixed(3)) : null;
  };
  const [first, last] = [growth[0], growth.findLast(({ checkpoints }) => checkpoints === "eachStep")];
  return {
    coldToJobFloor: ratio(wall(cold.ours), wall(cold.jobFloor)),
    coldToEmpty: ratio(wall(cold.ours), wall(cold.empty)),
    tutorialToCold: ratio(wall(cold.tutorial), wall(cold.ours)),
    warmToJobFloor: ratio(wall(warm.ours), wall(warm.jobFloor)),
    memoryToEmpty: ratio(peak(cold.ours, "program"), peak(cold.empty, "program")),
    up100ToEmptyDynamic: ratio(of(100, "eachStep"), empty?.up.wallSeconds),
    /** Time for one connector among 500 to that among 100, without what the engine writes between its steps. */
    growth500To100: ratio((of(500, "atTheEnd") ?? Number.NaN) / 5, of(100, "atTheEnd")),
    paconnToOurs1: ratio(wall(paconn), wall(one.ours.map(({ create }) => create))),
    paconnToOurs100: ratio(wall(paconn) * many.count, wall(many.ours)),
    bytes: {
      stub: first?.stubBytes ?? null,
      stateTutorialPerConnector: tutorialBytes,
      statePerConnector: last ? Math.round(last.connectorBytes) : null,
    },
  };
}

/** The machine, without its name. */
export function machine() {
  const [first] = os.cpus();
  return {
    cores: os.cpus().length,
    cpu: first?.model.trim() ?? "unknown",
    memoryGigabytes: Math.round(os.totalmem() / 1024 ** 3),
    system: `${os.platform()} ${os.arch()}`,
    node: process.version,
  };
}

/** What commands printed is of no use to whoever compares. */
export const withoutOutput = (key: string, value: unknown) =>
  key === "stdout" || key === "stderr" || key === "code" ? undefined : value;
