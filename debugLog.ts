import { log } from "@pulumi/pulumi";

/**
 * With --debug, the SDK prints what the engine answers for each resource, secret outputs in clear: the client secret would
 * stand in a pull request's log. This keeps the lines and hides the answers (docs/decisions/0014).
 */
export function hideAnswersInDebugLog(target: { debug: typeof log.debug } = log): void {
  const { debug } = target;
  target.debug = (message, ...rest) => debug(message.replace(/(RPC finished: .*?, resp: ).*$/s, "$1[hidden]"), ...rest);
}
