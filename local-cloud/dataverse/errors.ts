/**
 * An error of the Web API: `{"error":{"code":"0x…","message"}}`.
 * Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/compose-http-requests-handle-errors, and for
 * the codes https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes
 */
export class DataverseError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  body(): Record<string, unknown> {
    return { error: { code: this.code, message: this.message } };
  }
}

export const dataverseErrors = {
  unauthorized: () =>
    new DataverseError(401, "0x80072560", "The access token is missing, expired or for another resource."),
  notAMember: () => new DataverseError(403, "0x80072560", "The user is not a member of the organization."),
  missingPrivilege: (userId: string, privilege: string, table: string) =>
    new DataverseError(
      403,
      "0x80040220",
      `Principal user (Id=${userId}, type=8) is missing ${privilege}${table} privilege for entity '${table}'.`,
    ),
  noAccess: (userId: string, table: string, id: string, right: string) =>
    new DataverseError(
      403,
      "0x80040220",
      `SecLib::AccessCheckEx failed. User ${userId} has no ${right} on the ${table} ${id}.`,
    ),
  segmentNotFound: (segment: string) =>
    new DataverseError(404, "0x8006088a", `Resource not found for the segment '${segment}'.`),
  rowNotFound: (table: string, id: string) =>
    new DataverseError(404, "0x80040217", `Entity '${table}' With Id = ${id} Does Not Exist`),
  metadataNotFound: (key: string) =>
    new DataverseError(404, "0x80060888", `Could not find an entity or attribute with ${key} in MetadataCache.`),
  alternateKeyNotFound: (table: string) =>
    new DataverseError(404, "0x80060891", `A record with the specified key values does not exist in ${table} entity`),
  propertyNotFound: (name: string, type: string) =>
    new DataverseError(400, "0x80060888", `Could not find a property named '${name}' on type '${type}'.`),
  badRequest: (message: string) => new DataverseError(400, "0x80060888", message),
  badPayload: (entitySet: string, inner: string) =>
    new DataverseError(
      400,
      "0x80048d19",
      `Error identified in Payload provided by the user for Entity :'${entitySet}', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : ${inner}`,
    ),
  tooLong: (column: string, table: string, most: number) =>
    new DataverseError(
      400,
      "0x80044331",
      `A validation error occurred.  The length of the '${column}' attribute of the '${table}' entity exceeded the maximum allowed length of '${most}'.`,
    ),
  requiredMissing: (column: string, table: string) =>
    new DataverseError(
      400,
      "0x80040203",
      `The required attribute '${column}' of the entity '${table}' is missing or null.`,
    ),
  badChoice: (value: unknown, column: string) =>
    new DataverseError(
      400,
      "0x8004431a",
      `A validation error occurred. The value ${String(value)} of '${column}' is outside the valid range.`,
    ),
  duplicate: () => new DataverseError(412, "0x80040237", "A record with matching key values already exists."),
  duplicateName: (column: string) =>
    new DataverseError(400, "0x80040237", `A record with the same value of '${column}' already exists.`),
  versionMismatch: () =>
    new DataverseError(
      412,
      "0x80060882",
      "The version of the existing record doesn't match the RowVersion property provided.",
    ),
  refused: (message: string) => new DataverseError(400, "0x80040265", message),
  /** Rows that others depend on. */
  referenced: (table: string, id: string, by: string) =>
    new DataverseError(
      400,
      "0x8004f01f",
      `The ${table}(${id}) component cannot be deleted because it is referenced by 1 other components: ${by}.`,
    ),
  notSupported: (what: string) => new DataverseError(501, "0x80040201", `The local cloud does not have ${what}.`),
} as const;
