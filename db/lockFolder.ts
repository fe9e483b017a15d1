import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import lockfile from "proper-lockfile";
import { Failure } from "../contract/failure.ts";

interface Holder {
  pid: number;
  host: string;
  since: string;
}

/**
 * Claims a data folder for this process: the embedded database takes no lock of its own, and two openers lose rows silently.
 * @returns a function that gives the folder free
 * @throws Failure CONFLICT naming the folder and who holds it
 */
export async function lockFolder(folder: string, onLost: (error: Error) => void): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lockfilePath = join(folder, "server.lock");
  const holderPath = join(folder, "server.json");
  const options = { lockfilePath, realpath: false, stale: 15_000, update: 5_000, onCompromised: onLost };
  const release = await lockfile.lock(folder, options).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ELOCKED") throw error;
    const holder = readHolder(holderPath);
    // A killed server leaves its lock behind for some seconds: if its process is gone from this machine, nobody holds it.
    if (holder === null || holder.host !== hostname() || isAlive(holder.pid)) throw heldBy(folder, holder);
    rmSync(lockfilePath, { recursive: true, force: true });
    return lockfile.lock(folder, options);
  });
  writeFileSync(holderPath, JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() }));
  return async () => {
    rmSync(holderPath, { force: true });
    await release().catch(() => undefined);
  };
}

function readHolder(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function heldBy(folder: string, holder: Holder | null): Failure {
  const who = holder === null ? "another server" : `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  return new Failure(
    "CONFLICT",
    `The data folder ${folder} is in use by ${who}. Stop that server, or choose another folder with COLLAPSAR_DATA_DIR.`,
  );
}
