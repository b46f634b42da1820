import net from "node:net";
import type { Vault } from "../arm/vaultModel";
import type { Caller } from "../service";
import { KeyVaultError } from "./errors";

/** Whether an IPv4 address lies in a rule: an address or a range in CIDR notation. */
export function inRule(address: string, rule: string): boolean {
  const [network = "", prefix = "32"] = rule.split("/");
  if (!net.isIPv4(network) || !net.isIPv4(address)) return false;
  const list = new net.BlockList();
  list.addSubnet(network, Number(prefix), "ipv4");
  return list.check(address, "ipv4");
}

/**
 * The vault's network rules. Tokens are checked before, so that the refusal can name the caller.
 * Source: https://learn.microsoft.com/azure/key-vault/general/network-security
 * @throws KeyVaultError 403
 */
export function checkNetwork(vault: Vault, caller: Caller, address: string): void {
  const { publicNetworkAccess, networkAcls } = vault.properties;
  const who = `Caller: ${callerText(caller)}`;
  const where = `Vault: ${vault.name};location=${vault.location}`;
  if (publicNetworkAccess.toLowerCase() === "disabled") {
    throw new KeyVaultError(
      403,
      "Forbidden",
      `Public network access is disabled and request is not from a trusted service nor via an approved private link.\r\n${who}\r\n${where}`,
      "ForbiddenByConnection",
    );
  }
  const allowed =
    networkAcls?.defaultAction !== "Deny" || networkAcls.ipRules.some(({ value }) => inRule(address, value));
  if (!allowed) {
    throw new KeyVaultError(
      403,
      "Forbidden",
      `Client address is not authorized and caller is not a trusted service.\r\nClient address: ${address}\r\n${who}\r\n${where}`,
      "ForbiddenByFirewall",
    );
  }
}

/** The caller as the service's refusals name it. */
export function callerText({ appid, oid, tid }: Caller): string {
  return `appid=${appid};oid=${oid};iss=https://sts.windows.net/${tid}/`;
}
