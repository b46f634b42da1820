import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { controlClient, seed } from "../local-cloud/client";
import { projectRoot } from "../local-cloud/project";
import { run } from "../tools/process";
import { ensurePaconn } from "../tests/support/paconn";
import { type Cost, measured } from "./processes";
import { besideLocalCloud, type Calls, callsOf, type Place, Stack } from "./stacks";

export type Verb = "create" | "read" | "update";
type Counted = Cost & { calls: Calls };

interface Inputs {
  connectorInputs(title: string, environmentId: string): Record<string, unknown>;
  paconnFiles(title: string): Record<string, unknown>;
}

/** The programs are JavaScript and lie outside of what is built. */
const inputsOf = () =>
  createRequire(path.join(projectRoot(), "package.json"))("./bench/programs/many-connectors/inputs.js") as Inputs;

async function counted(place: Place, work: () => Promise<Cost>): Promise<Counted> {
  await controlClient(place.home).clearJournal();
  const cost = await besideLocalCloud(place, work);
  if (cost.code !== 0) throw new Error(`It ended with exit code ${cost.code}:\n${cost.stdout}\n${cost.stderr}`);
  return { ...cost, calls: callsOf(place.home) };
}

/** Create, read and update of one connector by a dynamic provider, each in a fresh process as the engine would start it. */
async function byProvider(place: Place, whose: "ours" | "naive", title: string): Promise<Record<Verb, Counted>> {
  const file = path.join(place.home, "arguments.json");
  const call = (method: string, ...args: unknown[]) => {
    fs.writeFileSync(file, JSON.stringify(args));
    const program = path.join(projectRoot(), "bench", "freshProvider.cjs");
    const options = { cwd: projectRoot(), env: place.env, kind: "provider" };
    return counted(place, () => measured(process.execPath, [program, whose, method, file], options));
  };
  const inputs = inputsOf().connectorInputs(title, seed.environment.id);
  const create = await call("create", inputs);
  const { id, outs } = JSON.parse(create.stdout) as { id: string; outs: Record<string, unknown> };
  const read = await call("read", id, outs);
  const update = await call("update", id, outs, { ...inputs, iconBrandColor: "#ff0000" });
  await call("delete", id, outs);
  return { create, read, update };
}

/** The same by paconn, whose token is there before it starts. */
async function byPaconn(place: Place, paconn: string, token: string, title: string): Promise<Record<Verb, Counted>> {
  const folder = path.join(place.home, "paconn");
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.join(folder, ".paconn"), { recursive: true });
  const write = (name: string, content: unknown) => {
    fs.writeFileSync(path.join(folder, name), JSON.stringify(content));
  };
  const identity = { oid: seed.deployer.objectId, tenant_id: seed.tenantId };
  write(".paconn/accessTokens.json", { token_type: "Bearer", access_token: token, ...identity });
  for (const [name, content] of Object.entries(inputsOf().paconnFiles(title))) write(name, content);
  fs.writeFileSync(path.join(folder, "icon.png"), Buffer.from("89504e470d0a1a0a", "hex"));
  const call = (...args: string[]) =>
    counted(place, () => measured(paconn, args, { cwd: folder, env: { ...place.env, HOME: folder }, kind: "paconn" }));
  const files = ["--api-def", "definition.json", "--api-prop", "properties.json", "--icon", "icon.png"];
  const environment = ["--env", seed.environment.id];
  const secret = ["--secret", "a-client-secret-of-the-bench"];
  const create = await call("create", ...environment, ...files, ...secret, "-w");
  const id = (await controlClient(place.home).resources())
    .filter(({ type }) => type === "connector")
    .at(-1)
    ?.id.split("/")
    .at(-1);
  if (id === undefined) throw new Error(`paconn made nothing: ${create.stdout} ${create.stderr}`);
  const read = await call("download", ...environment, "--cid", id, "--dest", "downloaded");
  const update = await call("update", ...environment, "--cid", id, ...files, ...secret);
  return { create, read, update };
}

/** A token of the local cloud's deployer for Power Apps. */
async function deployerToken(place: Place): Promise<string> {
  const program = `
    const { ClientSecretCredential } = require("@azure/identity");
    const { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: id, AZURE_CLIENT_SECRET: secret } = process.env;
    new ClientSecretCredential(tenant, id, secret).getToken("https://service.powerapps.com/.default").then(({ token }) => console.log(token));`;
  const { stdout, stderr } = await run(process.execPath, ["-e", program], { cwd: projectRoot(), env: place.env });
  if (stdout.trim() === "") throw new Error(`No token of the local cloud: ${stderr}`);
  return stdout.trim();
}

export interface OneConnector {
  ours: Record<Verb, Counted>[];
  /** By a dynamic provider that keeps nothing: no client, no token, no connection. */
  naive: Record<Verb, Counted>[];
  /** Empty where there is no Python. */
  paconn: Record<Verb, Counted>[];
}

export async function measureOneConnector(place: Place, rounds: number): Promise<OneConnector> {
  const program = ensurePaconn();
  const token = program === undefined ? "" : await deployerToken(place);
  const result: OneConnector = { ours: [], naive: [], paconn: [] };
  for (let round = 0; round < rounds; round += 1) {
    result.ours.push(await byProvider(place, "ours", `Ours ${round}`));
    result.naive.push(await byProvider(place, "naive", `Naive ${round}`));
    if (program !== undefined) result.paconn.push(await byPaconn(place, program, token, `Paconn ${round}`));
  }
  return result;
}

/** `pulumi up` of so many connectors and nothing else, by our provider or by a naive one. */
export async function measureConnectors(place: Place, count: number, naive: boolean, round: number): Promise<Counted> {
  const settings = { environmentId: seed.environment.id, count, naive };
  const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`many-connectors:${key}`, value]));
  const stack = await Stack.make(place, "many-connectors", `${naive ? "naive" : "ours"}${count}-${round}`, config);
  const up = await stack.counted("up");
  await stack.run("destroy");
  return up;
}
