import { inClear, PluginProcess, secret } from "./pluginProcess";

const text = "random:index/randomString:RandomString";
const password = "random:index/randomPassword:RandomPassword";

describe("the stand-in for the random plugin", () => {
  let random: PluginProcess;

  beforeAll(async () => {
    random = await PluginProcess.start("random", {});
  }, 60_000);
  afterAll(async () => {
    await random.stop();
  });

  it("draws a text of the asked length and characters", async () => {
    const inputs = { length: 12, upper: false, special: false, minNumeric: 3 };
    const { id, outputs } = await random.make(text, inputs);
    expect(id).toMatch(/^[a-z0-9]{12}$/);
    expect(id.replace(/[^0-9]/g, "").length).toBeGreaterThanOrEqual(3);
    expect(outputs).toMatchObject({ result: id, numeric: true, number: true, lower: true });
  });

  it("gives a password as a secret, and never as the id", async () => {
    const { id, outputs } = await random.make(password, { length: 20 });
    expect(id).toBe("none");
    expect(secret(outputs.result)).toHaveLength(20);
  });

  it("keeps its value when refreshed, and draws another when an argument changes", async () => {
    const state = inClear(await random.make(password, { length: 20, keepers: { year: "1" } }), "result");
    const again = await random.read(password, state);
    expect(secret(again?.outputs.result)).toBe(state.outputs.result);
    expect(await random.diff(password, state, state.inputs)).toMatchObject({ changes: false, replaces: false });
    expect(await random.diff(password, state, { length: 20, keepers: { year: "2" } })).toMatchObject({
      replaces: true,
      detailed: { "keepers.year": "UPDATE_REPLACE" },
    });
    await random.delete(password, state);
  });

  it("makes ids, UUIDs and whole numbers", async () => {
    const id = await random.make("random:index/randomId:RandomId", { byteLength: 4, prefix: "p-" });
    expect(id.outputs.hex).toMatch(/^p-[0-9a-f]{8}$/);
    const uuid = await random.make("random:index/randomUuid:RandomUuid", {});
    expect(uuid.outputs.result).toMatch(/^[0-9a-f-]{36}$/);
    const number = await random.make("random:index/randomInteger:RandomInteger", { min: 3, max: 3 });
    expect(number.outputs.result).toBe(3);
  });

  it.each([
    [text, { length: 2, minUpper: 3 }, "length: 'length' (2) must be at least the sum of the minimum numbers (3)"],
    [text, { length: 4, upper: false, lower: false, numeric: false, special: false }, "length: no kind of character"],
    ["random:index/randomId:RandomId", {}, "byteLength: 'byteLength' must be a whole number of at least 1"],
    ["random:index/randomInteger:RandomInteger", { min: 2, max: 1 }, "min: 'min' and 'max' must be whole numbers"],
    [text, { length: 4, colour: "red" }, "does not know 'colour'"],
  ])("refuses %s with %j", async (type, inputs, reason) => {
    const { failures } = await random.check(type, inputs);
    expect(failures.join("; ")).toContain(reason);
  });

  it("names the kinds that it knows when asked for another", async () => {
    await expect(random.create("random:index/randomPet:RandomPet", {})).rejects.toThrow(
      /does not know random:index\/randomPet:RandomPet.*random:index\/randomString:RandomString/s,
    );
  });
});
