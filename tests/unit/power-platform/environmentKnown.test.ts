import { RequestError } from "../../../power-platform/client/errors";
import { onceEnvironmentIsKnown } from "../../../power-platform/lifecycle/environmentKnown";

const unknown = new RequestError("list connectors", 404, "ServiceToServiceEnvironmentNotFound", "not found");
const patience = { deadlineSeconds: 0.05, firstPauseMilliseconds: 1, longestPauseMilliseconds: 2 };

const clients = (exists: boolean) => ({
  environments: {
    organizationUrl: () =>
      exists
        ? Promise.resolve(undefined)
        : Promise.reject(new RequestError("look", 404, "EnvironmentNotFound", "none")),
  } as never,
});

/** Work that is refused so many times. */
function refused(times: number): { work: () => Promise<string>; calls: () => number } {
  let calls = 0;
  const work = () => (++calls > times ? Promise.resolve("done") : Promise.reject(unknown));
  return { work, calls: () => calls };
}

describe("work in an environment that is not known yet", () => {
  it("is done again until the environment is known", async () => {
    const { work, calls } = refused(2);
    await expect(onceEnvironmentIsKnown(clients(true), "e", work, { ...patience, deadlineSeconds: 30 })).resolves.toBe(
      "done",
    );
    expect(calls()).toBe(3);
  });

  it("is given up at once when there is no such environment", async () => {
    const { work, calls } = refused(2);
    await expect(onceEnvironmentIsKnown(clients(false), "e", work, patience)).rejects.toThrow("EnvironmentNotFound");
    expect(calls()).toBe(1);
  });

  it("is given up with the service's refusal when it takes too long", async () => {
    const { work } = refused(10_000);
    await expect(onceEnvironmentIsKnown(clients(true), "e", work, patience)).rejects.toBe(unknown);
  });

  it("fails with what else goes wrong", async () => {
    const work = () => Promise.reject(new Error("something else"));
    await expect(onceEnvironmentIsKnown(clients(true), "e", work, patience)).rejects.toThrow("something else");
  });
});
