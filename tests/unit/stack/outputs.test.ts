import * as pulumi from "@pulumi/pulumi";
import {
  connectorNamed,
  contractVersion,
  entryNamed,
  outputSince,
  readOutputs,
  secretNamed,
  type StackOutputs,
  whyUnreadable,
} from "../../../outputs";
import { runProgram } from "./program";

const stackName = "organization/keyvault-connector/dev";
const deployed = {
  contractVersion,
  entryNamed,
  vaultUri: "https://kv.vault.azure.net",
  clientSecret: "client-Hush",
  secrets: { ppsecret1: { id: "id", uri: "https://kv.vault.azure.net/secrets/ppsecret1" } },
  connectors: { main: { connectorId: "/providers/Microsoft.PowerApps/apis/shared_made" } },
};

/** The reader over a stack that exports these. */
async function reading(outputs: Record<string, unknown> = deployed) {
  await pulumi.runtime.setMocks({
    newResource: ({ name }) => ({ id: name, state: { name, outputs, secretOutputNames: ["clientSecret"] } }),
    call: () => ({}),
  });
  return readOutputs(new pulumi.StackReference(stackName));
}

/** What an output is, or why it is not. */
const settled = (output: pulumi.Output<unknown>): Promise<unknown> =>
  (output as unknown as { promise: () => Promise<unknown> }).promise();

describe("outputs of another stack", () => {
  test("are read as they are, and only the secret one is secret", async () => {
    const outputs = await reading();
    expect(await settled(outputs.vaultUri)).toBe("https://kv.vault.azure.net");
    expect(await pulumi.isSecret(outputs.vaultUri)).toBe(false);
    expect(await settled(outputs.clientSecret)).toBe("client-Hush");
    expect(await pulumi.isSecret(outputs.clientSecret)).toBe(true);
  });

  test("entries are found by name, and a wrong name is answered with those that there are", async () => {
    const outputs = await reading();
    expect(await settled(secretNamed(outputs, "ppsecret1"))).toEqual(deployed.secrets.ppsecret1);
    expect(await settled(connectorNamed(outputs, "main"))).toEqual(deployed.connectors.main);
    expect(() => entryNamed("secret", deployed.secrets, "ppsecret2")).toThrow(
      'The stack has no secret "ppsecret2". There are: ppsecret1.',
    );
    expect(() => entryNamed("secret", {}, "ppsecret2")).toThrow("There are: none.");
  });

  test.each<[string, unknown, unknown, RegExp]>([
    ["is missing", undefined, "1.0", /no output "vaultUri", which is there since version 1\.0.*Its outputs follow/],
    ["is null", null, "1.0", /no output "vaultUri"/],
    ["is missing from a stack without a contract", undefined, undefined, /"vaultUri".*It exports no contractVersion/],
    ["may mean something else by now", "a text", "2.0", /follows version 2\.0.*this program reads 1\./],
  ])("one that %s is named, with what to do", (_what, value, version, message) => {
    const reason = whyUnreadable(stackName, "vaultUri", value, version);
    expect(reason).toMatch(message);
    expect(reason).toContain(stackName);
  });

  test("those of an older stack of the same major version can be used", async () => {
    const outputs = await reading({ ...deployed, contractVersion: "1.0", operations: undefined });
    expect(await settled(outputs.vaultUri)).toBe("https://kv.vault.azure.net");
  });
});

test("the program exports what the contract names, and nothing else", async () => {
  const { outputs, secretOutputs } = await runProgram();
  expect(Object.keys(outputs).sort()).toEqual(Object.keys(outputSince).sort());
  expect(outputs.contractVersion).toBe(contractVersion);
  expect(secretOutputs).toEqual(["clientSecret" satisfies keyof StackOutputs]);
});
