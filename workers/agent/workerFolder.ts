import { chmodSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureFolder } from "../files/setAside.ts";
import { log } from "../log.ts";
import { Identity } from "./identity.ts";
import { lockFolder } from "./lockFolder.ts";

/** End of the name of a folder that is being removed. */
export const removedEnd = ".removed";

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
  /** Checkpoints on their way to the server. */
  uploads: string;
  datasetCache: string;
  unlock: () => void;
  /** Removes it with all that is in it. */
  remove: () => void;
}

/** @throws Failure CONFLICT if another agent works there */
export function openWorkerFolder(path: string, datasetCache: string): WorkerFolder {
  const folder = {
    path,
    spool: join(path, "spool"),
    sent: join(path, "sent"),
    checkpoints: join(path, "checkpoints"),
    artefacts: join(path, "artefacts"),
    uploads: join(path, "uploads"),
    datasetCache,
  };
  for (const each of [path, folder.spool, folder.checkpoints, folder.artefacts, folder.uploads, folder.datasetCache]) {
    const aside = ensureFolder(each);
    if (aside) log(`${each} was not a folder: it is set aside as ${aside}`);
  }
  // Checkpoints and the spool are this user's alone, also where the folder was made by something else.
  chmodSync(path, 0o700);
  const unlock = lockFolder(path);
  const remove = () => {
    // Under another name first: with its lock gone, another worker would take up what is just being removed.
    renameSync(path, path + removedEnd);
    rmSync(path + removedEnd, { recursive: true, force: true });
  };
  return { ...folder, identity: new Identity(path), unlock, remove };
}
