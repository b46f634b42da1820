import { DeadlineError, waitFor } from "../../../power-platform/lifecycle/waiting";

const variable = "KEYVAULT_CONNECTOR_WAITS_SECONDS";
const patience = { deadlineSeconds: 3600, firstPauseMilliseconds: 1, longestPauseMilliseconds: 5 };

describe("the waits of an update", () => {
  afterEach(() => {
    Reflect.deleteProperty(process.env, variable);
  });

  test("share a deadline: once it is over, each looks once", async () => {
    process.env[variable] = "0.2";
    const looks = { first: 0, second: 0 };
    const never = (which: keyof typeof looks) =>
      waitFor("what never comes", patience, () => {
        looks[which] += 1;
        return Promise.resolve({ notYet: `${which} has not come` });
      }).catch((error: unknown) => error);
    expect(await never("first")).toMatchObject({ last: "first has not come" });
    expect(looks.first).toBeGreaterThan(1);
    const error = await never("second");
    expect(error).toBeInstanceOf(DeadlineError);
    expect([looks.second, (error as DeadlineError).seconds]).toEqual([1, 0]);
    const found = await waitFor("what is there", patience, () => Promise.resolve({ found: "it" }));
    expect(found).toBe("it");
  });

  test("have each their own deadline, and say how long it was", async () => {
    const hasty = { ...patience, deadlineSeconds: 0.05 };
    const waiting = waitFor("what never comes", hasty, () => Promise.resolve({ notYet: "not there" }));
    await expect(waiting).rejects.toMatchObject({ seconds: 1, last: "not there" });
  });
});
