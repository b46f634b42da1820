import fc from "fast-check";
import { graphTime, type RotationArgs, rotationPlan } from "../../../components/rotation";
import { expiryWarnings } from "../../../settings/expiry";
import { settingsOf } from "./configuration";

const day = 24 * 60 * 60 * 1000;
const anchor = new Date("2026-01-01");

/** Periods, grace and settling times that the settings allow. */
const rhythm = fc
  .record({
    periodDays: fc.integer({ min: 1, max: 350 }),
    graceDays: fc.integer({ min: 1, max: 350 }),
    settleDays: fc.integer({ min: 0, max: 30 }),
  })
  .filter(({ periodDays, settleDays }) => settleDays < periodDays);
const dayNumber = fc.integer({ min: -3000, max: 6000 });
const dateOf = (number: number) => new Date(anchor.getTime() + number * day);

const args = (parts: Partial<RotationArgs>): RotationArgs => ({
  asOf: anchor,
  anchor,
  periodDays: 90,
  graceDays: 31,
  settleDays: 0,
  ...parts,
});

describe("the plan of a rotation", () => {
  it("has a client secret in use that has begun, has settled, and lasts longer than a period and the grace", () => {
    fc.assert(
      fc.property(rhythm, dayNumber, (days, number) => {
        const asOf = dateOf(number);
        const plan = rotationPlan(args({ ...days, asOf }));
        const { begins, ends } = plan.slots[plan.active];
        expect(begins.getTime() + days.settleDays * day).toBeLessThanOrEqual(asOf.getTime());
        const left = (ends.getTime() - asOf.getTime()) / day;
        expect(left).toBeGreaterThan(days.periodDays + days.graceDays - days.settleDays - 1);
        expect(plan.rotateBefore).toEqual(ends);
      }),
    );
  });

  it("never makes the client secret anew that was in use the day before", () => {
    fc.assert(
      fc.property(rhythm, dayNumber, (days, number) => {
        const before = rotationPlan(args({ ...days, asOf: dateOf(number) }));
        const after = rotationPlan(args({ ...days, asOf: dateOf(number + 1) }));
        expect(after.slots[before.active].window).toBe(before.slots[before.active].window);
      }),
    );
  });

  it("changes hands on the day that it says, and not before", () => {
    fc.assert(
      fc.property(rhythm, dayNumber, (days, number) => {
        const plan = rotationPlan(args({ ...days, asOf: dateOf(number) }));
        const at = (asOf: Date) => rotationPlan(args({ ...days, asOf })).active;
        expect(plan.nextRotation.getTime()).toBeGreaterThan(dateOf(number).getTime());
        expect(at(new Date(plan.nextRotation.getTime() - day))).toBe(plan.active);
        expect(at(plan.nextRotation)).not.toBe(plan.active);
      }),
    );
  });

  it("is the same on every day between two rotations", () => {
    const plans = Array.from({ length: 90 }, (_, number) => rotationPlan(args({ asOf: dateOf(number) })));
    expect(new Set(plans.map((plan) => JSON.stringify(plan)))).toHaveProperty("size", 1);
  });
});

test("dates are written as Graph gives them back", () => {
  expect(graphTime(new Date("2026-01-31"))).toBe("2026-01-31T00:00:00Z");
});

describe("what expires before the next planned run", () => {
  const rotation = { asOf: "2026-11-23" };

  it("is nothing by default", () => {
    expect(expiryWarnings(settingsOf({ rotation }))).toEqual([]);
  });

  it("is a secret of the vault", () => {
    const secrets = [{ name: "late", expires: "2099-01-02" }];
    expect(expiryWarnings(settingsOf({ rotation: { asOf: "2098-12-10" }, secrets }))).toEqual([
      expect.stringMatching(/^The secret late expires on 2099-01-02, before the next planned run \(2099-01-10\)\./),
    ]);
  });

  it("is a client secret that is past its rotation, when runs are rare", () => {
    const rare = { asOf: "2026-12-26", periodDays: 90, graceDays: 1, runEveryDays: 91 };
    expect(expiryWarnings(settingsOf({ rotation: rare }))).toEqual([]);
    const settings = settingsOf({ rotation: rare });
    settings.rotation.rotateBefore = settings.rotation.nextRun;
    expect(expiryWarnings(settings)).toEqual([
      expect.stringMatching(/^The client secret of slot b expires on 2027-03-27/),
    ]);
  });
});
