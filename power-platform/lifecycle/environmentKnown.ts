import type { Clients } from "../client/clients";
import { RequestError } from "../client/errors";
import { DeadlineError, type Patience, waitFor } from "./waiting";

/** A new environment is there for administrators before the services of connectors know it: minutes, as others measured. */
const patience: Patience = { deadlineSeconds: 600, firstPauseMilliseconds: 5000 };

const isUnknownEnvironment = (error: unknown): error is RequestError =>
  error instanceof RequestError && error.code === "ServiceToServiceEnvironmentNotFound";

/**
 * Does what can be repeated, again for as long as an environment that exists is not known yet.
 * @throws RequestError at once for an environment that does not exist, and whatever the work throws
 */
export async function onceEnvironmentIsKnown<T>(
  { environments }: Pick<Clients, "environments">,
  environmentId: string,
  work: () => Promise<T>,
  howLong: Patience = patience,
): Promise<T> {
  let refusal: RequestError | undefined;
  try {
    return await waitFor<T>(`environment ${environmentId} to be known to Power Apps`, howLong, async () => {
      try {
        return { found: await work() };
      } catch (error) {
        if (!isUnknownEnvironment(error)) throw error;
        refusal = error;
        // What has no such environment will not get it by waiting.
        await environments.organizationUrl(environmentId);
        return { notYet: error.message };
      }
    });
  } catch (error) {
    throw error instanceof DeadlineError && refusal ? refusal : error;
  }
}
