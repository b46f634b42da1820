import crypto from "node:crypto";
import { spawn } from "node:child_process";
import path from "node:path";
import { request } from "undici";
import { projectRoot } from "../../local-cloud/project";

const container = "state";
const startMilliseconds = 60_000;

/** Microsoft's emulator of Azure Storage with one container: https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
export interface Azurite {
  /** What leads Pulumi's backend in Azure Blob Storage to it. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** Sends a request that the account's key signs. Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key */
async function signed(method: "PUT", address: string, account: string, key: string, query: string): Promise<number> {
  const headers = { "x-ms-date": new Date().toUTCString(), "x-ms-version": "2024-11-04" };
  const [name = "", value = ""] = query.split("=");
  // On the emulator the account is in the path, and in the resource once more.
  const resource = `/${account}/${account}/${container}\n${name}:${value}`;
  const sent = Object.entries(headers).map(([header, text]) => `${header}:${text}`);
  const text = [method, ...Array.from({ length: 11 }, () => ""), ...sent, resource].join("\n");
  const signature = crypto.createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest("base64");
  const { statusCode, body } = await request(`${address}/${account}/${container}?${query}`, {
    method,
    headers: { ...headers, "content-length": "0", authorization: `SharedKey ${account}:${signature}` },
    signal: AbortSignal.timeout(startMilliseconds),
  });
  await body.dump();
  return statusCode;
}

/** @param folder where it keeps the blobs */
export async function startAzurite(folder: string): Promise<Azurite> {
  const account = "teamstate";
  const key = crypto.randomBytes(64).toString("base64");
  const program = path.join(projectRoot(), "node_modules", "azurite", "dist", "src", "blob", "main.js");
  const args = [program, "--blobPort", "0", "--location", folder, "--skipApiVersionCheck", "--disableTelemetry"];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${key}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) =>
    child.once("close", () => {
      resolve();
    }),
  );
  let said = "";
  const address = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`Azurite does not start: ${said}`));
    }, startMilliseconds);
    const listen = (chunk: Buffer) => {
      said += chunk.toString("utf8");
      const found = /successfully listen\w* (?:at|on) (http:\S+)/.exec(said)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("close", () => {
      reject(new Error(`Azurite ended: ${said}`));
    });
  });
  const status = await signed("PUT", address, account, key, "restype=container");
  if (status !== 201) throw new Error(`Azurite made no container: ${status}`);
  const { host } = new URL(address);
  return {
    env: {
      AZURE_STORAGE_ACCOUNT: account,
      AZURE_STORAGE_KEY: key,
      PULUMI_BACKEND_URL: `azblob://${container}?domain=${host}&protocol=http&localemu=true`,
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
