import { until } from "../common/lifecycle";
import type { Options } from "../common/plugin";
import { ServiceError } from "../common/rest";
import type { GraphClient } from "./graphClient";

/** Between two looks at what Graph has not made known everywhere, in milliseconds. */
const pause = 1000;

/** Says what failed before what Graph said. */
export async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}: ${reason}`, { cause: error });
  }
}

/** Repeats a request as long as Graph does not know what it has just made. @throws when the deadline has passed */
export async function whenKnown(
  graph: GraphClient,
  { deadline }: Options,
  request: () => Promise<void>,
): Promise<void> {
  const attempt = async () => {
    try {
      await request();
      return true;
    } catch (error) {
      if (error instanceof ServiceError && error.status === 404) return undefined;
      throw error;
    }
  };
  await expect(graph, deadline, attempt, "timed out whilst waiting for it to be replicated in Entra");
}

/** Waits until a look succeeds (answers true). @throws when the deadline has passed */
export async function waitFor(
  graph: GraphClient,
  { deadline }: Options,
  what: string,
  look: () => Promise<boolean>,
): Promise<void> {
  await expect(graph, deadline, async () => (await look()) || undefined, `timed out whilst waiting for ${what}`);
}

async function expect(
  graph: GraphClient,
  deadline: number,
  attempt: () => Promise<true | undefined>,
  failure: string,
): Promise<void> {
  const { signal } = graph.connection;
  if (!(await until<true>(attempt, { deadline, pause, signal }))) throw new Error(failure);
}
