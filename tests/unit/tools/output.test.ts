import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describeChanges, isUnchanged, readChanges } from "../../../tools/demo/changes";
import { reasonOf } from "../../../tools/demo/maker";
import { renderTable } from "../../../tools/demo/table";
import { namesStack } from "../../../tools/local";
import { coloured, elapsed, withProgress } from "../../../tools/progress";
import { summary } from "../../../tools/test";

class FakeScreen {
  text = "";
  constructor(readonly isTTY: boolean) {}
  write(text: string) {
    this.text += text;
  }
}

describe("renderTable", () => {
  it("aligns the values of all sections and leaves out what is empty", () => {
    const text = renderTable([
      { heading: "One", rows: [["Name", "a"], ["Client id", "b"]] }, // prettier-ignore
      { heading: "Nothing", rows: [["Empty", ""]] },
      { heading: "Two", rows: [["X", "c"]] },
    ]);
    expect(text).toBe("One\n  Name       a\n  Client id  b\nTwo\n  X          c");
  });
});

describe("the counts of an update", () => {
  const log = (content: string) => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "events-")), "log");
    fs.writeFileSync(file, content);
    return file;
  };

  it("are those of the last summary", () => {
    const changes = readChanges(
      log(
        '{"summaryEvent":{"resourceChanges":{"create":9}}}\n{"summaryEvent":{"resourceChanges":{"same":3,"update":1}}}\n',
      ),
    );
    expect(changes).toEqual({ create: 0, update: 1, replace: 0, delete: 0, same: 3 });
    expect(describeChanges(changes)).toBe("1 updated, 3 unchanged");
    expect(isUnchanged(changes)).toBe(false);
    expect(isUnchanged({ ...changes, update: 0 })).toBe(true);
  });

  it("are missing from a log that was cut", () => {
    expect(() => readChanges(log('{"preludeEvent":{}}\n'))).toThrow("did not say");
  });
});

describe("reasonOf", () => {
  it.each([
    [{ error: { code: "Forbidden", message: "Caller is not authorized." } }, "Caller is not authorized."],
    [{ error: "invalid_grant", error_description: "AADSTS50126: Wrong.\r\nTrace ID: 1" }, "AADSTS50126: Wrong."],
    [{ message: "No such API." }, "No such API."],
    [{ odd: 1 }, '{"odd":1}'],
  ])("finds the words in %j", (content, expected) => {
    expect(reasonOf(content)).toBe(expected);
  });
});

describe("progress", () => {
  beforeEach(() => {
    jest.useFakeTimers();
    delete process.env.NO_COLOR;
    process.env.TERM = "xterm";
  });
  afterEach(() => jest.useRealTimers());

  const working = async (screen: FakeScreen, milliseconds: number) => {
    const work = withProgress("Building", () => new Promise((done) => setTimeout(done, milliseconds)), screen);
    await jest.advanceTimersByTimeAsync(milliseconds);
    await work;
  };

  it("says nothing of what is quick", async () => {
    const screen = new FakeScreen(true);
    await working(screen, 1000);
    expect(screen.text).toBe("");
  });

  it("writes plain lines where there is no terminal", async () => {
    const screen = new FakeScreen(false);
    await working(screen, 65_000);
    expect(screen.text.split("\n")).toEqual([
      "Building… 2 s",
      "Building… 32 s",
      "Building… 1 min 02 s",
      "✓ Building (1 min 05 s)",
      "",
    ]);
  });

  it("turns on a terminal, and shows a failure", async () => {
    const screen = new FakeScreen(true);
    const work = withProgress(
      "Building",
      () => new Promise((_, fail) => setTimeout(fail, 3000, new Error("no"))),
      screen,
    );
    const refused = expect(work).rejects.toThrow("no");
    await jest.advanceTimersByTimeAsync(3000);
    await refused;
    expect(screen.text).toContain("\r\u001b[K");
    expect(screen.text).toMatch(/✗.* Building \(3 s\)\n$/);
  });

  it("honours NO_COLOR", () => {
    const screen = new FakeScreen(true);
    expect(coloured("red", "x", screen)).not.toBe("x");
    process.env.NO_COLOR = "1";
    expect(coloured("red", "x", screen)).toBe("x");
    expect(coloured("red", "x", new FakeScreen(false))).toBe("x");
  });

  it("tells times as people do", () => {
    expect(elapsed(7400)).toBe("7 s");
    expect(elapsed(185_000)).toBe("3 min 05 s");
  });
});

describe("the last line of npm test", () => {
  const results = {
    numPassedTests: 5,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
  };

  it("counts a file that cannot be loaded as a failure", () => {
    expect(summary(results)).toBe("5 passed, 0 failed");
    expect(summary({ ...results, numRuntimeErrorTestSuites: 1 })).toBe("5 passed, 1 failed");
    expect(summary({ ...results, numPendingTests: 2 })).toBe("5 passed, 0 failed, 2 skipped");
  });
});

describe("namesStack", () => {
  it.each([
    [["up", "--stack", "dev"], true],
    [["up", "--stack=dev"], true],
    [["up", "-s", "dev"], true],
    [["up", "-sdev"], true],
    [["up", "--yes", "--skip-preview"], false],
  ])("%j: %s", (args, expected) => {
    expect(namesStack(args)).toBe(expected);
  });
});
