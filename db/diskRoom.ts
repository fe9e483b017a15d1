import { statfs } from "node:fs/promises";
import { Failure } from "../contract/failure.ts";

/** Embedded Postgres takes its log by 16 MB, and ends where it finds no room for that: new data are refused well before. */
const usualReserveBytes = 64e6;
/** Free space is asked for at most this often. */
const freshMs = 1_000;

/**
 * Watches the free space of a folder's disk.
 * @returns a function that throws Failure DISK_FULL, naming the folder, while there is less than `reserveBytes`
 */
export function diskRoom(folder: string, reserveBytes = usualReserveBytes): () => Promise<void> {
  let askedAt = Number.NEGATIVE_INFINITY;
  let free = Number.POSITIVE_INFINITY;
  return async () => {
    if (performance.now() - askedAt > freshMs) {
      const { bavail, bsize } = await statfs(folder);
      free = bavail * bsize;
      askedAt = performance.now();
    }
    if (free >= reserveBytes) return;
    throw new Failure(
      "DISK_FULL",
      `The disk of ${folder} is full: ${megabytes(free)} are free, and the database needs ${megabytes(reserveBytes)}. Nothing new is stored until there is room. What is stored can be read and deleted; runs continue to train, and their workers keep what they measure.`,
    );
  };
}

const megabytes = (bytes: number) => `${Math.floor(bytes / 1e6).toLocaleString("en")} MB`;
