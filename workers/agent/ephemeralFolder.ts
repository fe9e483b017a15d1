import { lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../contract/failure.ts";
import { log, messageOf } from "../log.ts";
import type { Scratch } from "./options.ts";
import { openWorkerFolder, type WorkerFolder } from "./workerFolder.ts";

/** Workers of one name: several in one batch job. */
const maxNamesakes = 1_000;

/**
 * The folder of an ephemeral worker: one that an earlier worker of this host had to leave before all of it was sent, or a new one.
 * @throws Failure INVALID where no folder can be made
 */
export function openEphemeralFolder({ folder: scratch, datasets, host, id }: Scratch): WorkerFolder {
  try {
    mkdirSync(scratch, { recursive: true });
    requireOwn(datasets);
    return takeLeft(scratch, datasets, host) ?? makeNew(join(scratch, `collapsar-${host}-${id}`), datasets);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("INVALID", `The scratch folder ${scratch} cannot be used: ${messageOf(error)}`);
  }
}

/** In a folder that all can write to, somebody else may have put theirs in its place. */
function requireOwn(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const me = process.getuid?.();
  if (!found || me === undefined || me === 0 || found.uid === me || !found.isDirectory()) return;
  throw new Failure(
    "INVALID",
    `${path} belongs to another user (${found.uid}): name a folder of your own with --scratch or --data`,
  );
}

function takeLeft(scratch: string, datasets: string, host: string): WorkerFolder | null {
  const prefix = `collapsar-${host}-`;
  // What an id consists of: so that another host's name never passes for this one's.
  const isLeft = (name: string) => name.startsWith(prefix) && /^(job)?[\d._]+$/.test(name.slice(prefix.length));
  for (const name of readdirSync(scratch).filter(isLeft).sort()) {
    try {
      const folder = openWorkerFolder(join(scratch, name), datasets);
      log(`${name} was left by an earlier worker of this host: it is taken up`);
      return folder;
    } catch {
      // It is in use, or not this user's.
    }
  }
  return null;
}

function makeNew(path: string, datasets: string): WorkerFolder {
  for (let n = 1; ; n++)
    try {
      return openWorkerFolder(n === 1 ? path : `${path}.${n}`, datasets);
    } catch (error) {
      if (n === maxNamesakes || !(error instanceof Failure && error.code === "CONFLICT")) throw error;
    }
}
