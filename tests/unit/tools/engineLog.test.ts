import { hideProperty, logsProperties } from "../../../tools/engineLog";

const secret = 's3cret] with: a=b \n and "more"';

describe("the engine's log", () => {
  it.each([
    ["Marshaling property for RPC[Provider[azuread, 0xc0].Check(urn:pulumi:a::b::c).inputs]: value={", "value"],
    [
      "Unmarshaling property for RPC[ResourceMonitor.RegisterResource(a:b:C,d)]: token:clientSecret={",
      "token:clientSecret",
    ],
  ])("hides the value of a property and keeps its name: %s", (message, name) => {
    const hidden = hideProperty(JSON.stringify({ time: "t", level: "INFO", msg: `${message}${secret}}`, v: 9 }));
    expect(JSON.parse(hidden)).toEqual({
      time: "t",
      level: "INFO",
      msg: `${message.slice(0, -2 - name.length)}${name}=[hidden]`,
      v: 9,
    });
  });

  it("keeps every other line", () => {
    const line = JSON.stringify({ time: "t", level: "INFO", msg: "RegisterResource(a=b)", v: 9 });
    expect(hideProperty(line)).toBe(line);
    expect(hideProperty("Updating (local):")).toBe("Updating (local):");
  });

  it("hides in lines of older engines too", () => {
    expect(hideProperty("I1124 10:00:00.0 1 rpc.go:98] Marshaling property for RPC[x]: value={s3cret}")).not.toContain(
      "s3cret",
    );
  });
});

describe("verbosity", () => {
  it.each([["-v=9"], ["-v", "9"], ["-v9"], ["--verbose=9"], ["--verbose", "11"]])(
    "%s %s logs properties",
    (...args) => {
      expect(logsProperties(["up", ...args])).toBe(true);
    },
  );
  it.each([["up"], ["-v=8"], ["--version"], ["--verbose", "nine"], ["9"]])("%s %s does not", (...args) => {
    expect(logsProperties(args)).toBe(false);
  });
});
