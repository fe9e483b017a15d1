import { chmodSync } from "node:fs";
import { join } from "node:path";
import { ensureFolder } from "../files/setAside.ts";
import { log } from "../log.ts";
import { Identity } from "./identity.ts";
import { lockFolder } from "./lockFolder.ts";

/** Where a worker keeps what must outlive it; one agent a folder. */
export interface WorkerFolder {
  path: string;
  identity: Identity;
  spool: string;
  /** Spools that the server has stored (see sentSpools.ts). */
  sent: string;
  checkpoints: string;
  /** What ended runs left for the server. */
  artefacts: string;
  datasetCache: string;
  unlock: () => void;
}

/** @throws Failure CONFLICT if another agent works there */
export function openWorkerFolder(dataDir: string): WorkerFolder {
  const path = join(dataDir, "worker");
  const folder = {
    path,
    spool: join(path, "spool"),
    sent: join(path, "sent"),
    checkpoints: join(path, "checkpoints"),
    artefacts: join(path, "artefacts"),
    datasetCache: join(dataDir, "datasets"),
  };
  for (const each of [path, folder.spool, folder.checkpoints, folder.artefacts, folder.datasetCache]) {
    const aside = ensureFolder(each);
    if (aside) log(`${each} was not a folder: it is set aside as ${aside}`);
  }
  // Checkpoints and the spool are this user's alone, also where the folder was made by something else.
  chmodSync(path, 0o700);
  const unlock = lockFolder(path);
  return { ...folder, identity: new Identity(path), unlock };
}
