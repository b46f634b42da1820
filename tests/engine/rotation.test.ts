import { withinGap, liveThrough, type RotationResult } from "../../tools/rotation/rotation";

describe("four months of runs with an emergency, while GetSecret is called twenty times a second", () => {
  let result: RotationResult;
  beforeAll(async () => {
    result = await liveThrough({ months: 4, emergencyAfter: 2, sampleEveryDays: 9 });
  }, 600_000);

  test("no call fails outside the emergency's gap, and the run says how long that was", () => {
    expect(result.outsideEmergency).toEqual([]);
    expect(result.stack.calls).toBeGreaterThan(1000);
    expect(result.emergencyGapSeconds).toBeGreaterThan(0);
  });

  test("runs between windows change nothing; the emergency and the window's edge give another client secret", () => {
    const { runs, rotations, unchangedRuns } = result;
    expect({ runs, rotations, unchangedRuns }).toEqual({ runs: 5, rotations: 2, unchangedRuns: 2 });
  });

  test("one client secret that is replaced in place fails for as long as the next one takes to spread", () => {
    const { calls, failures } = result.naive;
    expect(calls).toBe(result.stack.calls);
    // Twenty calls a second for the twenty seconds of the delay; the last step may already be answered.
    expect(failures.length).toBeGreaterThanOrEqual(390);
    expect(new Set(failures.map(({ reason }) => reason))).toEqual(new Set(["AADSTS7000215"]));
  });
});

test("a gap excuses what fails within its length of the first failure, and nothing after that", () => {
  const failures = [0, 200, 400, 900].map((milliseconds) => ({
    at: "2027-01-01T00:00:00Z",
    machineTime: 1_000_000 + milliseconds,
    status: 401,
    reason: "AADSTS7000215",
  }));
  expect(withinGap(failures, 0.4)).toEqual(failures.slice(0, 3));
  expect(withinGap([], 0.4)).toEqual([]);
});
