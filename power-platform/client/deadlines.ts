/**
 * How long anything may take, by environment variables: they are a matter of the machine and its network, not of a stack.
 * Whatever does not come in time fails with the reason, and the next update goes on from there.
 */
const variables = {
  /** One attempt of a request. Creating a connector takes the service up to about half a minute. */
  attempt: { name: "KEYVAULT_CONNECTOR_ATTEMPT_SECONDS", seconds: 90 },
  /** A request with all its retries. */
  request: { name: "KEYVAULT_CONNECTOR_REQUEST_SECONDS", seconds: 300 },
  /** Upper limit of every wait for a service to catch up; each wait has its own, shorter or longer. */
  wait: { name: "KEYVAULT_CONNECTOR_WAIT_SECONDS", seconds: 3600 },
  /** All waits of an update together, from the first one on. */
  waits: { name: "KEYVAULT_CONNECTOR_WAITS_SECONDS", seconds: 3600 },
} as const;

/** @throws Error when the variable holds something else than a positive number */
export function deadlineMilliseconds(
  what: keyof typeof variables,
  env: Record<string, string | undefined> = process.env,
): number {
  const { name, seconds } = variables[what];
  const text = env[name];
  if (text === undefined || text === "") return seconds * 1000;
  const given = Number(text);
  if (given > 0 && Number.isFinite(given)) return given * 1000;
  throw new Error(`${name} is "${text}": give a number of seconds, such as ${seconds}, or unset it.`);
}
