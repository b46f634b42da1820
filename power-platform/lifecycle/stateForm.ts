import { isDeepStrictEqual } from "node:util";

/** What is meant where a connector says nothing: the state of hundreds of connectors needs not repeat it. */
const unsaid: Record<string, unknown> = {
  connectionParameters: {},
  scriptOperations: [],
  policies: [],
  capabilities: [],
  shareWith: [],
  deleteWhileUsed: false,
  organizationUrl: "",
  iconLocation: "",
  scriptLocation: "",
  federatedIdentity: { issuer: "", subject: "", audience: "" },
};

/** With everything said, as the lifecycles want it. */
export const spelledOut = <T extends object>(properties: T): T => ({ ...unsaid, ...properties });

/** Without what needs not be said, as the state keeps it. */
export const terse = <T extends object>(properties: T): T =>
  Object.fromEntries(
    Object.entries(properties).filter(([key, value]) => !(key in unsaid && isDeepStrictEqual(value, unsaid[key]))),
  ) as T;
