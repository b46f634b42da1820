import type { Clients } from "../client/clients";
import { RequestError } from "../client/errors";
import { onceAccepted, type Patience } from "./waiting";

/** A new environment is there for administrators before the services of connectors know it: minutes, as others measured. */
const patience: Patience = { deadlineSeconds: 600, firstPauseMilliseconds: 5000 };

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
  const isNotKnownYet = async (error: unknown) => {
    if (!(error instanceof RequestError) || error.code !== "ServiceToServiceEnvironmentNotFound") return false;
    // What has no such environment will not get it by waiting.
    await environments.organizationUrl(environmentId);
    return true;
  };
  return onceAccepted(`environment ${environmentId} to be known to Power Apps`, howLong, isNotKnownYet, work);
}
