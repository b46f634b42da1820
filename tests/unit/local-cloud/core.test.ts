import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Clock } from "../../../local-cloud/clock";
import { Faults } from "../../../local-cloud/faults";
import { Journal, redact, redactPath } from "../../../local-cloud/journal";
import { KnobStore } from "../../../local-cloud/knobs";
import { Sealer } from "../../../local-cloud/sealing";
import { Store } from "../../../local-cloud/store";

let folder: string;
let store: Store;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "core-"));
  store = new Store({ snapshot: path.join(folder, "state.json"), log: path.join(folder, "state.log") });
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

describe("Sealer", () => {
  it("opens what it sealed, also in another process, and shows nothing of it", () => {
    const file = path.join(folder, "key");
    const sealed = new Sealer(file).seal("p@ss wörd");
    expect(sealed).not.toContain("p@ss");
    expect(Buffer.from(sealed, "base64").toString("latin1")).not.toContain("p@ss");
    expect(new Sealer(file).open(sealed)).toBe("p@ss wörd");
  });

  it("refuses what was changed", () => {
    const sealer = new Sealer(path.join(folder, "key"));
    const bytes = Buffer.from(sealer.seal("text"), "base64");
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    expect(() => sealer.open(bytes.toString("base64") as ReturnType<Sealer["seal"]>)).toThrow();
  });
});

describe("Clock", () => {
  it("runs on from where it was set, stands still when frozen, and goes back", () => {
    const clock = new Clock(store);
    clock.set(new Date("2030-01-01T00:00:00Z"));
    expect(clock.now().getUTCFullYear()).toBe(2030);
    clock.set(new Date("2031-01-01T00:00:00Z"), { frozen: true });
    expect(clock.now().toISOString()).toBe("2031-01-01T00:00:00.000Z");
    expect(clock.seconds()).toBe(Date.parse("2031-01-01T00:00:00Z") / 1000);
    clock.reset();
    expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(60_000);
  });
});

describe("KnobStore", () => {
  it("keeps what was set and refuses what it does not know", () => {
    const knobs = new KnobStore(store);
    expect(knobs.get().roleAssignmentDelaySeconds).toBe(0);
    knobs.patch({ roleAssignmentDelaySeconds: 20 });
    knobs.patch({ clientSecretDelaySeconds: 5 });
    expect(knobs.get()).toMatchObject({ roleAssignmentDelaySeconds: 20, clientSecretDelaySeconds: 5 });
    expect(() => knobs.patch({ roleAssignmentDelaySeconds: -1 })).toThrow();
    expect(() => knobs.patch({ unknownKnob: 1 })).toThrow();
  });
});

describe("Faults", () => {
  it("plays a rule as often as it says, on the requests that it names", () => {
    const faults = new Faults();
    faults.add({ host: "vault", method: "get", path: "^/secrets/", effect: "status", status: 500, times: 2 });
    const target = { host: "kv1.vault.azure.net", method: "GET", path: "/secrets/x" };
    expect(faults.take({ ...target, method: "PUT" })).toBeUndefined();
    expect(faults.take({ ...target, path: "/keys/x" })).toBeUndefined();
    expect(faults.take(target)).toMatchObject({ status: 500 });
    expect(faults.take(target)).toMatchObject({ status: 500 });
    expect(faults.take(target)).toBeUndefined();
  });

  it("refuses rules that are none", () => {
    const faults = new Faults();
    expect(() => faults.add({ effect: "explode" })).toThrow();
    expect(() => faults.add({ effect: "delay", path: "(" })).toThrow();
    expect(faults.list()).toEqual([]);
  });
});

describe("Journal", () => {
  it.each([
    ["a form", { grant_type: "client_credentials", client_id: "c1", client_secret: "S3" }],
    ["a password credential", { passwordCredential: { displayName: "slot A" }, secretText: "S3" }],
    ["a secret of a vault", { properties: { value: "S3", contentType: "text/plain" } }],
    ["a connection", { connectionParametersSet: { values: { "token:clientSecret": { value: "S3" } } } }],
    ["a list", { keys: ["a"], passwords: ["S3", "S3"] }],
  ])("redacts the secret in %s", (_what, body) => {
    const clean = JSON.stringify(redact(body));
    expect(clean).not.toContain("S3");
    expect(clean).toContain("[redacted]");
  });

  it("keeps what tells one object from another", () => {
    const body = { values: { "token:clientId": { value: "c1" }, "token:TenantId": { value: "t1" } }, secretName: "s" };
    expect(redact(body)).toEqual(body);
    expect(redactPath("/x?sv=1&sig=abc%3D&se=2")).toBe("/x?sv=1&sig=[redacted]&se=2");
  });

  const entryOf = (path_: string) => {
    const entry = { time: "t", service: "s", method: "PUT", host: "h", path: path_, status: 200, milliseconds: 1 };
    return { ...entry, body: { value: "S3CRET" } };
  };

  it("keeps the newest entries and writes all, in order and without a secret, to its file", async () => {
    const file = path.join(folder, "journal.jsonl");
    const journal = new Journal(file, 2);
    const paths = Array.from({ length: 200 }, (_, index) => `/${String(index)}`);
    for (const each of paths) journal.add(entryOf(each));
    expect(journal.list().map((entry) => entry.path)).toEqual(["/198", "/199"]);
    await journal.close();
    const written = fs.readFileSync(file, "utf8");
    expect(
      written
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { path: string }).path),
    ).toEqual(paths);
    expect(written).not.toContain("S3CRET");
  });

  it("writes nothing any more when it is closed, so that its folder can go", async () => {
    const home = fs.mkdtempSync(path.join(folder, "closed-"));
    const journal = new Journal(path.join(home, "journal.jsonl"));
    journal.add(entryOf("/1"));
    await journal.close();
    fs.rmSync(home, { recursive: true });
    fs.mkdirSync(home);
    journal.add(entryOf("/2"));
    await journal.close();
    expect(fs.readdirSync(home)).toEqual([]);
  });

  it("forgets what was still to be written when it is cleared", async () => {
    const file = path.join(folder, "cleared.jsonl");
    const journal = new Journal(file);
    for (const each of ["/1", "/2", "/3"]) journal.add(entryOf(each));
    journal.clear();
    journal.add(entryOf("/4"));
    await journal.close();
    expect(fs.readFileSync(file, "utf8")).toMatch(/^\{.*"\/4".*\}\n$/);
  });
});
