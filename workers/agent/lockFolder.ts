import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../contract/failure.ts";
import { isAlive, processIdentity } from "./machine/processIdentity.ts";

/**
 * Takes a folder for this process: two agents in one folder would send each other's events.
 * The lock is a file with the holder's identity; one whose process is gone counts for nothing.
 * @returns a function that gives it back
 * @throws Failure CONFLICT naming the process that has it
 */
export function lockFolder(folder: string): () => void {
  const lock = join(folder, "agent.lock");
  const mine = `${lock}.${process.pid}`;
  const aside = `${mine}.stale`;
  writeFileSync(mine, `${processIdentity(process.pid)}\n`);
  try {
    for (let tries = 0; tries < 5; tries++) {
      if (link(mine, lock)) return () => rmSync(lock, { force: true });
      refuseLivingHolder(lock, folder);
      // Looked at once more after it was taken away: another agent may have been quicker with the same dead lock.
      if (!rename(lock, aside)) continue;
      const holder = readHolder(aside);
      if (holder && isAlive(holder)) link(aside, lock);
      rmSync(aside, { recursive: true, force: true });
    }
    refuseLivingHolder(lock, folder);
    throw new Failure("CONFLICT", `other workers keep taking ${folder}; give this one a folder of its own with --data`);
  } finally {
    rmSync(mine, { force: true });
  }
}

function refuseLivingHolder(lock: string, folder: string): void {
  const holder = readHolder(lock);
  if (!holder || !isAlive(holder)) return;
  throw new Failure(
    "CONFLICT",
    `another worker (process ${holder.split(":")[0]}) is using ${folder}; give this one a folder of its own with --data`,
  );
}

function readHolder(lock: string): string | null {
  try {
    return readFileSync(lock, "utf8").trim() || null;
  } catch {
    return null;
  }
}

/** Atomic, and with the file's content. @returns false if the name is taken */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function rename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}
