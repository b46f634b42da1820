import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { offline } from "../../../tools/check/command";
import { checkOffline, type Finding, type StackReport } from "../../../tools/check/offline";

const root = path.resolve(__dirname, "../../..");
const id = "0f3c4c39-6d1b-4b0e-9d6c-0c1d2e3f4a5b";
const right = `  azure-native:location: westeurope\n  keyvault-connector:powerPlatformEnvironmentId: ${id}\n`;

describe("the check of stacks' files", () => {
  let folder = "";
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "check-"));
    fs.copyFileSync(path.join(root, "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const write = (stack: string, text: string) => {
    fs.writeFileSync(path.join(folder, `Pulumi.${stack}.yaml`), text);
  };
  const reportOf = (text: string): StackReport => {
    write("dev", text);
    const [report] = checkOffline(folder, "dev");
    if (!report) throw new Error("no report");
    return report;
  };
  const told = (findings: Finding[]) => findings.map(({ line, key, what }) => `${line} ${key} ${what}`);

  test("the project's own stacks have no mistakes; what is to be replaced in them is hinted at", () => {
    const reports = checkOffline(root);
    expect(reports.map(({ stack }) => stack)).toEqual(["dev", "local", "prod", "test"]);
    expect(reports.flatMap(({ mistakes }) => mistakes)).toEqual([]);
    const placeholders = reports.flatMap(({ stack, hints }) => hints.map(({ key }) => `${stack} ${key}`));
    expect(placeholders).toContain("prod powerPlatformEnvironmentId");
    expect(placeholders.filter((one) => one.startsWith("local"))).toEqual([]);
  });

  test("every mistake of every stack is in one report, with its line, and the exit code is 1", () => {
    write("dev", `config:\n${right}  keyvault-connector:rotation:\n    periodDays: ninety\n    graceDay: 3\n`);
    write("test", `config:\n  keyvault-connector:access:\n    deployerType: Group\n`);
    write("prod", `config:\n${right}`);
    const [dev, prod, test] = checkOffline(folder);
    expect(told(dev?.mistakes ?? [])).toEqual([
      '5 rotation.periodDays cannot be "ninety".',
      "6 rotation.graceDay is not a setting. Did you mean graceDays?",
    ]);
    expect(prod?.mistakes).toEqual([]);
    expect(told(test?.mistakes ?? [])).toEqual([
      "1 powerPlatformEnvironmentId is missing.",
      '3 access.deployerType cannot be "Group".',
      "1 vault.location is missing, and azure-native:location is too.",
    ]);
    const written = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    const codes = [offline({ json: true }, folder), offline({ stack: "prod" }, folder)];
    const [json, text] = written.mock.calls.map(([chunk]) => String(chunk));
    written.mockRestore();
    expect(codes).toEqual([1, 0]);
    expect(JSON.parse(json ?? "")).toMatchObject({ mistakes: 5, stacks: [{ stack: "dev" }, { stack: "prod" }, {}] });
    expect(text).toBe("Pulumi.prod.yaml: no mistakes\n\nNo mistakes in 1 stack.\n");
  });

  test("an encrypted value counts as given, whatever it is; one in clear beside it does not", () => {
    const values = "  keyvault-connector:secretValues:\n    ppsecret1:\n      secure: v1:abc\n";
    expect(reportOf(`config:\n${right}${values}`).mistakes).toEqual([]);
    const whole = "  keyvault-connector:secretValues:\n    secure: v1:abc\n";
    expect(reportOf(`config:\n${right}${whole}`).mistakes).toEqual([]);
    const odd = "  keyvault-connector:proofDeadlineSeconds:\n    secure: v1:abc\n";
    expect(reportOf(`config:\n${right}${odd}`).mistakes).toEqual([]);
    const { mistakes } = reportOf(`config:\n${right}${values}    other: in clear\n`);
    expect(told(mistakes)).toEqual([
      "7 secretValues.other is the value of a secret that is not listed.",
      "7 secretValues.other is not encrypted: remove it from the stack's file, and treat the value as known.",
    ]);
    expect(JSON.stringify(mistakes)).not.toContain("in clear");
  });

  test("keys without a namespace are the project's, as the engine takes them", () => {
    const own = "  powerPlatformEnvironmentId: Contoso\n  proofDeadlineSeconds: '600'\n  nothing: 1\n";
    expect(told(reportOf(`config:\n  azure-native:location: westeurope\n${own}`).mistakes)).toEqual([
      '3 powerPlatformEnvironmentId cannot be "Contoso".',
      "5 nothing is not a setting.",
    ]);
  });

  test("files that are no stack's files are told from wrong settings", () => {
    expect(told(reportOf("config:\n  a: [1\n  b: 2\n").mistakes)).toEqual([
      expect.stringMatching(/^3 line 3 is no YAML: .*/),
    ]);
    expect(told(reportOf(`confg:\n${right}`).mistakes)[0]).toBe(
      "1 confg is nothing that the CLI reads in a stack's file. Did you mean config?",
    );
    expect(told(reportOf("- config\n").mistakes)[0]).toBe("1 file holds no structure with the key config.");
    expect(told(reportOf(`config:\n${right}  azure-native:location: eastus\n`).mistakes)).toEqual([
      expect.stringContaining("is no YAML: Map keys must be unique"),
    ]);
    expect(() => checkOffline(folder, "nobody")).toThrow(
      /has no Pulumi\.nobody\.yaml\. There are: Pulumi\.dev\.yaml\./,
    );
  });

  test("types are those that Pulumi.yaml declares", () => {
    fs.appendFileSync(path.join(folder, "Pulumi.yaml"), "  ownSetting:\n    type: array\n");
    const { mistakes } = reportOf(`config:\n${right}`);
    expect(told(mistakes)).toEqual(["1 ownSetting is missing."]);
  });

  test("a present that stands still is hinted at", () => {
    const rotation = (text: string) => reportOf(`config:\n${right}  keyvault-connector:rotation: ${text}\n`);
    const [fixed] = rotation("{asOf: 2026-01-02}").hints;
    expect(fixed).toMatchObject({ line: 4, key: "rotation.asOf" });
    expect(fixed?.what).toMatch(/^fixes the present to 2026-01-02, \d+ days ago: no client secret rotates/);
  });
});
