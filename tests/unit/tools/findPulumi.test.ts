import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { cliFolder, fillOnce, userCacheFolder } from "../../../tools/pulumi-cli/cache";
import { findPulumi } from "../../../tools/pulumi-cli/find";
import { pinnedVersion, satisfies } from "../../../tools/pulumi-cli/version";

let work: string;
beforeEach(() => {
  work = fs.mkdtempSync(path.join(os.tmpdir(), "find-pulumi-"));
});
afterEach(() => {
  fs.rmSync(work, { recursive: true, force: true });
});

/** A program that prints a version, as `pulumi version` does. */
function fakePulumi(folder: string, version: string): string {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "pulumi");
  fs.writeFileSync(file, `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  return file;
}

describe("satisfies", () => {
  it.each([
    ["v3.259.0", true],
    ["3.259.0", true],
    ["v3.259.1", true],
    ["v3.300.0", true],
    ["v3.258.9", false],
    ["v3.99.0", false],
    ["v3.259.0-alpha.1", false],
    ["v3.260.0-dev.1", true],
    ["v4.0.0", false],
    ["", false],
    ["command not found", false],
  ])("takes %s: %s", (found, expected) => {
    expect(satisfies(found, "3.259.0")).toBe(expected);
  });
});

describe("the user's cache folder", () => {
  it.each([
    ["linux", {}, "/home/u/.cache"],
    ["darwin", {}, "/home/u/Library/Caches"],
    ["win32", { LOCALAPPDATA: "/home/u/local" }, "/home/u/local"],
    ["linux", { XDG_CACHE_HOME: "/caches" }, "/caches"],
  ] as const)("on %s with %j", (platform, env, expected) => {
    expect(userCacheFolder({ HOME: "/home/u", ...env }, platform)).toBe(expected);
  });

  it("keeps each version apart", () => {
    expect(cliFolder("3.1.0", "/caches")).toBe(path.join("/caches", "keyvault-connector", "pulumi", "3.1.0"));
  });
});

describe("findPulumi", () => {
  const search = (options: { searchPath?: string; official?: "works" | "fails"; build?: "works" | "wrong" }) => {
    const calls: string[] = [];
    const said: string[] = [];
    const { searchPath = "", official = "works", build = "works" } = options;
    const found = findPulumi({
      searchPath,
      folder: path.join(work, "cache", pinnedVersion),
      say: (line) => said.push(line),
      sources: {
        official: (version, folder) => {
          calls.push("official");
          if (official === "fails") return Promise.reject(new Error("get.pulumi.com cannot be reached"));
          fakePulumi(path.join(folder, "bin"), `v${version}`);
          fs.writeFileSync(path.join(folder, "bin", "pulumi-language-nodejs"), "", { mode: 0o755 });
          return Promise.resolve();
        },
        build: (version, folder) => {
          calls.push("build");
          fakePulumi(path.join(folder, "bin"), build === "works" ? `v${version}` : "v3.1.0");
          return Promise.resolve();
        },
      },
    });
    return { found, calls, said };
  };

  it("takes the one on PATH when it is new enough", async () => {
    const file = fakePulumi(path.join(work, "path"), "v3.300.0");
    const { found, calls } = search({ searchPath: path.dirname(file) });
    expect(await found).toEqual({ file, version: "v3.300.0", hasLanguageHost: false });
    expect(calls).toEqual([]);
  });

  it("sees the language host beside a linked executable", async () => {
    const file = fakePulumi(path.join(work, "real"), "v3.300.0");
    fs.writeFileSync(path.join(work, "real", "pulumi-language-nodejs"), "", { mode: 0o755 });
    fs.mkdirSync(path.join(work, "links"));
    fs.symlinkSync(file, path.join(work, "links", "pulumi"));
    const { found } = search({ searchPath: path.join(work, "links") });
    expect(await found).toMatchObject({ hasLanguageHost: true });
  });

  it("installs the official release when the one on PATH is too old", async () => {
    const { found, calls } = search({ searchPath: path.dirname(fakePulumi(path.join(work, "path"), "v3.100.0")) });
    const file = path.join(work, "cache", pinnedVersion, "bin", "pulumi");
    expect(await found).toEqual({ file, version: `v${pinnedVersion}`, hasLanguageHost: true });
    expect(calls).toEqual(["official"]);
  });

  it("builds it where the official release cannot be had, says so in one line, and keeps it", async () => {
    const first = search({ official: "fails" });
    expect(await first.found).toMatchObject({ hasLanguageHost: false });
    expect(first.calls).toEqual(["official", "build"]);
    expect(first.said).toEqual([expect.stringMatching(/get\.pulumi\.com cannot be reached.*building it/)]);

    const second = search({ official: "fails" });
    await second.found;
    expect(second.calls).toEqual([]);
  });

  it("makes a damaged one anew", async () => {
    await search({}).found;
    fs.writeFileSync(path.join(work, "cache", pinnedVersion, "bin", "pulumi"), "garbage", { mode: 0o755 });
    const { found, calls } = search({});
    expect(await found).toMatchObject({ version: `v${pinnedVersion}` });
    expect(calls).toEqual(["official"]);
  });

  it("refuses what it got in another version", async () => {
    await expect(search({ official: "fails", build: "wrong" }).found).rejects.toThrow(/does not run as Pulumi/);
  });

  it("makes it once for two that ask at the same time", async () => {
    const one = search({});
    const other = search({});
    await Promise.all([one.found, other.found]);
    expect([...one.calls, ...other.calls]).toEqual(["official"]);
  });
});

describe("fillOnce", () => {
  it("leaves nothing behind of a failure, so that the next can try", async () => {
    const folder = path.join(work, "cache", "thing");
    const failing = fillOnce(folder, (temporary) => {
      fs.writeFileSync(path.join(temporary, "half"), "");
      return Promise.reject(new Error("no space left"));
    });
    await expect(failing).rejects.toThrow("no space left");
    expect(fs.readdirSync(path.dirname(folder))).toEqual([]);
  });

  it("takes the lock of a process that is gone", async () => {
    const folder = path.join(work, "thing");
    fs.writeFileSync(`${folder}.lock`, "999999999");
    await fillOnce(folder, (temporary) => {
      fs.writeFileSync(path.join(temporary, "whole"), "");
      return Promise.resolve();
    });
    expect(fs.readdirSync(folder)).toEqual(["whole"]);
  });
});
