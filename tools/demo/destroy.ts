import { controlClient } from "../../local-cloud/client";
import type { ListedResource } from "../../local-cloud/service";
import { ensureStack, prepare } from "../local";
import { coloured } from "../progress";
import { describeChanges } from "./changes";
import type { DemoOptions } from "./demo";
import { change } from "./engine";

const line = ({ service, type, name }: ListedResource) => `  ${service}: ${type} ${name}`;

/** Removes the stack's resources and looks into the local cloud for what is left. @returns exit code, 1 for remains. */
export async function destroy({ json }: DemoOptions): Promise<number> {
  const workplace = await prepare();
  await ensureStack(workplace);
  const changes = await change(workplace, "destroy", json ?? false);
  const remains = await controlClient(workplace.home).resources();
  const left = remains.filter(({ softDeleted }) => !softDeleted);
  const recoverable = remains.filter(({ softDeleted }) => softDeleted);
  if (json) {
    process.stdout.write(`${JSON.stringify({ changes, left, softDeleted: recoverable })}\n`);
    return left.length > 0 ? 1 : 0;
  }

  const mark = (ok: boolean) => coloured(ok ? "green" : "red", ok ? "✓" : "✗", process.stdout);
  const said = [`\n${mark(true)} ${describeChanges(changes)}.`];
  if (left.length > 0) said.push(`${mark(false)} The local cloud still has:`, ...left.map(line));
  else said.push(`${mark(true)} Nothing is left in the local cloud.`);
  if (recoverable.length > 0) said.push("What soft delete keeps, to be recovered or purged:", ...recoverable.map(line));
  process.stdout.write(`${said.join("\n")}\n`);
  return left.length > 0 ? 1 : 0;
}
