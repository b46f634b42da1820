import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { seed } from "../local-cloud/client";
import { projectRoot } from "../local-cloud/project";
import { withProgress } from "../tools/progress";
import { measureEmptyDynamic, measureGrowth } from "./growth";
import { measureLocalCloud } from "./localCloud";
import { measureConnectors, measureOneConnector } from "./oneConnector";
import { measurePreviews } from "./previews";
import { performancePage, plots, type Results } from "./page";
import { measureProfiles } from "./profile";
import { machine, type Measurements, ratiosOf, withoutOutput } from "./results";
import { openPlace, type Place, Stack } from "./stacks";

export interface BenchOptions {
  quick?: boolean;
  /** Instead of those of the plan. */
  connectors?: number[];
  json?: boolean;
}

/** How much is measured. */
interface Plan {
  cold: number;
  warm: number;
  /** How many of these runs are done by the tutorial too. */
  tutorials: number;
  connectors: number[];
  /** The same with the state written once, at the end. */
  withoutCheckpoints: number[];
  one: number;
  many: { count: number; rounds: number };
  requests: number;
  starts: number;
}

const full: Plan = {
  cold: 5,
  warm: 5,
  tutorials: 2,
  connectors: [1, 10, 100],
  withoutCheckpoints: [100, 500],
  one: 5,
  many: { count: 100, rounds: 2 },
  requests: 1_000_000,
  starts: 5,
};
const quick: Plan = {
  cold: 3,
  warm: 1,
  tutorials: 1,
  connectors: [1, 10],
  withoutCheckpoints: [],
  one: 3,
  many: { count: 100, rounds: 1 },
  requests: 20_000,
  starts: 3,
};

interface PreviewStep {
  newState?: { type: string; inputs?: Record<string, unknown> };
}

/** What the tutorial's connector and connection would be in the state: it cannot be made, since it sends no valid request. */
async function tutorialBytes(place: Place): Promise<number> {
  const stack = await Stack.make(place, "tutorial", "bytes", {
    "azure-native:location": "westeurope",
    "tutorial:environmentId": seed.environment.id,
  });
  const { stdout } = await stack.run("preview", {}, ["--json"]);
  const { steps } = JSON.parse(stdout) as { steps: (PreviewStep & { urn: string })[] };
  const inputs = steps
    .filter(({ urn }) => /::(connector|connection)$/.test(urn))
    .map(({ newState }) => newState?.inputs);
  return 2 * Buffer.byteLength(JSON.stringify(inputs));
}

/** Measures one thing after the other, and hands over what there is after each. */
async function measureAll(place: Place, plan: Plan, save: (soFar: Measurements) => void): Promise<Measurements> {
  const { cold, warm } = await withProgress("Previews", () => measurePreviews(place, plan));
  const measured: Measurements = {
    cold,
    warm,
    growth: [],
    emptyDynamic: [],
    one: { ours: [], naive: [], paconn: [] },
    many: { count: plan.many.count, ours: [], naive: [] },
    tutorialBytes: await withProgress("Bytes of the tutorial's state", () => tutorialBytes(place)),
    profiles: await withProgress("Profiles", () => measureProfiles(place)),
    localCloud: await withProgress("The local cloud alone", () => measureLocalCloud(place, plan.requests, plan.starts)),
  };
  save(measured);
  measured.one = await withProgress("One connector", () => measureOneConnector(place, plan.one));
  save(measured);
  const { many, growth, emptyDynamic } = measured;
  for (let round = 0; round < plan.many.rounds; round += 1) {
    for (const naive of [false, true]) {
      const label = `${many.count} connectors by ${naive ? "a naive provider" : "ours"}`;
      const cost = await withProgress(label, () => measureConnectors(place, many.count, naive, round));
      (naive ? many.naive : many.ours).push(cost);
    }
    save(measured);
  }
  const sizes = [
    ...plan.connectors.map((connectors) => ({ connectors, checkpoints: "eachStep" as const })),
    ...plan.withoutCheckpoints.map((connectors) => ({ connectors, checkpoints: "atTheEnd" as const })),
  ];
  for (const { connectors, checkpoints } of sizes) {
    const label = checkpoints === "eachStep" ? "" : ", state written at the end";
    const grown = await withProgress(`A stack of ${connectors} connectors${label}`, () =>
      measureGrowth(place, connectors, checkpoints),
    );
    growth.push(grown);
    const { resources } = grown;
    const up = await withProgress(`${resources} empty dynamic resources${label}`, () =>
      measureEmptyDynamic(place, resources, checkpoints),
    );
    emptyDynamic.push({ connectors, checkpoints, resources, up });
    save(measured);
  }
  return measured;
}

/** `npm run bench`: measures everything on a local cloud of its own and writes bench/results.json and docs/performance.md. */
export async function bench(options: BenchOptions): Promise<number> {
  const plan = { ...(options.quick ? quick : full), ...(options.connectors ? { connectors: options.connectors } : {}) };
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "bench-home-"));
  const place = await openPlace(home);
  const close = async () => {
    await place.stop();
    fs.rmSync(home, { recursive: true, force: true });
  };
  // The local cloud is a process of its own, which a key press does not reach.
  const interrupted = () => void close().finally(() => process.exit(130));
  process.once("SIGINT", interrupted);
  try {
    const startedAt = Date.now();
    const resultsOf = (measured: Measurements): Results => ({
      command: options.quick ? "npm run bench -- --quick" : "npm run bench",
      date: new Date(startedAt).toISOString(),
      seconds: Math.round((Date.now() - startedAt) / 1000),
      machine: machine(),
      ratios: ratiosOf(measured),
      samples: measured,
    });
    const measured = await measureAll(place, plan, (soFar) => {
      writeResults(resultsOf(soFar));
    });
    const results = resultsOf(measured);
    process.stdout.write(options.json ? `${JSON.stringify(results, withoutOutput)}\n` : `${table(results.ratios)}\n`);
    return 0;
  } finally {
    process.off("SIGINT", interrupted);
    await close();
  }
}

function writeResults(results: Results): void {
  const root = projectRoot();
  const pictures = path.join(root, "docs", "performance");
  fs.writeFileSync(path.join(root, "bench", "results.json"), `${JSON.stringify(results, withoutOutput, 2)}\n`);
  const findings = fs.readFileSync(path.join(pictures, "findings.md"), "utf8");
  fs.writeFileSync(path.join(root, "docs", "performance.md"), performancePage(results, findings));
  for (const [name, plot] of Object.entries(plots(results))) fs.writeFileSync(path.join(pictures, name), plot);
}

function table({ bytes, ...ratios }: ReturnType<typeof ratiosOf>): string {
  const rows = [...Object.entries(ratios), ...Object.entries(bytes).map(([key, value]) => [`bytes.${key}`, value])];
  return rows.map(([key, value]) => `${String(key).padEnd(34)}${String(value ?? "not measured")}`).join("\n");
}
