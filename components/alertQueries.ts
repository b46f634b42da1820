/** Something with an end that is known beforehand. */
export interface Expiring {
  /** As people know it. */
  what: string;
  expires: Date;
}

/**
 * Reads that a vault refused: a missing role, a disabled secret or the firewall. Azure has the log in one of two tables,
 * according to the setting and to the workspace's age.
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables/azkvauditlogs
 */
export const refusedReadsQuery = [
  "union isfuzzy=true",
  "  (AZKVAuditLogs",
  "   | project TimeGenerated, OperationName, Status = HttpStatusCode, Id, CallerIpAddress, ResultDescription),",
  "  (AzureDiagnostics",
  '   | where ResourceProvider == "MICROSOFT.KEYVAULT"',
  "   | project TimeGenerated, OperationName, Status = toint(httpStatusCode_d), Id = id_s,",
  "             CallerIpAddress = CallerIPAddress, ResultDescription)",
  '| where OperationName startswith "Secret" and Status == 403',
].join("\n");

/** A text of the Kusto query language, which escapes as JSON does. */
const kustoText = (text: string) => JSON.stringify(text);

/**
 * One row for each thing that ends within some days. The dates stand in the query, so that nobody needs to run anything;
 * the first half is empty, and there because a log alert wants a table.
 */
export function expiringSoonQuery(expiring: readonly Expiring[], days: number): string {
  const rows = [...expiring]
    .sort((one, other) => one.expires.getTime() - other.expires.getTime() || one.what.localeCompare(other.what, "en"))
    .map(({ what, expires }) => `  ${kustoText(what)}, datetime(${expires.toISOString().slice(0, 10)})`);
  return [
    "let known = datatable(What: string, Expires: datetime) [",
    rows.join(",\n"),
    "];",
    "union isfuzzy=true",
    '  (AZKVAuditLogs | where false | project What = "", Expires = now()),',
    `  (known | where Expires < now() + ${days}d)`,
  ].join("\n");
}
