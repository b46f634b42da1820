/** Vendor extension in a definition's `info` that says which resource made the connector. It survives a round trip. */
export const markerKey = "x-iac-id";
