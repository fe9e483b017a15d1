import type { Dirent, Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { maxOwnSets, type OwnSet } from "../../../contract/data/ownSet.ts";
import { isTextTable } from "../formats/readTextTable.ts";
import { knownSources } from "../resolve/resolveSamples.ts";
import type { DatasetPlaces } from "../sources/places.ts";
import { inspectApart } from "./inspectApart.ts";

/** Folders below a set's that are looked at for what changed; more are taken as unchanged. */
const maxFolders = 3_000;
/** What was written so lately may be half a file: it is looked at the next time. */
const restMs = 800;

interface Known {
  /** Changes whenever what is listed of the set may. */
  signature: string;
  set: OwnSet;
}

/** Lists people's own sets in the data-set folder, and rereads only what has changed since the last time. */
export class OwnSetList {
  private readonly places: DatasetPlaces;
  private known = new Map<string, Known>();

  constructor(places: DatasetPlaces) {
    this.places = places;
  }

  /** @returns the sets by name, and whether some were being written and are to be looked at again soon */
  async read(now = Date.now()): Promise<{ sets: OwnSet[]; unsettled: boolean }> {
    const next = new Map<string, Known>();
    let unsettled = false;
    for (const { id, name } of await this.candidates()) {
      const key = `${id} ${name}`;
      const before = this.known.get(key);
      const { signature, changedAt } = await signatureOf(join(this.places.folder as string, name));
      if (before?.signature === signature) next.set(key, before);
      else if (now - changedAt < restMs && changedAt <= now) {
        unsettled = true;
        if (before) next.set(key, before);
      } else next.set(key, { signature, set: await this.inspect(id, name) });
    }
    this.known = next;
    return { sets: [...next.values()].map(({ set }) => set), unsettled };
  }

  private async candidates(): Promise<{ id: OwnSet["id"]; name: string }[]> {
    const { folder } = this.places;
    if (folder === null) return [];
    const published = new Set(knownSources.flatMap((source) => source.folders));
    const entries = (await readdir(folder, { withFileTypes: true }).catch(() => []))
      .filter(({ name }) => !name.startsWith(".") && !published.has(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const found: { id: OwnSet["id"]; name: string }[] = [];
    for (const entry of entries) {
      if (found.length === maxOwnSets) break;
      const id = await kindOf(folder, entry);
      if (id) found.push({ id, name: entry.name });
    }
    return found;
  }

  private async inspect(id: OwnSet["id"], name: string): Promise<OwnSet> {
    try {
      return await inspectApart(id, name, this.places);
    } catch (error) {
      const problem = `It could not be inspected: ${(error as Error).message}`.slice(0, 1000).toWellFormed();
      return { id, name: name.slice(0, 255), problem, warnings: [], classNames: [], trainCounts: [], testCounts: null };
    }
  }
}

/** What a name in the folder may be: a folder of pictures, a table of texts, or nothing of the kind. */
async function kindOf(folder: string, entry: Dirent): Promise<OwnSet["id"] | null> {
  const target = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => null) : entry;
  // A link that leads nowhere is listed with its problem, by what its name says.
  if (target === null) return isTextTable(entry.name) ? "text-file" : "image-folder";
  if (target.isDirectory()) return isTextTable(entry.name) ? "text-file" : "image-folder";
  return isTextTable(entry.name) ? "text-file" : null;
}

/** Times and sizes of a file, or of a folder and the two levels of folders below it. */
async function signatureOf(path: string): Promise<{ signature: string; changedAt: number }> {
  const parts: string[] = [];
  let changedAt = 0;
  const note = (name: string, found: Stats | null) => {
    parts.push(found ? `${name} ${found.ino} ${found.size} ${found.mtimeMs}` : `${name} ?`);
    changedAt = Math.max(changedAt, found?.mtimeMs ?? 0);
  };
  const visit = async (folder: string, levels: number): Promise<void> => {
    const found = await stat(folder).catch(() => null);
    note(folder, found);
    if (levels === 0 || !found?.isDirectory()) return;
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (parts.length >= maxFolders) return;
      if (entry.isDirectory() || entry.isSymbolicLink()) await visit(join(folder, entry.name), levels - 1);
    }
  };
  await visit(path, 3);
  return { signature: parts.join("\n"), changedAt };
}
