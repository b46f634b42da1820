import fs from "node:fs";
import path from "node:path";
import type { Clients } from "../client/clients";
import type { CustomConnectorInputs } from "./connectorInputs";

/** Where the files of a connector were left for the service to take. */
export interface UploadedFiles {
  iconUrl?: string;
  scriptUrl?: string;
}

/** PNG or JPG by the first bytes, which do not lie as names do; undefined for anything else. */
export function imageType(content: Buffer): "image/png" | "image/jpeg" | undefined {
  if (content.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))) return "image/png";
  return content.subarray(0, 2).equals(Buffer.from([0xff, 0xd8])) ? "image/jpeg" : undefined;
}

/** Uploads icon and script, where the connector has them. */
export async function uploadFiles({ storage }: Clients, inputs: CustomConnectorInputs): Promise<UploadedFiles> {
  const { environmentId, icon, script } = inputs;
  const upload = async (file: { path: string }, typeOf: (content: Buffer) => string) => {
    const content = await fs.promises.readFile(file.path);
    return storage.upload(environmentId, path.basename(file.path), content, typeOf(content));
  };
  return {
    ...(icon === undefined ? {} : { iconUrl: await upload(icon, (content) => imageType(content) ?? "image/png") }),
    ...(script === undefined ? {} : { scriptUrl: await upload(script, () => "text/plain") }),
  };
}

/** A file's place without its signature, which is another one each time. */
export const locationOf = (url: string | null | undefined): string => (url ? (url.split("?")[0] ?? "") : "");
