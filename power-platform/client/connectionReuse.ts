import { type Agent, type PipelinePolicy, proxyPolicy } from "@azure/core-rest-pipeline";
import https from "node:https";

/**
 * What makes an agent of https-proxy-agent keep its connections. A request is told whether it is for TLS, since the agent
 * guesses otherwise, and looks for a kept connection under another name than it was put away.
 */
function keepConnections(agent: Agent): void {
  Object.assign(agent, { keepAlive: true });
  // Unused, they are closed as soon as those of Node.js: a service that closes one first would fail a request on its way.
  const options = { timeout: https.globalAgent.options.timeout, secureEndpoint: true };
  if ("options" in agent) Object.assign(agent.options as object, options);
}

/**
 * The way to the services, by the proxy of the environment (`HTTPS_PROXY`, `NO_PROXY`) where there is one. Without a proxy
 * Node.js keeps a connection for the next request; the SDK's proxy agent opens one for each, with a tunnel and a TLS
 * handshake, unless it is told to do as Node.js does.
 */
export function reusingConnections(): PipelinePolicy {
  const proxy = proxyPolicy();
  return {
    name: proxy.name,
    sendRequest: (request, next) =>
      proxy.sendRequest(request, (routed) => {
        if (routed.agent && routed.url.startsWith("https:")) keepConnections(routed.agent);
        return next(routed);
      }),
  };
}
