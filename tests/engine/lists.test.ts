import fs from "node:fs";
import type { StackOutputs } from "../../outputs";
import { type EngineStack, startEngine } from "../support/engine";

const project = "keyvault-connector";

interface Listed {
  name: string;
  renamedFrom?: string[];
}

const numbered = (kind: string, number: number) => `${kind}${String(number).padStart(2, "0")}`;
const secretOf = (number: number) => ({ name: numbered("secret", number), length: 8 });
const connectorOf = (number: number) => ({
  name: numbered("team", number),
  title: `Team ${number}`,
  secrets: [numbered("secret", number)],
});
/** Fifty by wish: an update of so many takes minutes of a small machine. */
const count = Number(process.env.KEYVAULT_CONNECTOR_LIST_LENGTH ?? "5");
const numbers = Array.from({ length: count }, (_, index) => index + 1);

/** Names and operations of what a preview would do; components are in it only when they are made or go. */
async function planned(stack: EngineStack): Promise<string[]> {
  const { code, stdout, stderr } = await stack.pulumi(["preview", "--json"]);
  if (code !== 0) throw new Error(stdout + stderr);
  const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
  return steps.flatMap(({ op, urn }) => (op === "same" ? [] : [`${op} ${urn.split("::").at(-1) ?? ""}`])).sort();
}

describe(`${count} secrets and ${count} connectors`, () => {
  let stack: EngineStack;
  let base = "";
  const configure = (secrets: Listed[], connectors: Listed[]) => {
    const lists = [
      `  ${project}:secrets: ${JSON.stringify(secrets)}`,
      `  ${project}:connectors: ${JSON.stringify(connectors)}`,
    ];
    fs.writeFileSync(stack.configFile, base.replace("config:\n", `config:\n${lists.join("\n")}\n`));
  };
  const secrets: Listed[] = numbers.map(secretOf);
  const connectors: Listed[] = numbers.map(connectorOf);
  const renamedSecrets = secrets.map((one) =>
    one.name === "secret02" ? { ...one, name: "payroll", vaultName: "secret02", renamedFrom: ["secret02"] } : one,
  );
  // The operation is said: otherwise it would have another id with the secret's other name.
  const operations = [{ kind: "latest", secret: "payroll", operationId: "GetSecret02" }];
  const renamedConnectors = connectors.map((one) =>
    one.name === "team02"
      ? { ...one, name: "payroll", renamedFrom: ["team02"], secrets: ["payroll"], operations }
      : one,
  );

  beforeAll(async () => {
    stack = await startEngine();
    base = fs.readFileSync(stack.configFile, "utf8");
    configure(secrets, connectors);
    await stack.up();
  }, 1_800_000);
  afterAll(() => stack.stop());

  test("are there after one update, each proven", async () => {
    const outputs = (await stack.outputs()) as unknown as StackOutputs;
    const all = Object.values(outputs.connectors);
    expect(all).toHaveLength(count);
    expect(new Set(all.map(({ proof }) => proof.result))).toEqual(new Set(["proven"]));
    expect(new Set(all.map(({ clientId }) => clientId)).size).toBe(count);
    expect(all[1]?.operations).toEqual([
      expect.objectContaining({ operationId: "GetSecret02", secretName: "secret02" }),
    ]);
    const readers = outputs.roleAssignments.filter(({ role }) => role === "Key Vault Secrets User");
    expect(readers.map(({ scope }) => scope.split("/").at(-1)).sort()).toEqual(
      numbers.map((one) => secretOf(one).name),
    );
  });

  // With all of them, the state would grow with the square of the connectors.
  test("each proof waits for the role on its own secret, and for no other's", async () => {
    const nameOf = (urn: string) => urn.split("::").at(-1) ?? "";
    const proofs = (await stack.resources()).filter(({ type }) => type.endsWith(":OperationProof"));
    expect(proofs).toHaveLength(count);
    for (const { urn, dependencies = [] } of proofs) {
      const team = /^proof-(team\d+)-operation$/.exec(nameOf(urn))?.[1] ?? "";
      const roles = dependencies.map(nameOf).filter((name) => name.startsWith("reader-"));
      expect(roles).toEqual([`reader-${team}-${team.replace("team", "secret")}`]);
    }
  });

  test("one that is added is all that the preview shows", async () => {
    configure([...secrets, secretOf(count + 1)], [...connectors, connectorOf(count + 1)]);
    expect(await planned(stack)).toEqual(
      [
        `create secret-${numbered("secret", count + 1)}`,
        `create secret-${numbered("secret", count + 1)}-secret`,
        `create secret-${numbered("secret", count + 1)}-value`,
        `create app-${numbered("team", count + 1)}`,
        `create app-${numbered("team", count + 1)}-application`,
        `create app-${numbered("team", count + 1)}-client-secret-a`,
        `create app-${numbered("team", count + 1)}-client-secret-acceptance`,
        `create app-${numbered("team", count + 1)}-client-secret-b`,
        `create app-${numbered("team", count + 1)}-service-principal`,
        `create reader-${numbered("team", count + 1)}`,
        `create reader-${numbered("team", count + 1)}-${numbered("secret", count + 1)}`,
        `create connector-${numbered("team", count + 1)}`,
        `create connector-${numbered("team", count + 1)}-connector`,
        `create connection-${numbered("team", count + 1)}`,
        `create connection-${numbered("team", count + 1)}-connection`,
        `create proof-${numbered("team", count + 1)}`,
        `create proof-${numbered("team", count + 1)}-operation`,
      ].sort(),
    );
  }, 1_800_000);

  test("one that is renamed is not touched, nor are its ids, which are made of the first name", async () => {
    configure(renamedSecrets, renamedConnectors);
    expect(await planned(stack)).toEqual([]);
    await stack.up();
    const outputs = (await stack.outputs()) as unknown as StackOutputs;
    expect(outputs.connectors.payroll?.proof.result).toBe("proven");
    expect(await planned(stack)).toEqual([]);
  }, 1_800_000);

  test("one that is removed is all that goes", async () => {
    const left = (list: Listed[]) => list.filter(({ name }) => !name.endsWith("03"));
    configure(left(renamedSecrets), left(renamedConnectors));
    const steps = await planned(stack);
    expect(steps.filter((step) => !/^delete .*03/.test(step))).toEqual([]);
    expect(steps).toHaveLength(17);
    await stack.up();
    const made = (await stack.control.resources()).filter(({ type }) => type === "connector");
    expect(made).toHaveLength(count - 1);
  }, 1_800_000);
});
