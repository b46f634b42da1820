import { isDeepStrictEqual } from "node:util";
import type { Clients } from "../../power-platform/client/clients";
import { RequestError } from "../../power-platform/client/errors";
import { connectorProblems } from "../../power-platform/lifecycle/connectorCheck";
import { diffCustomConnector, readCustomConnector } from "../../power-platform/lifecycle/connectorDrift";
import type { CustomConnectorInputs, CustomConnectorOutputs } from "../../power-platform/lifecycle/connectorInputs";
import {
  createCustomConnector,
  deleteCustomConnector,
  updateCustomConnector,
} from "../../power-platform/lifecycle/customConnector";

/** What came of a connector. */
export type Verdict = { passed: true } | { refused: string } | { failed: string };

/** @throws Error when a refresh would show a difference, or the next update would do something */
async function expectNoChange(clients: Clients, outs: CustomConnectorOutputs, inputs: CustomConnectorInputs) {
  const read = await readCustomConnector(clients, outs);
  if (!read) throw new Error("refresh: the connector is gone");
  if (read.inputs) {
    const changed = (Object.keys(inputs) as (keyof CustomConnectorInputs)[]).filter(
      (key) => key !== "oauthClientSecret" && !isDeepStrictEqual(read.inputs?.[key], inputs[key]),
    );
    throw new Error(`refresh: shows changes of ${changed.join(", ")} that nobody made`);
  }
  const { changes = false, replaces } = diffCustomConnector(read.props, inputs);
  if (changes || replaces.length > 0) throw new Error(`preview: would change it again (${replaces.join(", ")})`);
}

/** An edit that every connector can have. */
const edited = (inputs: CustomConnectorInputs): CustomConnectorInputs => ({
  ...inputs,
  iconBrandColor: inputs.iconBrandColor === "#123456" ? "#654321" : "#123456",
  definition: {
    ...inputs.definition,
    info: { ...inputs.definition.info, description: `${inputs.definition.info.description ?? ""} (edited)`.trim() },
  },
});

/** The service refused what was sent: its reason, not a fault of the provider's. */
const isRefusal = (error: unknown): error is RequestError => error instanceof RequestError && error.status === 400;

/** Creates, refreshes, updates, refreshes and deletes a connector, as five runs of Pulumi would. */
export async function live(clients: Clients, inputs: CustomConnectorInputs): Promise<Verdict> {
  const problems = await connectorProblems({}, inputs);
  if (problems.length > 0)
    return { refused: problems.map(({ property, reason }) => `${property}: ${reason}`).join("; ") };
  let outs: CustomConnectorOutputs | undefined;
  try {
    ({ outs } = await createCustomConnector(clients, inputs));
    await expectNoChange(clients, outs, inputs);
    const changed = edited(inputs);
    ({ outs } = await updateCustomConnector(clients, outs, changed));
    await expectNoChange(clients, outs, changed);
    await deleteCustomConnector(clients, outs);
    const left = await readCustomConnector(clients, outs);
    return left ? { failed: "delete: it is still there" } : { passed: true };
  } catch (error) {
    if (outs === undefined && isRefusal(error)) return { refused: error.message };
    if (outs) await deleteCustomConnector(clients, outs).catch(() => undefined);
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}
