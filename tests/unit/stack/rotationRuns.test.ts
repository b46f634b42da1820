import fc from "fast-check";
import { type RotationArgs, type RotationPlan, rotationPlan, type SlotName } from "../../../components/rotation";

const day = 24 * 60 * 60 * 1000;
const anchor = Date.UTC(2026, 0, 1);
const dateOf = (number: number) => new Date(anchor + number * day);

interface Rhythm extends Pick<RotationArgs, "periodDays" | "graceDays" | "settleDays"> {
  runEveryDays: number;
}

/** Rhythms that the rules of settings let pass. */
const rhythm: fc.Arbitrary<Rhythm> = fc
  .record({
    periodDays: fc.integer({ min: 1, max: 350 }),
    graceDays: fc.integer({ min: 1, max: 350 }),
    settleDays: fc.integer({ min: 0, max: 30 }),
    runEveryDays: fc.integer({ min: 1, max: 350 }),
  })
  .filter(
    ({ periodDays, graceDays, settleDays, runEveryDays }) =>
      settleDays < periodDays && runEveryDays + settleDays <= periodDays + graceDays,
  );

const usual: Rhythm = { periodDays: 90, graceDays: 31, settleDays: 0, runEveryDays: 31 };

/** What Entra and a connection hold after a run of the engine. */
interface World {
  slots: Record<SlotName, { key: string; ends: Date }>;
  connection: { key: string; ends: Date };
}

/** What the arguments of a client secret come to: a change of any of it makes another one. */
const keyOf = (plan: RotationPlan, slot: SlotName) =>
  `${slot} ${plan.slots[slot].window} ${plan.slots[slot].ends.toISOString()}`;

/**
 * One run: new client secrets are made, the connection moves, replaced ones go. In this order, since the engine makes
 * before it removes. @throws Error when the connection is left with a client secret that is gone or has expired
 */
function run(before: World | undefined, plan: RotationPlan, at: Date): World {
  const slots = {
    a: { key: keyOf(plan, "a"), ends: plan.slots.a.ends },
    b: { key: keyOf(plan, "b"), ends: plan.slots.b.ends },
  };
  if (before && before.connection.ends <= at)
    throw new Error(`the connection's client secret ended before ${at.toISOString()}`);
  const connection = slots[plan.active];
  if (connection.ends <= at) throw new Error("the connection is given a client secret that has ended");
  return { slots, connection };
}

/** Runs on the given days, each with its rhythm. */
function live(days: readonly number[], rhythmOn: (index: number) => Rhythm, from = new Date(anchor)): World[] {
  const worlds: World[] = [];
  days.forEach((number, index) => {
    const at = dateOf(number);
    worlds.push(run(worlds.at(-1), rotationPlan({ asOf: at, anchor: from, ...rhythmOn(index) }), at));
  });
  return worlds;
}

/** Days of runs from a first one, with gaps up to the planned one. */
const runsOf = (most: number) =>
  fc.tuple(
    fc.integer({ min: -2000, max: 4000 }),
    fc.array(fc.integer({ min: 0, max: most }), { minLength: 1, maxLength: 40 }),
  );
const daysOf = (first: number, gaps: readonly number[]) =>
  gaps.reduce<number[]>((days, gap) => [...days, (days.at(-1) ?? first) + gap], [first]);

describe("runs that come as often as planned", () => {
  it("never leave a connection with a client secret that has ended, whatever day they fall on", () => {
    fc.assert(
      fc.property(
        rhythm.chain((one) => fc.tuple(fc.constant(one), runsOf(one.runEveryDays))),
        ([one, [first, gaps]]) => {
          live(daysOf(first, gaps), () => one);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("can count from a day in the future", () => {
    const future = new Date("2031-05-05");
    fc.assert(
      fc.property(runsOf(31), ([first, gaps]) => {
        live(daysOf(first, gaps), () => usual, future);
      }),
    );
  });

  it("may change the rhythm on the way", () => {
    // The run that changes it, too, must come in time for the rhythm before.
    fc.assert(
      fc.property(
        fc.array(rhythm, { minLength: 2, maxLength: 6 }),
        fc.integer({ min: -2000, max: 4000 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 10, maxLength: 30 }),
        (rhythms, first, shares) => {
          const rhythmOn = (index: number) => rhythms[Math.floor(index / 5) % rhythms.length] ?? usual;
          const gaps = shares.map((share, index) => Math.floor(share * rhythmOn(index).runEveryDays));
          live(daysOf(first, gaps), rhythmOn);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("with the default rhythm", () => {
  const allDays = Array.from({ length: 400 }, (_, number) => number);

  it.each([
    ["two runs on one day", [0]],
    ["a run every day", [1]],
    ["a skipped month", [62]],
    ["a run that is three months late", [121]],
  ])("%s does no harm, on any day of the calendar", (_what, [gap = 0]) => {
    for (const first of allDays) expect(live([first, first + gap, first + 2 * gap], () => usual)).toHaveLength(3);
  });

  it("is past help when runs stop for longer than a client secret lasts", () => {
    expect(() => live([0, 212], () => usual)).toThrow("ended before");
  });

  it("makes no client secret anew when a run is repeated in the same window", () => {
    for (const first of allDays) {
      const [one, two] = live([first, first], () => usual);
      expect(two).toEqual(one);
    }
  });

  it("takes a client secret away only when no connection has used it for the better part of a period", () => {
    const runs = Array.from({ length: 50 }, (_, month) => month * 30);
    const worlds = live(runs, () => usual);
    worlds.forEach((world, index) => {
      const before = worlds[index - 1] ?? world;
      const gone = [before.slots.a.key, before.slots.b.key].filter(
        (key) => key !== world.slots.a.key && key !== world.slots.b.key,
      );
      expect(gone).not.toContain(before.connection.key);
      for (const key of gone) {
        const lastUsed = worlds.findLastIndex(({ connection }) => connection.key === key);
        expect(lastUsed === -1 ? 90 : (index - lastUsed) * 30).toBeGreaterThanOrEqual(60);
      }
    });
  });

  it("changes hands on the edge of a window itself", () => {
    const plans = [89, 90].map((number) => rotationPlan({ asOf: dateOf(number), anchor: new Date(anchor), ...usual }));
    expect(plans.map(({ active }) => active)).toEqual(["a", "b"]);
  });
});
