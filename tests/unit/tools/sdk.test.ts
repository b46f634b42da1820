import * as sdk from "@pulumi/pulumi";

type Exports = Record<string, unknown>;

const { requireWith } = jest.requireActual<{ requireWith: (require: () => never) => (id: string) => Exports }>(
  "../../../tools/sdk.cjs",
);
const own = requireWith(() => {
  throw new Error("Only the SDK is asked for.");
});

describe("the lighter index of the SDK", () => {
  const { runtime, ...rest } = sdk as Exports & { runtime: Exports };

  test("has every export of the SDK's own, and the same one", () => {
    const lighter = own("@pulumi/pulumi");
    expect(Object.keys(lighter).sort()).toEqual(Object.keys(sdk).sort());
    for (const [name, value] of Object.entries(rest)) expect([name, lighter[name] === value]).toEqual([name, true]);
  });

  test("has every export of the runtime, and the same one", () => {
    const lighter = own("@pulumi/pulumi/runtime");
    expect(Object.keys(lighter).sort()).toEqual(Object.keys(runtime).sort());
    for (const [name, value] of Object.entries(runtime)) expect([name, lighter[name] === value]).toEqual([name, true]);
  });
});
