import fs from "node:fs";
import path from "node:path";
import { type Registered, runProgram } from "./program";

/**
 * The layout that deployed stacks have: type, name and parent of each resource, one a line. Lines are only added: a resource that is
 * renamed or moved gets an alias, and a line for its new place.
 */
const deployed = fs.readFileSync(path.join(__dirname, "layout.txt"), "utf8").trim().split("\n");

const line = (type: string, name: string, parent: string) => `${type} ${name} < ${parent === "" ? "stack" : parent}`;

/** Where the engine looks for a resource in an older state: at its own place, and at those of its and its parents' aliases. */
function places(resource: Registered, all: readonly Registered[]): { name: string; parent: string }[] {
  const { name, parent, options } = resource;
  const given = (options.aliases ?? []).flatMap((alias) =>
    typeof alias === "object" && "name" in alias && typeof alias.name === "string" ? [alias.name] : [],
  );
  const above = all.find((one) => one.name === parent && one.isComponent);
  const parents = above ? places(above, all).map((place) => place.name) : [""];
  // Children of a component that was renamed had its earlier name before theirs.
  return parents.flatMap((earlier) => {
    const inherited = parent !== "" && name.startsWith(parent) ? earlier + name.slice(parent.length) : name;
    return [inherited, ...given].map((one) => ({ name: one, parent: earlier }));
  });
}

test("every resource of a deployed stack is still found: nothing is replaced by an upgrade", async () => {
  const { resources } = await runProgram();
  const found = new Set(
    resources.flatMap((one) => places(one, resources).map(({ name, parent }) => line(one.type, name, parent))),
  );
  const lost = deployed.filter((one) => !found.has(one));
  // Renamed or moved without an alias, or no longer made: then say so in CHANGELOG.md and take the line away.
  expect(lost).toEqual([]);
});

test("the layout is complete: a new resource stands in it", async () => {
  const { resources } = await runProgram();
  const known = new Set(deployed);
  const unknown = resources.map(({ type, name, parent }) => line(type, name, parent)).filter((one) => !known.has(one));
  expect(unknown).toEqual([]);
});

test("a renamed entry is found where it was, and so are its children", async () => {
  const config = { secrets: [{ name: "payroll", vaultName: "ppsecret1", renamedFrom: ["ppsecret1"] }] };
  const { resources } = await runProgram(config);
  const secret = resources.find(({ name }) => name === "secret-payroll-secret");
  expect(secret && places(secret, resources)).toContainEqual({
    name: "secret-ppsecret1-secret",
    parent: "secret-ppsecret1",
  });
});
