import { chmodSync, mkdirSync, statSync } from "node:fs";
import { Failure } from "../contract/failure.ts";

/**
 * Makes a folder, or takes one that is there, and closes it to all other users of the machine: what lies in it says who may do what.
 * @throws Failure INVALID where that cannot be done, naming the folder and the way out
 */
export function closeToOthers(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if ((statSync(folder).mode & 0o077) === 0) return;
  try {
    chmodSync(folder, 0o700);
  } catch (error) {
    throw openFolder(folder, (error as Error).message);
  }
  if ((statSync(folder).mode & 0o077) !== 0) throw openFolder(folder, "its file system keeps no permissions");
}

function openFolder(folder: string, why: string): Failure {
  return new Failure(
    "INVALID",
    `Other users of this machine can read ${folder}, and that could not be changed (${why}). Choose another folder with COLLAPSAR_DATA_DIR, or close it with chmod 700.`,
  );
}
