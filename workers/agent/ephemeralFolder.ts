import { lstatSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../../contract/failure.ts";
import { log, messageOf } from "../log.ts";
import type { Scratch } from "./options.ts";
import { openWorkerFolder, removedEnd, type WorkerFolder } from "./workerFolder.ts";

/** Workers of one name: several in one batch job. */
const maxNamesakes = 1_000;

/**
 * The folder of an ephemeral worker: one that an earlier worker of this host had to leave before all of it was sent, or a new one.
 * @throws Failure INVALID where no folder can be made
 */
export function openEphemeralFolder({ folder: scratch, datasets, host, id }: Scratch): WorkerFolder {
  try {
    mkdirSync(scratch, { recursive: true });
    requireTrusted(datasets);
    return takeLeft(scratch, datasets, host) ?? makeNew(join(scratch, `collapsar-${host}-${id}`), datasets);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("INVALID", `The scratch folder ${scratch} cannot be used: ${messageOf(error)}`);
  }
}

/**
 * In a folder that all can write to, somebody else may have put a folder of theirs, or a link, where the data sets are to be. Elsewhere
 * root takes another user's: a container's volume is one.
 */
function requireTrusted(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const me = process.getuid?.();
  if (!found || me === undefined || found.uid === me || (me === 0 && !isOpenToAll(dirname(path)))) return;
  throw new Failure(
    "INVALID",
    `${path} belongs to another user (${found.uid}): name a folder of your own with --scratch or --data`,
  );
}

const isOpenToAll = (folder: string): boolean => (statSync(folder).mode & 0o002) !== 0;

/** Whether it is a folder that this user made: neither a link, which may lead anywhere, nor what somebody else put there under its name. */
function isOwnFolder(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && (process.getuid === undefined || found.uid === process.getuid());
}

function takeLeft(scratch: string, datasets: string, host: string): WorkerFolder | null {
  const prefix = `collapsar-${host}-`;
  // What an id consists of: so that another host's name never passes for this one's.
  const isLeft = (name: string) => name.startsWith(prefix) && /^(job)?[\d._]+$/.test(name.slice(prefix.length));
  for (const name of readdirSync(scratch).sort()) {
    const path = join(scratch, name);
    if (name.endsWith(removedEnd) && isLeft(name.slice(0, -removedEnd.length)) && isOwnFolder(path)) removeQuietly(path);
    if (!isLeft(name) || !isOwnFolder(path)) continue;
    try {
      const folder = openWorkerFolder(path, datasets);
      log(`${name} was left by an earlier worker of this host: it is taken up`);
      return folder;
    } catch {
      // It is in use.
    }
  }
  return null;
}

function makeNew(path: string, datasets: string): WorkerFolder {
  for (let n = 1; n <= maxNamesakes; n++) {
    const own = n === 1 ? path : `${path}.${n}`;
    if (!makeOwn(own)) continue;
    try {
      return openWorkerFolder(own, datasets);
    } catch (error) {
      if (!(error instanceof Failure && error.code === "CONFLICT")) throw error;
    }
  }
  throw new Failure("INVALID", `${path} and ${maxNamesakes - 1} names like it are taken: name another folder with --scratch`);
}

/** @returns whether it is a folder of this user's, who made it now or before */
function makeOwn(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return isOwnFolder(path);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    log(`${path} cannot be removed: ${messageOf(error)}`);
  }
}
