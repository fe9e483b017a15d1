import type { OpenedFile } from "./openedFile.ts";
import { openZip } from "./openZip.ts";
import { readNpy } from "./readNpy.ts";
import type { Scratch } from "./scratch.ts";
import type { StoredArray } from "./storedArray.ts";
import { quoted, unreadable } from "./unreadable.ts";

/** The arrays of a .npz file, stored or deflated. @throws Failure INVALID as openZip and readNpy do */
export async function readNpz(file: OpenedFile, scratch: Scratch): Promise<StoredArray[]> {
  const arrays: StoredArray[] = [];
  for (const [name, bytes] of await openZip(file, scratch, true)) {
    if (!name.endsWith(".npy")) throw unreadable(file.name, `has the entry ${quoted(name)}; a .npz file has only arrays (.npy)`);
    arrays.push(await readNpy(bytes, name.slice(0, -4)));
  }
  return arrays;
}
