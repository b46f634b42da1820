import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "./project";

/** Where one local cloud keeps everything: state, keys, certificates, journal. Nothing of it lies elsewhere. */
export function homeFolder(): string {
  return process.env.LOCAL_CLOUD_HOME ?? path.join(projectRoot(), ".local-cloud");
}

/** The files of a home, by purpose. All are made with mode 0600 in a folder of mode 0700. */
export function homeFiles(home: string) {
  return {
    /** Public certificate of the authority that clients must trust. */
    caCertificate: path.join(home, "ca.pem"),
    caKey: path.join(home, "ca-key.pem"),
    /** Key that seals secret values in the store. */
    sealingKey: path.join(home, "sealing.key"),
    /** Key that signs Entra's tokens. */
    tokenKey: path.join(home, "token-key.pem"),
    /** Passwords of the seeded deployer and maker, for the environment that clients get. */
    credentials: path.join(home, "credentials.json"),
    snapshot: path.join(home, "state.json"),
    log: path.join(home, "state.log"),
    journal: path.join(home, "journal.jsonl"),
    /** Held by the process that serves this home. */
    lock: path.join(home, "lock"),
    /** Port and process of the running server; the port is taken again after a restart. */
    running: path.join(home, "running.json"),
    serverOutput: path.join(home, "server.out"),
  };
}

/** The port at which a home was last served; undefined for none. A file that a crash left broken names none. */
export function runningPort(home: string): number | undefined {
  try {
    return (JSON.parse(fs.readFileSync(homeFiles(home).running, "utf8")) as { port?: number }).port;
  } catch {
    return undefined;
  }
}
