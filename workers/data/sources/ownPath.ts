import { lstat, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { Failure } from "../../../contract/failure.ts";
import { reasonOf } from "../formats/fileFaults.ts";
import { insidePath, type OwnPath } from "../formats/readFolder.ts";
import type { DatasetPlaces } from "./places.ts";

/**
 * Where a set of a person's own lies: one name in the data-set folder, and nothing outside of it. Names come from whoever
 * defines an experiment, who need not own the worker's machine.
 * @throws Failure DATASET_UNAVAILABLE if there is no such folder or name; NOT_ALLOWED if it leads elsewhere
 */
export async function ownPath(name: string, places: DatasetPlaces): Promise<OwnPath> {
  if (places.folder === null)
    throw new Failure(
      "DATASET_UNAVAILABLE",
      `"${name}" is looked for in this worker's data-set folder, and none is set: name one with --data or COLLAPSAR_DATASETS_DIR.`,
    );
  if (name === "" || name === "." || name === ".." || name !== basename(name) || /[\\/\0]/.test(name))
    throw new Failure(
      "NOT_ALLOWED",
      `${JSON.stringify(name)} is not a name in the data-set folder: it must be a single name, not a path.`,
    );
  const path = join(places.folder, name);
  try {
    const root = await realpath(places.folder);
    return { root, path: await insidePath(root, path) };
  } catch (error) {
    if (error instanceof Failure) throw error;
    const there = await lstat(path).catch(() => null);
    if (there) throw new Failure("DATASET_CORRUPT", `${path} ${reasonOf(error)}.`);
    throw new Failure("DATASET_UNAVAILABLE", `${path} is not on this worker: put "${name}" into ${places.folder}.`);
  }
}
