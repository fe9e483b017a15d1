import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join, sep } from "node:path";
import type { Removable } from "./removable.ts";

export interface Slimming {
  /** Bytes that the folder takes on the disk. */
  before: number;
  after: number;
  freed: { what: string; bytes: number }[];
}

/**
 * Removes files and folders, all of them inside the folder.
 * @throws Error, before anything is removed, if one is not
 */
export function slimFolder(folder: string, removables: readonly Removable[]): Slimming {
  for (const path of removables.flatMap(({ paths }) => paths))
    if (!path.startsWith(folder + sep)) throw new Error(`${path} is not inside ${folder}`);
  const before = measure([folder]);
  const freed = removables.map(({ what, paths }) => {
    const bytes = measure(paths);
    for (const path of paths) rmSync(path, { recursive: true, force: true });
    return { what, bytes };
  });
  return { before, after: measure([folder]), freed };
}

/** Bytes on the disk; a file with several names counts once. */
function measure(paths: readonly string[], seen = new Set<number>()): number {
  let bytes = 0;
  for (const path of paths) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined || seen.has(stat.ino)) continue;
    seen.add(stat.ino);
    bytes += stat.blocks === undefined ? stat.size : stat.blocks * 512;
    if (stat.isDirectory())
      bytes += measure(
        readdirSync(path).map((name) => join(path, name)),
        seen,
      );
  }
  return bytes;
}
